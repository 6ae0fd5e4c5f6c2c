/** Code without types may pass anything: what does not fit is refused by name, and reaches nobody. */
import type { PhoneNumber } from "@careline/domain"
import { Inbox, Settings, type StoragePorts, Telephony, Threads } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { Context, Effect, Layer } from "effect"
import { afterEach, assert, describe, it } from "vitest"
import {
  type Careline,
  type CarelineOnLayer,
  createCareline,
  InvalidRequest,
  type PlainTelephony
} from "../src/index.ts"

const nurse = { userId: "nurse", scope: ["1"] }
const administrator = { userId: "admin", scope: "all" as const }

const telephony: PlainTelephony = {
  provider: "acme",
  capabilities: Memory.capabilities,
  webhooks: {
    receive: async () => ({ account: "acme", events: [] }),
    reply: () => ({ status: 204, headers: {}, body: "" })
  },
  messages: { send: async () => ({ _tag: "Accepted", providerMessageId: "1", status: "accepted" }) }
}

const lines: Array<Careline> = []
afterEach(async () => {
  await Promise.all(lines.splice(0).map((careline) => careline.dispose()))
})

const open = async (options: Partial<CarelineOnLayer> = {}): Promise<Careline> => {
  const careline = await createCareline({ telephony, repositories: Memory.layerStorage, log: () => {}, ...options })
  lines.push(careline)
  await careline.assignOnActivation({ userId: "administrator", scope: "all" }, "1", null)
  return careline
}

/** The memory store with one of its ports as a test wants it. */
const changed = <Port extends object>(
  tag: Context.Key<StoragePorts, Port>,
  change: (port: Port) => Port
): Layer.Layer<StoragePorts> =>
  Layer.effectContext(
    Effect.map(Effect.context<StoragePorts>(), (context) => {
      const key = tag as Context.Key<StoragePorts, Port>
      return Context.add(context, key, change(Context.get(context, key)))
    })
  ).pipe(Layer.provide(Memory.layerStorage))

/** As code without types calls it. */
type Loose = { readonly [K in keyof Careline]: (...args: ReadonlyArray<unknown>) => Promise<unknown> }

const fieldOf = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => assert.fail("It did not reject"),
    (rejection: unknown) => rejection
  )
  assert.instanceOf(error, InvalidRequest)
  return error.field
}

const page = { limit: 10, cursor: null }
const text = { threadId: "1", content: "Hello", mediaUrls: [], idempotencyKey: null }
const thread = { siteGroupingId: "1", externalContact: "+13035550123" }
const number = { number: "+12025550100", siteGroupingId: "1", label: null, provider: null, providerSid: null }

const refusals: ReadonlyArray<readonly [what: string, field: string, call: (line: Loose) => Promise<unknown>]> = [
  ["no actor", "actor", (line) => line.listNumbers()],
  ["no scope", "actor.scope", (line) => line.listNumbers({ userId: "nurse" })],
  ["a scope that is one tenant", "actor.scope", (line) => line.lineSettings({ ...nurse, scope: "10" }, "1")],
  ["a scope with an empty tenant", "actor.scope.0", (line) => line.lineSettings({ ...nurse, scope: [""] }, "")],
  ["a user that is a number", "actor.userId", (line) => line.listNumbers({ ...nurse, userId: 7 })],
  ["no tenant", "siteGroupingId", (line) => line.changeLineSettings(administrator, undefined, { voipEnabled: false })],
  [
    "a new thread without tenant",
    "siteGroupingId",
    (line) => line.createThread(administrator, { externalContact: "x" })
  ],
  ["no thread", "threadId", (line) => line.viewThread(nurse)],
  ["a text without thread", "threadId", (line) => line.sendMessage(nurse, { ...text, threadId: undefined })],
  ["a text without words", "content", (line) => line.sendMessage(nurse, { ...text, content: undefined })],
  ["media that are one", "mediaUrls", (line) => line.sendMessage(nurse, { ...text, mediaUrls: "https://example.com" })],
  ["invisible words", "content", (line) => line.sendMessage(nurse, { ...text, content: " \u200B\u202E\u0000" })],
  ["an empty key", "idempotencyKey", (line) => line.sendMessage(nurse, { ...text, idempotencyKey: "" })],
  ["a consent of another word", "status", (line) => line.recordConsent(nurse, "1", "+13035550123", "opted-out")],
  ["no consent", "status", (line) => line.recordConsent(nurse, "1", "+13035550123")],
  ["patients that are one", "patientIds", (line) => line.editThread(nurse, "1", { patientIds: "75" })],
  ["an assignee that is a number", "assigneeId", (line) => line.editThread(nurse, "1", { assigneeId: 5 })],
  ["no edit", "edit", (line) => line.editThread(nurse, "1")],
  ["another view", "view", (line) => line.listThreads(nurse, { ...page, view: "everything" })],
  ["a filter that nobody knows", "siteGroupingId", (line) => line.listThreads(nurse, { siteGroupingId: "1" })],
  ["an edit that nobody knows", "Label", (line) => line.editThread(nurse, "1", { Label: "x" })],
  ["a limit in words", "limit", (line) => line.listMessages(nurse, "1", { ...page, limit: "10" })],
  [
    "a limit that is no number",
    "limit",
    (line) => line.listParkedEvents(administrator, { ...page, limit: Number.NaN })
  ],
  ["no message", "messageId", (line) => line.markRead(nurse, "1", undefined)],
  ["a number that is none", "number", (line) => line.addNumber(nurse, { ...number, number: 12 })],
  ["another status", "deliveryStatus", (line) => line.listMessagesByStatus(nurse, { ...page, deliveryStatus: "lost" })]
]

