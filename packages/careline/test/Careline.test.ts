/** Careline without Effect: a provider of plain async functions, and a line that is only called and awaited. */
import { createHmac, timingSafeEqual } from "node:crypto"
import { Directory, Inbox, StorageError, StoreUnavailable, TelephonyError } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { Effect, Layer } from "effect"
import { afterEach, assert, describe, it, vi } from "vitest"
import {
  type Careline,
  type CarelineOnLayer,
  createCareline,
  isCarelineError,
  type LogEntry,
  NotFound,
  type PlainTelephony,
  SendRefused
} from "../src/index.ts"
import { PATIENCE_MILLIS } from "../../../test/support/patience.ts"
import { memorySpool } from "../../../test/support/memorySpool.ts"

const line = "+12025550100"
const contact = "+13035550123"
const nurse = { userId: "nurse", scope: ["north"] }
const administrator = { userId: "admin", scope: "all" as const }
const key = "a shared key"

const sign = (body: string): string => createHmac("sha256", key).update(body).digest("hex")

/** A provider whose webhooks are JSON with an HMAC over the body. */
class Acme implements PlainTelephony {
  readonly provider = "acme"
  readonly sent: Array<{ readonly to: string; readonly body: string }> = []
  isBroken = false
  readonly capabilities = Memory.capabilities
  readonly webhooks: PlainTelephony["webhooks"] = {
    receive: async (_kind, { body, headers }) => {
      const expected = Buffer.from(sign(Buffer.from(body).toString()))
      const given = Buffer.from(headers["x-acme-signature"] ?? "")
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new TelephonyError.InvalidSignature({ message: "another signature" })
      }
      const event = JSON.parse(Buffer.from(body).toString())
      if (event._tag === undefined) throw new TelephonyError.MalformedWebhook({ message: "no event" })
      return { account: "acme", events: [event] }
    },
    reply: () => ({ status: 204, headers: {}, body: "" })
  }
  readonly messages: PlainTelephony["messages"] = {
    send: async ({ body, to }) => {
      if (this.isBroken) throw new Error(`connection lost while sending ${body}`)
      this.sent.push({ to, body })
      return { _tag: "Accepted", providerMessageId: `out-${this.sent.length}`, status: "accepted" }
    }
  }
}

const lines: Array<Careline> = []
afterEach(async () => {
  await Promise.all(lines.splice(0).map((careline) => careline.dispose()))
})

const open = async (options: Partial<CarelineOnLayer> = {}) => {
  const acme = new Acme()
  const log: Array<LogEntry> = []
  const careline = await createCareline({
    telephony: acme,
    repositories: Memory.layerStorage,
    log: (entry) => log.push(entry),
    ...options
  })
  lines.push(careline)
  await careline.assignOnActivation(administrator, "north", null)
  await careline.addNumber(administrator, {
    number: line,
    siteGroupingId: "north",
    label: null,
    provider: null,
    providerSid: null,
    overrideReason: "Acme lists no numbers"
  })
  await careline.changeLineSettings(administrator, "north", { autoReplyMessage: "We will answer soon." })
  return { acme, careline, log }
}

const post = (path: string, body: string, signature = sign(body)): Request =>
  new Request(`https://ehr.example.com${path}`, { method: "POST", body, headers: { "x-acme-signature": signature } })

let count = 0
const texted = (text: string): string =>
  JSON.stringify({
    _tag: "MessageReceived",
    providerMessageId: `in-${++count}`,
    from: contact,
    to: line,
    text,
    attachments: [],
    providerKeyword: null
  })

const text = async (careline: Careline, words: string) => {
  const response = await careline.handleWebhook(post("/api/v1/webhooks/acme/sms", texted(words)))
  await careline.work.processInbound()
  return response
}

const inbox = async (careline: Careline) =>
  (await careline.listThreads(nurse, { view: "all", limit: 10, cursor: null })).items

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.fail("It did not reject"),
    (error: unknown) => error
  )

