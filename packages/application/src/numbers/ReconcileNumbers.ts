/** Compares the numbers that we have on record with those that providers say are ours, and sets right what it is told to. */
import { type InventoryNumber, NumberLifecycle, PhoneNumber, type PhoneNumberId } from "@careline/domain"
import {
  IdGenerator,
  NumberInventory,
  NumberOrders,
  type Numbers,
  type Telephony,
  TelephonyProviders,
  Transaction
} from "@careline/ports"
import { DateTime, Effect, Result, Schema } from "effect"
import { asSystem } from "../access/Access.ts"
import { type Actor, assertSeesAll } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { optional } from "../shared/RequestFields.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"

type Owned = InventoryNumber.InventoryNumber

/** What a look at one provider found. */
export interface ProviderReconciliation {
  readonly provider: string
  /** `unsupported`: it cannot be asked. `unavailable`: it was, and did not answer; `reason` says why not. */
  readonly status: "compared" | "unsupported" | "unavailable"
  readonly reason: string | null
  /** On record as this provider's, and unknown to it. */
  readonly oursOnly: ReadonlyArray<Owned>
  /** The provider's, and not on record. Those that are being bought are. */
  readonly theirsOnly: ReadonlyArray<Numbers.OwnedNumber>
  /** On record and the provider's, and led elsewhere. */
  readonly misconfigured: ReadonlyArray<{
    readonly number: Owned
    readonly faults: ReadonlyArray<Numbers.Misconfiguration>
  }>
}

const nothing = { reason: null, oursOnly: [], theirsOnly: [], misconfigured: [] }

/** What is wrong with it. Attached to the trunk is right for a number of a voice agent, and for no other. */
const faultsOf = (
  { purpose }: Pick<Owned, "purpose">,
  { misconfigured, onTrunk = false }: Numbers.OwnedNumber
): ReadonlyArray<Numbers.Misconfiguration> =>
  onTrunk === (purpose === "voice") ? (purpose === "voice" ? [] : misconfigured) : ["voice_attachment"]

const compare = (
  provider: string,
  theirs: ReadonlyArray<Numbers.OwnedNumber>,
  ours: ReadonlyArray<Owned>,
  coming: ReadonlySet<string>
): ProviderReconciliation => {
  const known = new Map(ours.map((number) => [number.number as string, number]))
  const listed = new Set(theirs.map(({ number }) => number as string))
  return {
    provider,
    status: "compared",
    reason: null,
    // One that nobody said a provider of may be another's.
    oursOnly: ours.filter((number) => number.provider === provider && !listed.has(number.number)),
    theirsOnly: theirs.filter(({ number }) => !known.has(number) && !coming.has(number)),
    misconfigured: theirs.flatMap((one) => {
      const own = known.get(one.number)
      const faults = own === undefined ? [] : faultsOf(own, one)
      return own === undefined || faults.length === 0 ? [] : [{ number: own, faults }]
    })
  }
}

const lookAt = Effect.fnUntraced(function* ({ capabilities, numbers, provider }: Telephony.TelephonyService) {
  if (capabilities.numbers === null) {
    return { provider, status: "unsupported", ...nothing } satisfies ProviderReconciliation
  }
  const inventory = yield* NumberInventory
  const listed = yield* Effect.result(numbers.list())
  if (Result.isFailure(listed)) {
    const reason = listed.failure.reason._tag
    return { provider, status: "unavailable", ...nothing, reason } satisfies ProviderReconciliation
  }
  // What is bought meanwhile is on record by now.
  const coming = new Set((yield* (yield* NumberOrders).open).map(({ number }) => number as string))
  const ours = [...(yield* inventory.list("all")), ...(yield* inventory.list("unassigned"))]
  return compare(provider, listed.success, ours, coming)
})

const lookAtAll = Effect.flatMap(TelephonyProviders.TelephonyProviders, ({ all }) => Effect.forEach(all, lookAt))

/** Changes nothing. */
export const reconcileNumbers = Effect.fn("reconcileNumbers")(function* (actor: Actor) {
  yield* assertSeesAll(actor, "phoneNumber")
  return yield* asSystem(lookAtAll)
})

/** As many numbers as one request may name. */
const MAX_NAMED = 1_000
const Named = Schema.Array(PhoneNumber.E164).check(Schema.isMaxLength(MAX_NAMED))

/** What somebody wants done. Numbers that are led elsewhere are led here again in any case. */
export const RepairRequest = Schema.Struct({
  /** Numbers that only the provider knows, to be added to the pool. */
  adopt: optional(Named),
  /** Numbers that only Careline knows, to be taken out of service; those with no tenant are retired for good. */
  suspend: optional(Named)
}).annotate({ identifier: "PhoneNumberRepair" })
export type RepairRequest = Given<typeof RepairRequest.Encoded>

const readRequest = reader(RepairRequest)

/** As it was read. */
interface Asked {
  readonly adopt: ReadonlyArray<PhoneNumber.E164>
  readonly suspend: ReadonlyArray<PhoneNumber.E164>
}

/** What was done, and what could not be. */
export interface Repairs {
  readonly configured: ReadonlyArray<PhoneNumber.E164>
  readonly adopted: ReadonlyArray<PhoneNumber.E164>
  readonly suspended: ReadonlyArray<PhoneNumber.E164>
  readonly retired: ReadonlyArray<PhoneNumber.E164>
  readonly failed: ReadonlyArray<{ readonly number: PhoneNumber.E164; readonly reason: string }>
}

type Done = { readonly done: "configured" | "adopted" | "suspended" | "retired" } | { readonly reason: string }

