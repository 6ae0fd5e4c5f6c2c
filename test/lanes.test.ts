/** Two hosts on one database: what is urgent leaves while bulk drains, also when the provider hangs on all of it. */
import * as Application from "@careline/application"
import { layer as postgres } from "@careline/adapter-postgres"
import {
  type Contact,
  type MessageClass,
  type PhoneNumber,
  type PhoneNumberId,
  Send,
  type SendId,
  SendLane,
  Thread,
  type ThreadId
} from "@careline/domain"
import {
  BlobStore,
  Changes,
  Directory,
  Optional,
  TenantNumbers,
  Telephony,
  TelephonyProviders,
  Transaction
} from "@careline/ports"
import { capabilities } from "@careline/testkit"
import { DateTime, Deferred, Effect, Exit, Layer, Redacted, Scope } from "effect"
import { assert, describe, it } from "vitest"
import { migratedDatabase } from "./support/postgres.ts"

const HOSTS = 2
const limits = Application.Limits.defaults
/** Bulk that all workers that take any may have in their hands at once. */
const IN_HAND = HOSTS * limits.sendWorkers * limits.sendsPerBatch
const line = { id: crypto.randomUUID() as PhoneNumberId, number: "+12025550100" as PhoneNumber.E164 }

/** A provider that takes texts, and answers for bulk only while its gate is open. What it was handed, in its order. */
const makeProvider = () => {
  const handed: Array<string> = []
  let gate: Deferred.Deferred<void> | null = null
  let watchers: ReadonlyArray<() => boolean> = []
  /** Resolves once it was handed what `seen` looks for. */
  const until = (seen: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const watch = () => {
        if (seen()) resolve()
        return !seen()
      }
      if (watch()) watchers = [...watchers, watch]
    })
  const telephony = Telephony.make({
    provider: "memory",
    capabilities,
    webhooks: {
      receive: () => Effect.succeed({ account: "memory", events: [] }),
      reply: () => ({ status: 204, headers: {}, body: "" })
    },
    messages: {
      send: ({ attemptId, body }) =>
        Effect.gen(function* () {
          handed.push(body)
          watchers = watchers.filter((watch) => watch())
          if (gate !== null && body.startsWith("bulk")) yield* Deferred.await(gate)
          return { _tag: "Accepted", providerMessageId: `memory-${attemptId}`, status: "accepted" }
        })
    }
  })
  return {
    telephony,
    handed,
    until,
    close: () => (gate = Deferred.makeUnsafe<void>()),
    open: () => Effect.runPromise(Deferred.succeed(gate!, undefined))
  }
}