describe("A line without Effect", () => {
  it("takes a text in, answers it once, and sends a reply that is delivered", async () => {
    const { acme, careline } = await open()
    assert.strictEqual((await text(careline, "Can she take the pill with food?")).status, 204)
    const [found] = await inbox(careline)
    assert.strictEqual(found?.thread.externalContact, contact)
    assert.strictEqual(found?.phoneNumber, line)
    assert.instanceOf(found?.thread.lastMessageAt, Date)

    const reply = await careline.sendMessage(nurse, {
      threadId: found!.thread.id,
      content: "Yes, with food is best.",
      mediaUrls: [],
      idempotencyKey: "one"
    })
    assert.strictEqual(reply.deliveryStatus, "queued")
    // Its conversation is nobody's alarm.
    assert.strictEqual(await careline.work.dispatchAlarms(), 0)
    assert.strictEqual(await careline.work.dispatchConversation(), 1)
    while ((await careline.work.dispatchSends()) > 0);
    assert.deepStrictEqual(
      acme.sent.map(({ body }) => body),
      ["We will answer soon.", "Yes, with food is best."]
    )

    const report = { _tag: "DeliveryReported", providerMessageId: "out-2", attemptId: null, status: "delivered" }
    const body = JSON.stringify({ ...report, failureReason: null, errorCode: null })
    await careline.handleWebhook(post("/api/v1/webhooks/acme/status", body))
    await careline.work.applyReports()
    const { items } = await careline.listMessages(nurse, found!.thread.id, { limit: 10, cursor: null })
    assert.strictEqual(items.find(({ id }) => id === reply.id)?.deliveryStatus, "delivered")
  })

  it("keeps a text in its spool while the store is away, and has it once the store is back", async () => {
    const is = { away: false }
    const storage = Layer.effect(
      Inbox,
      Effect.map(Inbox, ({ accept, ...inbox }) => ({
        ...inbox,
        accept: (events: Parameters<typeof accept>[0]) =>
          is.away
            ? Effect.fail(
                new StorageError({ operation: "inbox.accept", reason: new StoreUnavailable({ message: "away" }) })
              )
            : accept(events)
      }))
    ).pipe(Layer.provideMerge(Memory.layerStorage))
    const spool = memorySpool()
    const { careline } = await open({ repositories: storage, spool: spool.layer, limits: { workerBackoffMax: 1 } })
    is.away = true
    assert.strictEqual((await text(careline, "Is anybody there?")).status, 204)
    assert.lengthOf(spool.waiting, 1)
    is.away = false
    await vi.waitFor(() => assert.lengthOf(spool.waiting, 0), { timeout: PATIENCE_MILLIS })
    await careline.work.processInbound()
    assert.deepStrictEqual(
      (await inbox(careline)).map(({ thread }) => thread.lastMessagePreview),
      ["Is anybody there?"]
    )
  })

  it("rejects with the use case's own error", async () => {
    const { careline } = await open()
    await text(careline, "STOP")
    const [found] = await inbox(careline)
    const message = { threadId: found!.thread.id, content: "Hello?", mediaUrls: [], idempotencyKey: null }
    const error = await rejection(careline.sendMessage(nurse, message))
    assert.isTrue(isCarelineError(error))
    assert.instanceOf(error, SendRefused)
    assert.strictEqual((error as SendRefused)._tag, "SendRefused")
    assert.strictEqual((error as SendRefused).reason, "recipient_opted_out")
    assert.isFalse(isCarelineError(new Error("a bug")))
  })

  it("says which part of a request is not valid", async () => {
    const { careline } = await open()
    await text(careline, "Hello")
    const [found] = await inbox(careline)
    const id = found!.thread.id
    const fieldOf = async (promise: Promise<unknown>) =>
      ((await rejection(promise)) as { readonly field?: string }).field
    const send = (content: string, mediaUrls: ReadonlyArray<string> = []) =>
      careline.sendMessage(nurse, { threadId: id, content, mediaUrls, idempotencyKey: null })
    const thread = { siteGroupingId: "north", externalContact: "+13035550124" }
    assert.strictEqual(await fieldOf(send(" ")), "content")
    assert.strictEqual(await fieldOf(send("Look", ["file:///etc/passwd"])), "mediaUrls.0")
    assert.strictEqual(
      await fieldOf(careline.createThread(nurse, { ...thread, externalContact: "12" })),
      "externalContact"
    )
    assert.strictEqual(await fieldOf(careline.createThread(nurse, { ...thread, contactName: " " })), "contactName")
    assert.strictEqual(await fieldOf(careline.editThread(nurse, id, { contactName: "x".repeat(201) })), "contactName")
    assert.strictEqual(await fieldOf(careline.listThreads(nurse, { view: "all", limit: 0, cursor: null })), "limit")
    assert.strictEqual(await fieldOf(careline.listMessages(nurse, id, { limit: 201, cursor: null })), "limit")
    assert.strictEqual(
      await fieldOf(careline.changeLineSettings(nurse, "north", { autoReplyMessage: "" })),
      "autoReplyMessage"
    )
    assert.strictEqual(await fieldOf(careline.recordConsent(nurse, "north", "nobody", "opted_in")), "contact")
    const number = { siteGroupingId: "north", label: null, provider: null, providerSid: null }
    assert.strictEqual(await fieldOf(careline.addNumber(nurse, { ...number, number: "555" })), "number")
    assert.strictEqual((await inbox(careline)).length, 1)
  })

  it("lets nobody reach into a tenant that they do not see", async () => {
    const { careline } = await open()
    const stranger = { userId: "stranger", scope: ["south"] }
    const number = { number: "+12025550199", label: null, provider: null, providerSid: null }
    for (const attempt of [
      careline.createThread(stranger, { siteGroupingId: "north", externalContact: contact }),
      careline.lineSettings(stranger, "north"),
      careline.changeLineSettings(stranger, "north", { voipEnabled: false }),
      careline.contactConsent(stranger, "north", contact),
      careline.recordConsent(stranger, "north", contact, "opted_out"),
      careline.addNumber(stranger, { ...number, siteGroupingId: "north" }),
      careline.listParkedEvents(nurse, { limit: 10, cursor: null })
    ]) {
      assert.instanceOf(await rejection(attempt), NotFound)
    }
    assert.isTrue((await careline.lineSettings(nurse, "north")).voipEnabled)
    assert.strictEqual((await careline.contactConsent(nurse, "north", "(303) 555-0123")).status, "unknown")
  })

  it("asks the backend's directory, which is plain as well", async () => {
    const asked: Array<string> = []
    const { careline } = await open({
      directory: () => ({
        contacts: async (keys) => {
          asked.push(...keys.map((known) => known.contact))
          return keys.map((known) => ({ ...known, name: "Ana's daughter", timeZone: null }))
        },
        missing: async (_tenant, { patientIds }) => patientIds.filter((id) => id !== "7"),
        clinicianPhone: async () => null
      })
    })
    await text(careline, "Hello")
    const [found] = await inbox(careline)
    assert.include(asked, contact)
    assert.strictEqual(found?.thread.contactName, "Ana's daughter")
    const { view } = await careline.editThread(nurse, found!.thread.id, { patientIds: ["7"] })
    assert.deepStrictEqual(view.thread.patientIds, ["7"])
    const error = await rejection(careline.editThread(nurse, found!.thread.id, { patientIds: ["7", "8"] }))
    assert.strictEqual((error as { readonly _tag: string })._tag, "InvalidRequest")
  })

  it("suspends a number: what it stops is told, and refused by its tag", async () => {
    const { careline } = await open()
    await text(careline, "Hello")
    const [found] = await inbox(careline)
    const threadId = found!.thread.id
    const { id } = (await careline.listNumbers(administrator)).find(({ number }) => number === line)!
    const suspended = await careline.editNumber(administrator, id, { status: "suspended" })
    assert.deepInclude(suspended, { status: "suspended", stoppedThreadsCount: 1, movedThreadsCount: 0 })
    const refused = await rejection(careline.sendMessage(nurse, { threadId, content: "Hello" }))
    assert.isTrue(isCarelineError(refused))
    assert.deepInclude(refused as object, { _tag: "NumberSuspended", phoneNumberId: id })
    await careline.editNumber(administrator, id, { status: "assigned" })
    await careline.sendMessage(nurse, { threadId, content: "Hello" })
  })

  it("knows nobody of what an adapter throws while sending: the outcome is unknown", async () => {
    const { acme, careline, log } = await open()
    await text(careline, "Hello")
    acme.isBroken = true
    await careline.work.dispatchSends()
    const unknown = await careline.listMessagesByStatus(nurse, { deliveryStatus: "unknown", limit: 10, cursor: null })
    assert.strictEqual(unknown.items.length, 1)
    assert.notInclude(JSON.stringify(log), "We will answer soon")
  })

  it("runs the workers itself where it is told to, until it is disposed of", async () => {
    const { acme, careline } = await open({ workers: true })
    await careline.handleWebhook(post("/api/v1/webhooks/acme/sms", texted("Hello")))
    while (acme.sent.length === 0) await new Promise(setImmediate)
    await careline.dispose()
    assert.isFalse(isCarelineError(await rejection(careline.work.processInbound())))
  })

  it("does not start on a layer that cannot be built", async () => {
    const directory: Layer.Layer<Directory, Error> = Layer.effect(Directory, Effect.fail(new Error("no such variable")))
    const error = await rejection(
      createCareline({ telephony: new Acme(), repositories: Memory.layerStorage, directory })
    )
    assert.strictEqual((error as Error).message, "no such variable")
  })
})

