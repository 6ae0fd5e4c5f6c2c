/** What a store tells the suite about itself, and what the suite's tests ask of it. */
import {
  Contact,
  type FacilityId,
  type PatientId,
  PhoneNumber,
  type SiteGroupingId,
  type UserId
} from "@careline/domain"
import type {
  AccessStoragePorts,
  AuditEntry,
  DirectoryEntries,
  HubStoragePorts,
  NumberStoragePorts,
  StoragePorts,
  VoiceStoragePorts
} from "@careline/ports"
import { Context, type Duration, Effect, Layer, Ref } from "effect"

export type {
  AccessStoragePorts,
  HubStoragePorts,
  NumberStoragePorts,
  StoragePorts,
  VoiceStoragePorts
} from "@careline/ports"

/** Ids of people and places that the store takes as existing, two of each. Stores with foreign keys make them first. */
export interface People {
  readonly users: readonly [UserId, UserId]
  readonly patients: readonly [PatientId, PatientId]
  readonly facilities: readonly [FacilityId, FacilityId]
}

export interface Harness<R = never> {
  /**
   * A clean store: built for each test, and released after it. What is costly, such as a database server, belongs
   * outside of it. The tests open up to ten transactions at once; with fewer connections some wait for their turn, but
   * two have to be open beside each other where `concurrentTransactions` is declared.
   */
  readonly layer: Layer.Layer<StoragePorts | R, unknown>
  /** Two site groupings that exist in the store. The system-wide space, `null`, is the third tenant of the tests. */
  readonly tenants: readonly [SiteGroupingId, SiteGroupingId]
  readonly people: People
  /** Moves the store's clock, the one that leases and timers go by. */
  readonly advance: (duration: Duration.Duration) => Effect.Effect<void, unknown, StoragePorts | R>
  /** Whether two transactions can be open at once. A store that has them take turns has none to keep apart. */
  readonly concurrentTransactions: boolean
  /** Everything that was recorded in the audit log, in its order. No port reads it. */
  readonly readAudit?: Effect.Effect<ReadonlyArray<AuditEntry>, unknown, StoragePorts | R>
  /** The ports for calls and media, over the same store; a store for a line of texts only has none. */
  readonly voice?: Effect.Effect<Context.Context<VoiceStoragePorts>, unknown, StoragePorts | R>
  /** The ports of the audit trail and of access in an emergency, over the same store. */
  readonly access?: Effect.Effect<Context.Context<AccessStoragePorts>, unknown, StoragePorts | R>
  /** The ports for tenants and for unassigned numbers, over the same store; where somebody else looks after those, none. */
  readonly numbers?: Effect.Effect<Context.Context<NumberStoragePorts>, unknown, StoragePorts | R>
  /** The ports for what a line writes by itself, over the same store; a line that people alone write on has none. */
  readonly hub?: Effect.Effect<Context.Context<HubStoragePorts>, unknown, StoragePorts | R>
  /** The directory that a host keeps itself, over the same store; where an EHR keeps it, none. */
  readonly directory?: Effect.Effect<Context.Context<DirectoryEntries>, unknown, StoragePorts | R>
}

/** What a test may need beyond the ports. A harness without it has the test reported as skipped, with the reason. */
export type Need = "access" | "concurrentTransactions" | "directory" | "hub" | "numbers" | "readAudit" | "voice"

export const meets = <R>(harness: Harness<R>, need: Need): boolean =>
  need === "concurrentTransactions" ? harness.concurrentTransactions : harness[need] !== undefined

/** The harness as tests see it. */
export class StoreUnderTest extends Context.Service<
  StoreUnderTest,
  {
    readonly tenants: Harness["tenants"]
    readonly people: People
    readonly advance: (duration: Duration.Duration) => Effect.Effect<void>
    /** Fails unless the test declared the need. */
    readonly audit: Effect.Effect<ReadonlyArray<AuditEntry>>
    readonly voice: Effect.Effect<Context.Context<VoiceStoragePorts>>
    readonly access: Effect.Effect<Context.Context<AccessStoragePorts>>
    readonly numbers: Effect.Effect<Context.Context<NumberStoragePorts>>
    readonly hub: Effect.Effect<Context.Context<HubStoragePorts>>
    readonly directory: Effect.Effect<Context.Context<DirectoryEntries>>
    /** A number that no other call of this store gave. */
    readonly nextInt: Effect.Effect<number>
  }
>()("careline/testkit/contract/StoreUnderTest") {}

const undeclared = (need: Need) => Effect.die(new Error(`The test has to declare that it needs ${need}`))

/** The store of a harness, clean, with all that a test needs. */
export const layerOf = <R>(harness: Harness<R>): Layer.Layer<StoragePorts | StoreUnderTest, unknown> =>
  Layer.effect(
    StoreUnderTest,
    Effect.gen(function* () {
      const context = yield* Effect.context<StoragePorts | R>()
      const counter = yield* Ref.make(0)
      const inStore = <A>(effect: Effect.Effect<A, unknown, StoragePorts | R>): Effect.Effect<A> =>
        Effect.orDie(Effect.provideContext(effect, context))
      const { access, directory, hub, numbers, readAudit, voice } = harness
      return StoreUnderTest.of({
        tenants: harness.tenants,
        people: harness.people,
        advance: (duration) => inStore(harness.advance(duration)),
        audit: readAudit === undefined ? undeclared("readAudit") : inStore(readAudit),
        access: access === undefined ? undeclared("access") : inStore(access),
        voice: voice === undefined ? undeclared("voice") : inStore(voice),
        numbers: numbers === undefined ? undeclared("numbers") : inStore(numbers),
        directory: directory === undefined ? undeclared("directory") : inStore(directory),
        hub: hub === undefined ? undeclared("hub") : inStore(hub),
        nextInt: Ref.updateAndGet(counter, (last) => last + 1)
      })
    })
  ).pipe(Layer.provideMerge(harness.layer))

/** A phone number that no other call of this store gave: all in 202, which has more numbers than a test needs. */
export const freshNumber: Effect.Effect<PhoneNumber.E164, never, StoreUnderTest> = Effect.map(
  Effect.flatMap(StoreUnderTest, ({ nextInt }) => nextInt),
  (count) => PhoneNumber.E164.make(`+1202${2_000_000 + count}`)
)

export const freshContact: Effect.Effect<Contact.Contact, never, StoreUnderTest> = Effect.map(freshNumber, (number) =>
  Contact.Contact.make(number)
)

/** The spellings of one phone that no other call of this store gave, the contact's key first: with and without Mexico's 1. */
export const freshSpellings: Effect.Effect<readonly [Contact.Contact, Contact.Contact], never, StoreUnderTest> =
  Effect.map(freshContact, (contact) => [
    Contact.Contact.make(`+5255${contact.slice(-8)}`),
    Contact.Contact.make(`+52155${contact.slice(-8)}`)
  ])