/** Hosts with all their workers, and connections of their own. */
const openHosts = async (
  telephony: Telephony.TelephonyService,
  change: Partial<Application.Limits.LimitsShape> = {}
) => {
  const url = Redacted.make(await migratedDatabase())
  const scope = await Effect.runPromise(Scope.make())
  const world = Layer.mergeAll(
    postgres({ url, maxConnections: 10 }),
    Directory.layerEmpty,
    Optional.absent(BlobStore),
    Layer.succeed(TelephonyProviders.TelephonyProviders, TelephonyProviders.make(telephony))
  )
  const build = Layer.buildWithScope(Layer.fresh(Layer.provideMerge(Application.Workers.layer, world)), scope).pipe(
    Effect.provideService(Application.Limits.Limits, { ...limits, ...change })
  )
  const contexts = await Effect.runPromise(Effect.all(Array.from({ length: HOSTS }, () => build)))
  const [first] = contexts
  return {
    run: <A, E>(effect: Effect.Effect<A, E, Changes | TenantNumbers | Transaction>): Promise<A> =>
      Effect.runPromiseWith(first!)(Application.asSystem(effect)),
    stop: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

let contacts = 0

/** Texts of the class, each in the thread of somebody new, queued at one go. */
const queue = (
  bodies: ReadonlyArray<string>,
  messageClass: MessageClass.MessageClass,
  lane = SendLane.of(messageClass)
) =>
  Effect.gen(function* () {
    const { transact } = yield* Transaction
    const changes = yield* Changes
    const now = yield* DateTime.now
    const texts = bodies.map((body) => {
      const contact = `+1303${String(2_000_000 + ++contacts)}` as Contact.Contact
      const key = { siteGroupingId: null, threadType: "voip", contact } as const
      const opened = Thread.open(crypto.randomUUID() as ThreadId, key, null, now)
      const thread: Thread.Thread = { ...opened, lastInboundAt: now }
      const fields = {
        id: crypto.randomUUID() as SendId,
        siteGroupingId: null,
        threadId: thread.id,
        messageId: null,
        purpose: messageClass === "on_call" ? "escalation" : "auto_reply",
        messageClass,
        from: line.number,
        fromNumberId: line.id,
        to: contact as string as PhoneNumber.E164,
        body,
        mediaUrls: []
      } as const
      return { thread, send: { ...Send.queue(fields, now), lane } }
    })
    yield* transact(
      changes.apply([
        ...texts.map(({ thread }) => ({ _tag: "ThreadSaved", thread }) as const),
        ...texts.map(({ send }) => ({ _tag: "SendQueued", send }) as const)
      ])
    )
  })

/** As many texts of each lower lane to a few contacts: who, in which lane, and which one in their order. */
const mixed = (recipients: number, texts: number) =>
  Effect.gen(function* () {
    const { transact } = yield* Transaction
    const changes = yield* Changes
    const now = yield* DateTime.now
    for (let who = 0; who < recipients; who++) {
      const contact = `+1303${String(2_000_000 + ++contacts)}` as Contact.Contact
      const key = { siteGroupingId: null, threadType: "voip", contact } as const
      const thread = Thread.open(crypto.randomUUID() as ThreadId, key, null, now)
      const sends = Array.from({ length: texts }, (_, nth) => nth).flatMap((nth) =>
        ([1, 2, 3] as const).map((lane) => ({
          ...Send.queue(
            {
              id: crypto.randomUUID() as SendId,
              siteGroupingId: null,
              threadId: thread.id,
              messageId: null,
              purpose: "auto_reply",
              messageClass: "conversational",
              from: line.number,
              fromNumberId: line.id,
              to: contact as string as PhoneNumber.E164,
              body: `${who} ${lane} ${nth}`,
              mediaUrls: []
            },
            now
          ),
          lane
        }))
      )
      const queued = sends.map((send) => ({ _tag: "SendQueued", send }) as const)
      yield* transact(changes.apply([{ _tag: "ThreadSaved", thread }, ...queued]))
    }
  })

/** In the lane of bulk, of a class that may leave at every hour. */
const bulk = (count: number) =>
  queue(
    Array.from({ length: count }, (_, index) => `bulk ${index}`),
    "conversational",
    SendLane.bulk
  )

const urgent = Effect.andThen(queue(["reply"], "conversational"), queue(["alarm"], "on_call"))

const addLine = Effect.flatMap(TenantNumbers, (numbers) =>
  numbers.add({
    ...line,
    siteGroupingId: null,
    label: null,
    providerSid: null,
    provider: null,
    status: "assigned",
    createdAt: DateTime.makeUnsafe(0)
  })
)

describe("Two hosts that drain bulk", () => {
  it("let an alarm and a reply leave before all that no worker has in its hands yet", async () => {
    const provider = makeProvider()
    const { handed, until } = provider
    const { run, stop } = await openHosts(provider.telephony)
    const texts = 5 * IN_HAND
    await run(addLine)
    await run(bulk(texts))
    await until(() => handed.length >= IN_HAND)
    const started = performance.now()
    await run(urgent)
    // From when they are kept on: until then a busy machine hands over as much bulk as it likes.
    const before = handed.length
    await until(() => handed.includes("alarm") && handed.includes("reply"))
    const millis = Math.round(performance.now() - started)
    const last = Math.max(handed.indexOf("alarm"), handed.indexOf("reply"))
    process.stdout.write(`${JSON.stringify({ bulk: texts, before, alarmAndReplyAfter: last - before, millis })}\n`)
    // What workers have in their hands, and what they are claiming at that moment.
    assert.isAtMost(last - before, 3 * IN_HAND)
    await until(() => handed.length === texts + 2)
    assert.strictEqual(new Set(handed).size, texts + 2, "each once")
    await stop()
  })

  it("let an alarm and a reply leave while the provider answers for no bulk at all", async () => {
    const provider = makeProvider()
    const { close, handed, open, until } = provider
    const { run, stop } = await openHosts(provider.telephony)
    await run(addLine)
    close()
    await run(bulk(2 * IN_HAND))
    await until(() => handed.length === IN_HAND)
    await run(urgent)
    await until(() => handed.includes("alarm") && handed.includes("reply"))
    assert.lengthOf(handed, IN_HAND + 2, "every worker for bulk waits for its batch")
    await open()
    await until(() => handed.length === 2 * IN_HAND + 2)
    assert.strictEqual(new Set(handed).size, 2 * IN_HAND + 2, "each once")
    await stop()
  })
})

describe("Two hosts and a provider that puts one text in five off", () => {
  it("send a contact one text of a lane at a time, and those that were never put off in their order", async () => {
    const [recipients, texts] = [6, 25]
    const underWay = new Set<string>()
    const together: Array<string> = []
    const deferral = new Set<string>()
    const taken: Array<string> = []
    let isDone: () => void = () => undefined
    const done = new Promise<void>((resolve) => (isDone = resolve))
    const telephony = Telephony.make({
      provider: "memory",
      capabilities,
      webhooks: {
        receive: () => Effect.succeed({ account: "memory", events: [] }),
        reply: () => ({ status: 204, headers: {}, body: "" })
      },
      messages: {
        send: ({ attemptId, body }) =>
          Effect.gen(function* () {
            const lane = body.slice(0, body.lastIndexOf(" "))
            if (underWay.has(lane)) together.push(body)
            underWay.add(lane)
            yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
            underWay.delete(lane)
            const nth = Number(body.slice(lane.length + 1))
            if ((nth * 7 + lane.length) % 5 === 0 && !deferral.has(body)) {
              deferral.add(body)
              return { _tag: "Throttled", retryAfterMillis: null }
            }
            taken.push(body)
            if (taken.length === recipients * 3 * texts) isDone()
            return { _tag: "Accepted", providerMessageId: `memory-${attemptId}`, status: "accepted" }
          })
      }
    })
    const { run, stop } = await openHosts(telephony, { sendBackoff: 20 })
    await run(addLine)
    await run(mixed(recipients, texts))
    await done
    assert.deepStrictEqual(together, [], "side by side in one lane to one contact")
    assert.strictEqual(new Set(taken).size, recipients * 3 * texts, "each once")
    assert.strictEqual(deferral.size, (recipients * 3 * texts) / 5)
    for (const [lane, bodies] of Map.groupBy(taken, (body) => body.slice(0, body.lastIndexOf(" ")))) {
      const order = bodies.filter((body) => !deferral.has(body)).map((body) => Number(body.split(" ")[2]))
      assert.deepStrictEqual(
        order,
        order.toSorted((one, other) => one - other),
        lane
      )
    }
    await stop()
  })
})