describe("An operation without types", () => {
  it.each(refusals)("refuses %s", async (_what, field, call) => {
    assert.strictEqual(await fieldOf(call((await open()) as unknown as Loose)), field)
  })

  it("takes what may be left out as undefined, and keeps what can be seen of what a person wrote", async () => {
    const careline = await open()
    const named = { ...thread, contactName: " Ana\u0000 \u202EMaria\n", patientIds: undefined }
    const made = await careline.createThread(administrator, named)
    assert.strictEqual(made.thread.contactName, "Ana Maria")
    assert.lengthOf((await careline.listThreads(administrator, { view: "all", limit: undefined, q: "ana m" })).items, 1)
  })

  it("shows no thread of another tenant, whatever the store gives", async () => {
    const careless = changed(Threads, (threads) => ({
      ...threads,
      get: (_scope, id, userId) => threads.get("all", id, userId)
    }))
    const careline = await open({ repositories: careless })
    const { thread: made } = await careline.createThread(administrator, thread)
    assert.strictEqual((await careline.viewThread(nurse, made.id)).thread.id, made.id)
    const stranger = { userId: "stranger", scope: ["2"] }
    const refused = await careline.viewThread(stranger, made.id).catch((error: { readonly _tag: string }) => error._tag)
    assert.strictEqual(refused, "NotFound")
  })

  it("puts down an opt-out for whoever can write to us, known to the numbering plans or not", async () => {
    const careline = await open()
    for (const sender of ["+15551234567", "72345", "(303) 555-0123", "Ana@Example.com"]) {
      const { status } = await careline.recordConsent(nurse, "1", sender, "opted_out")
      assert.strictEqual(status, "opted_out")
      assert.strictEqual((await careline.contactConsent(nurse, "1", sender)).status, "opted_out")
    }
  })
})

describe("A line", () => {
  it.each([
    ["limits.webhookBytes", { webhookBytes: 0 }],
    ["limits.sendTimeout", { sendTimeout: Number.NaN }],
    ["limits.circuit", { circuit: { failuresToOpen: 5, openForMillis: -1, probeForMillis: 1 } }],
    ["limits.attemptDeadline", { sendTimeout: 60_000, attemptDeadline: 60_000 }]
  ])("does not start with a limit that cannot hold: %s", async (field, limits) => {
    assert.strictEqual(await fieldOf(open({ limits })), field)
  })

  it("takes a limit that is not given for the default", async () => {
    const careline = await open({ limits: { webhookBytes: undefined } as object })
    const body = "x".repeat(2_000_000)
    const request = new Request("https://ehr.example.com/api/v1/webhooks/acme/sms", { method: "POST", body })
    assert.strictEqual((await careline.handleWebhook(request)).status, 413)
  })

  it("keeps what an adapter's layer holds until it is disposed of", async () => {
    const events: Array<string> = []
    const held = Layer.effect(
      Telephony.Telephony,
      Effect.acquireRelease(
        Effect.sync(() => {
          events.push("opened")
          return Telephony.make({
            provider: "held",
            capabilities: Memory.capabilities,
            webhooks: {
              receive: () => Effect.succeed({ account: "held", events: [] }),
              reply: () => ({ status: 204, headers: {}, body: "" })
            },
            messages: { send: () => Effect.never }
          })
        }),
        () => Effect.sync(() => events.push("closed"))
      )
    )
    const careline = await open({ telephony: { active: telephony, others: [held] } })
    events.push("used")
    await careline.dispose()
    assert.deepStrictEqual(events, ["opened", "used", "closed"])
  })

  it("goes on working when its log fails", async () => {
    const claims = { count: 0 }
    const failing = changed(Inbox, (inbox) => ({
      ...inbox,
      claimLanes: () =>
        Effect.andThen(
          Effect.sync(() => claims.count++),
          Effect.die("a bug")
        )
    }))
    const log = () => {
      throw new Error("the disk is full")
    }
    await open({
      repositories: failing,
      workers: true,
      log,
      limits: { workerBackoffMax: 1, pollEvery: 1, pollEveryMax: 1 }
    })
    while (claims.count < 3) await new Promise((resolve) => setImmediate(resolve))
    assert.isAtLeast(claims.count, 3)
  })

  it("takes an adapter whose class happens to have a field of that name for an adapter", async () => {
    const careline = await open({ telephony: { ...telephony, active: true } as unknown as PlainTelephony })
    assert.deepStrictEqual(await careline.listNumbers(nurse), [])
  })

  it("tells what changes, to whoever may see it", async () => {
    const careline = await open()
    const heard = careline.events(nurse, null)[Symbol.asyncIterator]()
    const first = heard.next()
    const others = setInterval(
      () => void careline.createThread(administrator, { ...thread, siteGroupingId: "2" }).catch(() => {}),
      1
    )
    const own = setInterval(() => void careline.createThread(administrator, thread).catch(() => {}), 1)
    const { value } = await first
    clearInterval(others)
    clearInterval(own)
    await heard.return?.()
    assert.strictEqual(value?.event.siteGroupingId, "1")
    assert.strictEqual(value?.event.type, "thread.updated")
  })

  it("lets itself be switched off, whatever was stored under older rules", async () => {
    const stale = changed(Settings, (settings) => ({
      ...settings,
      effective: (tenants) =>
        Effect.map(settings.effective(tenants), (all) =>
          all.map((one) => ({ ...one, escalationPhoneNumbers: ["+15551234567" as PhoneNumber.E164] }))
        )
    }))
    const careline = await open({ repositories: stale })
    const settings = await careline.changeLineSettings(administrator, "1", { voipEnabled: false })
    assert.isFalse(settings.voipEnabled)
    assert.deepStrictEqual(settings.escalationPhoneNumbers, ["+15551234567"])
  })
})
