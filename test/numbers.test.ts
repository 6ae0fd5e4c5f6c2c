/** Numbers under pressure, on a real PostgreSQL: many tenants want one at once, and one is replaced while it is texted. */
import * as Application from "@careline/application"
import { layer as postgres } from "@careline/adapter-postgres"
import {
  type Contact,
  NumberLifecycle,
  type PhoneNumber,
  type PhoneNumberId,
  type SiteGroupingId,
  type Tenant,
  type UserId,
  VoipSettings
} from "@careline/domain"
import {
  BlobStore,
  Directory,
  Inbox,
  Messages,
  NumberInventory,
  type NumberStoragePorts,
  Optional,
  TenantNumbers,
  Settings,
  type StoragePorts,
  Telephony,
  TelephonyProviders,
  Threads,
  Transaction
} from "@careline/ports"
import { capabilities } from "@careline/testkit"
import { type Context, DateTime, Deferred, Effect, Exit, Layer, Redacted, Scope } from "effect"
import { assert, describe, it } from "vitest"
import { freshDatabase } from "./support/postgres.ts"

type World =
  | StoragePorts
  | NumberStoragePorts
  | Directory
  | TelephonyProviders.TelephonyProviders
  | Optional.Optional<BlobStore>

const administrator: Application.Actor = { userId: "administrator" as UserId, scope: "all" }
const north = "north" as SiteGroupingId

/** A provider that takes every text, and what it took. */
const provider = () => {
  const sent: Array<Telephony.OutboundMessage> = []
  const telephony = Telephony.make({
    provider: "memory",
    capabilities,
    webhooks: {
      receive: () => Effect.succeed({ account: "memory", events: [] }),
      reply: () => ({ status: 204, headers: {}, body: "" })
    },
    messages: {
      send: (message) =>
        Effect.sync(() => {
          sent.push(message)
          return { _tag: "Accepted", providerMessageId: `memory-${sent.length}`, status: "accepted" }
        })
    }
  })
  return { sent, telephony }
}