describe("A webhook", () => {
  const problem = async (response: Response) => {
    assert.strictEqual(response.headers.get("content-type"), "application/problem+json")
    return (await response.json()) as { readonly type: string; readonly instance: string }
  }

  it("is found below whatever the handler is mounted at, and once however often it comes", async () => {
    const { careline } = await open()
    // Whoever has looked before has what comes in from then on unread.
    assert.deepStrictEqual(await inbox(careline), [])
    const body = texted("Hello")
    for (const path of ["/api/webhooks/acme/sms", "/ehr/careline/api/v1/webhooks/acme/sms?a=b"]) {
      assert.strictEqual((await careline.handleWebhook(post(path, body))).status, 204)
    }
    await careline.work.processInbound()
    assert.strictEqual((await inbox(careline))[0]?.unreadCount, 1)
  })

  it("is refused when its signature is another", async () => {
    const { careline } = await open()
    const response = await careline.handleWebhook(post("/api/v1/webhooks/acme/sms", texted("Hello"), sign("x")))
    assert.strictEqual(response.status, 403)
    assert.strictEqual((await problem(response)).type, "urn:careline:problem:invalid-signature")
  })

  it("is our own fault when it is signed and cannot be read, and says so in the log without a word of it", async () => {
    const { careline, log } = await open()
    const response = await careline.handleWebhook(post("/api/v1/webhooks/acme/sms", `{"text":"chest pain"}`))
    assert.strictEqual(response.status, 500)
    const { instance } = await problem(response)
    const entry = log.find(({ annotations }) => instance.endsWith(String(annotations.requestId)))
    assert.strictEqual(entry?.level, "Error")
    assert.notInclude(JSON.stringify(log), "chest pain")
  })

  it("is not read beyond its limit", async () => {
    const { careline } = await open({ limits: { webhookBytes: 100 } })
    let read = 0
    const endless = new ReadableStream({
      pull: (controller) => {
        read++
        controller.enqueue(new Uint8Array(60))
      }
    })
    const request = new Request("https://ehr.example.com/api/v1/webhooks/acme/sms", {
      method: "POST",
      body: endless,
      duplex: "half"
    } as RequestInit)
    const response = await careline.handleWebhook(request)
    assert.strictEqual(response.status, 413)
    assert.isBelow(read, 5)
  })

  it("to another path or method finds nothing", async () => {
    const { careline } = await open()
    const statuses = await Promise.all(
      [
        post("/api/v1/webhooks/acme/fax", "{}"),
        new Request("https://ehr.example.com/api/v1/webhooks/acme/sms", { method: "DELETE" })
      ].map(async (request) => (await careline.handleWebhook(request)).status)
    )
    assert.deepStrictEqual(statuses, [404, 404])
  })

  it("of a provider that is not configured comes again: it may be tomorrow", async () => {
    const { careline } = await open()
    const response = await careline.handleWebhook(post("/api/v1/webhooks/telnyx/sms", "{}"))
    assert.strictEqual(response.status, 501)
    assert.strictEqual((await problem(response)).type, "urn:careline:problem:provider-not-configured")
  })

  it("comes again when the line is closed, or its body breaks off", async () => {
    const { careline } = await open()
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error("gone")) })
    const options = { method: "POST", body: broken, duplex: "half" } as RequestInit
    const url = "https://ehr.example.com/api/v1/webhooks/acme/sms"
    assert.strictEqual((await careline.handleWebhook(new Request(url, options))).status, 503)
    await careline.dispose()
    const response = await careline.handleWebhook(post("/api/v1/webhooks/acme/sms", texted("Hello")))
    assert.deepStrictEqual([response.status, response.headers.get("retry-after")], [503, "5"])
  })
})