/** One number led here again. */
const configure = (
  numbers: Numbers.Numbers,
  { number, purpose }: Pick<Owned, "number" | "purpose">
): Effect.Effect<Done> =>
  Effect.match(numbers.configure(number, purpose), {
    onFailure: ({ reason }): Done => ({ reason: reason._tag }),
    onSuccess: (): Done => ({ done: "configured" })
  })

/** Which of those that were led here are: what is wrong beside the number itself, such as with its Messaging Service, stays. */
const judged = Effect.fnUntraced(function* (numbers: Numbers.Numbers, led: ReadonlyArray<Owned>) {
  if (led.length === 0) return []
  const listed = yield* Effect.result(numbers.list())
  return led.map((own): readonly [PhoneNumber.E164, Done] => {
    const { number } = own
    // Where the provider does not say, nobody knows.
    if (Result.isFailure(listed)) return [number, { reason: listed.failure.reason._tag }]
    const isWrong = listed.success.some((one) => one.number === number && faultsOf(own, one).length > 0)
    return [number, isWrong ? { reason: "StillMisconfigured" } : { done: "configured" }]
  })
})

/** Leads it here, and puts it into the pool. */
const adopt = Effect.fnUntraced(function* (
  actor: Actor,
  { numbers, provider }: Telephony.TelephonyService,
  { number, onTrunk, providerSid }: Numbers.OwnedNumber
) {
  const purpose = onTrunk === true ? "voice" : "both"
  const led = yield* configure(numbers, { number, purpose })
  if ("reason" in led) return led
  const [id] = yield* (yield* IdGenerator).next("phoneNumber", 1)
  const { transact } = yield* Transaction
  const add = Effect.gen(function* () {
    const given = { id: id as PhoneNumberId, number, provider, providerSid, monthlyPrice: null, purpose } as const
    yield* (yield* NumberInventory).add(NumberLifecycle.acquire(given, yield* DateTime.now))
    yield* audit(actor, null, "phone_number.adopt", `phoneNumber:${id}`)
    return { done: "adopted" } satisfies Done
  })
  return yield* Effect.catchTag(transact(add), "NumberTaken", () => Effect.succeed<Done>({ reason: "NumberTaken" }))
})

/** Takes a number out of service that no provider carries: a tenant's until it says otherwise, one of the pool for good. */
const suspend = Effect.fnUntraced(function* (actor: Actor, { id }: Owned) {
  const { transact } = yield* Transaction
  return yield* retryOnConflict(
    transact(
      Effect.gen(function* () {
        const inventory = yield* NumberInventory
        const [number] = yield* inventory.lock([id])
        if (number === undefined) return { reason: "NotFound" } satisfies Done
        const { holder } = number
        const now = yield* DateTime.now
        const left = holder === null ? NumberLifecycle.retire(number, now) : NumberLifecycle.suspend(number, now)
        if (Result.isFailure(left)) return { reason: left.failure.status } satisfies Done
        yield* inventory.save([left.success])
        const action = holder === null ? "phone_number.retire" : "phone_number.suspend"
        yield* audit(actor, holder?.siteGroupingId ?? null, action, `phoneNumber:${id}`, { from: number.status })
        return { done: holder === null ? "retired" : "suspended" } satisfies Done
      })
    )
  )
})

/** Sets right what is wrong at one provider, as far as it was asked for. */
const repairAt = Effect.fnUntraced(function* (
  actor: Actor,
  { misconfigured, oursOnly, provider, theirsOnly }: ProviderReconciliation,
  request: Asked
) {
  const telephony = (yield* TelephonyProviders.TelephonyProviders).byName(provider)
  if (telephony === undefined) return []
  const told: Array<readonly [PhoneNumber.E164, Done]> = []
  const led: Array<Owned> = []
  for (const { number } of misconfigured) {
    const done = yield* configure(telephony.numbers, number)
    if ("done" in done) led.push(number)
    else told.push([number.number, done])
  }
  told.push(...(yield* judged(telephony.numbers, led)))
  for (const one of theirsOnly.filter(({ number }) => request.adopt.includes(number))) {
    told.push([one.number, yield* adopt(actor, telephony, one)])
  }
  for (const one of oursOnly.filter(({ number }) => request.suspend.includes(number))) {
    told.push([one.number, yield* suspend(actor, one)])
  }
  return told
})

/** Looks again, and sets right: what it found before may be another matter by now. */
export const repairNumbers = Effect.fn("repairNumbers")(function* (actor: Actor, given: RepairRequest) {
  yield* assertSeesAll(actor, "phoneNumber")
  const { adopt = [], suspend = [] } = yield* readRequest(given)
  const request: Asked = { adopt, suspend }
  const once = Effect.gen(function* () {
    const found = yield* lookAtAll
    const told = (yield* Effect.forEach(found, (one) => repairAt(actor, one, request))).flat()
    const asked = [...request.adopt, ...request.suspend]
    const missed = asked.filter((number) => !told.some(([of]) => of === number))
    const of = (done: string) =>
      told.flatMap(([number, what]) => ("done" in what && what.done === done ? [number] : []))
    return {
      configured: of("configured"),
      adopted: of("adopted"),
      suspended: of("suspended"),
      retired: of("retired"),
      failed: [
        ...told.flatMap(([number, what]) => ("reason" in what ? [{ number, reason: what.reason }] : [])),
        // Nothing is wrong with it in this way, or its provider did not answer.
        ...missed.map((number) => ({ number, reason: "NotFound" }))
      ]
    } satisfies Repairs
  })
  return yield* asSystem(once)
})