/** Hosts on one database: each with connections of its own, and one provider for all of them. */
const openHosts = async (count: number) => {
  const url = Redacted.make(await freshDatabase())
  const scope = await Effect.runPromise(Scope.make())
  const { sent, telephony } = provider()
  const world = Layer.mergeAll(
    postgres({ url, maxConnections: 6 }),
    Directory.layerEmpty,
    Optional.absent(BlobStore),
    Layer.succeed(TelephonyProviders.TelephonyProviders, TelephonyProviders.make(telephony))
  )
  const contexts: Array<Context.Context<World>> = []
  for (let host = 0; host < count; host++) {
    contexts.push(await Effect.runPromise(Layer.buildWithScope(Layer.fresh(world), scope)))
  }
  const hosts = contexts.map(
    (context) =>
      <A, E>(effect: Effect.Effect<A, E, World>): Promise<A> =>
        Effect.runPromiseWith(context)(Application.asSystem(effect))
  )
  return { hosts, sent, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}

const digits = (index: number) => `+1${index % 2 === 0 ? "202" : "303"}5550${100 + index}` as PhoneNumber.E164

const percentile = (times: ReadonlyArray<number>, share: number): number =>
  Math.round(times.toSorted((one, other) => one - other)[Math.floor((times.length - 1) * share)]!)

describe("A pool of 40 numbers", () => {
  it("gives 200 tenants who ask at once 40 distinct numbers and 160 clear answers", async () => {
    const { close, hosts } = await openHosts(2)
    const now = DateTime.nowUnsafe()
    const tenants = Array.from({ length: 200 }, (_, index) => `tenant-${index}` as SiteGroupingId)
    await hosts[0]!(
      Effect.gen(function* () {
        const inventory = yield* NumberInventory
        for (let index = 0; index < 40; index++) {
          const id = crypto.randomUUID() as PhoneNumberId
          const given = { id, number: digits(index), provider: null, providerSid: null, monthlyPrice: null }
          yield* inventory.add(NumberLifecycle.acquire(given, now))
        }
        for (const id of tenants) {
          yield* Application.createSiteGrouping(administrator, { id, name: `Clinic ${id}` })
        }
      })
    )
    const times: Array<number> = []
    const answers = await Promise.all(
      tenants.map(async (tenant, index) => {
        const started = performance.now()
        const answer = await hosts[index % 2]!(
          Application.assignFromPool(administrator, tenant, { areaCode: null, idempotencyKey: null }).pipe(
            Effect.map((assigned) => (assigned._tag === "Assigned" ? assigned.number.number : assigned._tag)),
            Effect.catchTag("PoolEmpty", ({ _tag }) => Effect.succeed(_tag))
          )
        )
        times.push(performance.now() - started)
        return answer
      })
    )
    process.stdout.write(
      `200 assignments on 40 numbers: p50 ${percentile(times, 0.5)} ms, p99 ${percentile(times, 0.99)} ms\n`
    )
    const given = answers.filter((answer) => answer !== "PoolEmpty")
    assert.lengthOf(given, 40)
    assert.strictEqual(new Set(given).size, 40)
    const held = await hosts[1]!(Effect.flatMap(TenantNumbers, (numbers) => numbers.list("all")))
    assert.strictEqual(new Set(held.map(({ siteGroupingId }) => siteGroupingId)).size, 40)
    await close()
  })
})

const RACES = 16

describe("A default that is given up while another number becomes the default", () => {
  it("never comes back into its tenant's hands", async () => {
    const { close, hosts } = await openHosts(2)
    const outcomes = await Promise.all(
      Array.from({ length: RACES }, async (_, race) => {
        const tenant = `race-${race}` as SiteGroupingId
        await hosts[0]!(openTenant(tenant))
        const old = await hosts[0]!(addNumber(`+1202555${1000 + race}`, tenant))
        const next = await hosts[0]!(addNumber(`+1303555${1000 + race}`, tenant))
        await hosts[0]!(Application.editNumber(administrator, old.id, { isDefault: true }))
        await Promise.all([
          hosts[1]!(
            Application.deleteNumber(administrator, old.id, {
              replacementPhoneNumberId: null,
              notice: null,
              dryRun: false
            })
          ),
          hosts[0]!(Application.editNumber(administrator, next.id, { isDefault: true }))
        ])
        const held = await hosts[0]!(Application.viewNumbers(administrator, tenant))
        return held.map(({ id, isDefault }) => [id === next.id, isDefault])
      })
    )
    assert.deepStrictEqual(
      outcomes,
      outcomes.map(() => [[true, true]])
    )
    await close()
  })
})

const ROUNDS = 12
const TEXTS = 300
const CONTACTS = 60
const contactOf = (index: number) => `+1415555${1000 + (index % CONTACTS)}` as Contact.Contact
const wordsOf = (index: number) => `text ${index}`

const addNumber = (number: string, siteGroupingId: Tenant) =>
  Application.addNumber(administrator, {
    number,
    siteGroupingId,
    label: null,
    provider: null,
    providerSid: null,
    overrideReason: "the provider in memory lists none"
  })

const openTenant = (id: SiteGroupingId) => Application.createSiteGrouping(administrator, { id, name: id })

const receive = (index: number, to: PhoneNumber.E164) =>
  Effect.flatMap(Inbox, (inbox) =>
    inbox.accept([
      {
        provider: "memory",
        account: "memory",
        event: {
          _tag: "MessageReceived",
          providerMessageId: `in-${index}`,
          from: contactOf(index),
          to,
          text: wordsOf(index),
          attachments: [],
          providerKeyword: null
        }
      }
    ])
  )

const threadsOf = Effect.flatMap(Threads, (threads) =>
  threads.list({ scope: "all", view: "all", userId: administrator.userId, limit: 200, cursor: null })
)

/** All that contacts of the tenant have written. */
const inboundOf = (tenant: Tenant) =>
  Effect.gen(function* () {
    const items = (yield* threadsOf).items.filter(({ thread }) => thread.siteGroupingId === tenant)
    const messages = yield* Messages
    const pages = yield* Effect.forEach(items, ({ thread }) =>
      messages.list({ siteGroupingId: tenant, threadId: thread.id, limit: 200, cursor: null })
    )
    return pages.flatMap((page) => page.items).filter(({ direction }) => direction === "inbound")
  })
const inbound = inboundOf(north)

const draining = (step: Effect.Effect<number, unknown, World>) =>
  Effect.gen(function* () {
    while ((yield* step) > 0) continue
  })

describe("A number that is suspended while texts leave from it", () => {
  it("sends nothing after the commit, whichever of two hosts has the text in hand", async () => {
    const { close, hosts, sent } = await openHosts(2)
    const [one, other] = [hosts[0]!, hosts[1]!]
    await one(openTenant(north))
    const number = await one(addNumber("+12025550100", north))
    await one(
      Effect.flatMap(Settings, (settings) =>
        settings.put(north, { ...VoipSettings.defaults, quietHours: null, dailyLimitPerContact: null })
      ).pipe(Application.asStaff({ scope: "all" }))
    )
    for (let index = 0; index < CONTACTS; index++) await one(receive(index, number.number))
    await one(draining(Application.processInbound()))
    const { items } = await one(threadsOf)
    const listed = (status: "queued" | "failed") =>
      Effect.forEach(items, ({ thread }) =>
        Effect.map(Application.listMessages(administrator, thread.id, { limit: 200, cursor: null }), ({ items: all }) =>
          all.flatMap(({ content, deliveryStatus }) => (deliveryStatus === status ? [content] : []))
        )
      ).pipe(Effect.map((found) => found.flat()))
    let stopped = 0
    for (let round = 0; round < ROUNDS; round++) {
      const words = items.map((_, index) => `round ${round} text ${index}`)
      for (const [index, { thread }] of items.entries()) {
        await one(Application.sendMessage(administrator, { threadId: thread.id, content: words[index]! }))
      }
      const sending = hosts.map((host) => host(draining(Application.dispatchSends())))
      // What waits while the number is locked, and is told before anybody can go on.
      const waiting = await other(
        Effect.flatMap(Transaction, ({ transact }) =>
          transact(
            Effect.andThen(Application.editNumber(administrator, number.id, { status: "suspended" }), listed("queued"))
          )
        )
      )
      await Promise.all(sending)
      await one(draining(Application.dispatchSends()))
      const left = sent.map(({ body }) => body)
      for (const content of waiting) assert.notInclude(left, content)
      const failed = await one(listed("failed"))
      for (const content of waiting) assert.include(failed, content)
      stopped += waiting.length
      await one(Application.editNumber(administrator, number.id, { status: "assigned" }))
    }
    // The suspension came in the midst of it in some rounds at least.
    assert.isAbove(stopped, 0)
    await close()
  })
})

describe("A number that is replaced while it is texted", () => {
  it("holds up nobody but its tenant, whose texts arrive afterwards", async () => {
    const { close, hosts } = await openHosts(2)
    const [one, other] = [hosts[0]!, hosts[1]!]
    const south = "south" as SiteGroupingId
    for (const tenant of [north, south]) await one(openTenant(tenant))
    const busy = await one(addNumber("+12025550100", north))
    const besides = await one(addNumber("+12025550101", north))
    const others = await one(addNumber("+12025550102", south))
    const swapping = await Effect.runPromise(Deferred.make<void>())
    const moved = await Effect.runPromise(Deferred.make<void>())
    const swap = one(
      Effect.flatMap(Transaction, ({ transact }) =>
        transact(
          Effect.gen(function* () {
            yield* (yield* NumberInventory).lock([busy.id])
            yield* Deferred.succeed(swapping, undefined)
            yield* Deferred.await(moved)
          })
        )
      )
    )
    await Effect.runPromise(Deferred.await(swapping))
    for (const [index, number] of [busy, besides, others].entries()) await other(receive(index, number.number))
    await other(draining(Application.processInbound()))
    assert.lengthOf(await other(inboundOf(south)), 1)
    assert.lengthOf(await other(inbound), 0)
    await Effect.runPromise(Deferred.succeed(moved, undefined))
    await swap
    while ((await other(inbound)).length < 2) await other(draining(Application.processInbound()))
    await close()
  })

  it("loses no text and doubles none, and every answer leaves from the other number", async () => {
    const { close, hosts, sent } = await openHosts(2)
    const [one, other] = [hosts[0]!, hosts[1]!]
    await one(openTenant(north))
    const old = await one(addNumber("+12025550100", north))
    const next = await one(addNumber("+12025550101", north))
    await one(
      Effect.flatMap(Settings, (settings) =>
        settings.put(north, { ...VoipSettings.defaults, autoReplyMessage: "We will answer soon." })
      ).pipe(Application.asStaff({ scope: "all" }))
    )
    // A random moment: the swap waits for a random share of the texts, and races with the rest of them.
    const moment = Math.floor(Math.random() * TEXTS)
    let arrived = 0
    let strike: () => void = () => undefined
    const struck = new Promise<void>((resolve) => (strike = resolve))
    const swap = struck.then(() =>
      one(
        Application.deleteNumber(administrator, old.id, {
          replacementPhoneNumberId: next.id,
          notice: null,
          dryRun: false
        })
      )
    )
    const over = new AbortController()
    const working = hosts.map(async (host) => {
      while (!over.signal.aborted) {
        await host(draining(Application.processInbound()))
        await host(draining(Application.dispatchSends()))
      }
    })
    await Promise.all(
      Array.from({ length: 12 }, async (_, writer) => {
        for (let index = writer; index < TEXTS; index += 12) {
          // Every contact texts both numbers.
          const to = Math.floor(index / CONTACTS) % 2 === 0 ? old.number : next.number
          await hosts[index % 2]!(receive(index, to))
          if (++arrived >= moment) strike()
        }
      })
    )
    await swap
    over.abort()
    await Promise.all(working)
    // What came in during the swap was put off for a moment.
    while ((await one(inbound)).length < TEXTS) await other(draining(Application.processInbound()))
    await other(draining(Application.dispatchSends()))

    const { items } = await one(threadsOf)
    assert.lengthOf(items, CONTACTS)
    const texts = await one(inbound)
    assert.sameMembers(
      texts.map(({ content }) => content),
      Array.from({ length: TEXTS }, (_, index) => wordsOf(index))
    )
    for (const { phoneNumber } of items) assert.strictEqual(phoneNumber, next.number)
    const parked = await one(Effect.flatMap(Inbox, (inbox) => inbox.parked({ limit: 10, cursor: null })))
    assert.lengthOf(parked.items, 0)

    // Late texts to the old number, from who is known and from who is not.
    for (const late of [0, 1, CONTACTS - 1]) await one(receive(TEXTS * CONTACTS + late, old.number))
    const before = sent.length
    await one(draining(Application.processInbound()))
    for (const { thread } of items) {
      const message = { threadId: thread.id, content: "answer", mediaUrls: [], idempotencyKey: null }
      await one(Application.sendMessage(administrator, message))
    }
    await one(draining(Application.dispatchSends()))
    const answers = sent.slice(before)
    assert.lengthOf(answers, CONTACTS)
    for (const { from } of answers) assert.strictEqual(from, next.number)
    assert.lengthOf((await one(threadsOf)).items, CONTACTS)
    await close()
  })
})
