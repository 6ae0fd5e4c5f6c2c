/** Who looked at what, and who was let in: through every route, on a PostgreSQL with row-level security. */
import { BreakGlassAllowed, Limits, processInbound } from "@careline/application"
import { Call } from "@careline/domain"
import { type Alert, Alerts, Calls, Inbox, RowAccess } from "@careline/ports"
import { DateTime, Effect, Layer, Logger } from "effect"
import type { Hono } from "hono"
import { assert, beforeAll, describe, it } from "vitest"
import { openApiDocument, type Role } from "../src/index.ts"
import { openOnPostgres, type PostgresLine } from "./postgresLine.ts"
import { addLine, type Answer, ask, tokenOf } from "./twilioLine.ts"

const line = "+12025550100"
const contact = "+13035550123"
const reason = "Ana's nurse cannot be reached and her daughter has texted twice"

interface Entry {
  readonly siteGroupingId: string | null
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly patientIds: ReadonlyArray<string>
  readonly purpose: string
  readonly breakGlassId: string | null
}

let app: Hono
let run: PostgresLine["run"]
let owner: PostgresLine["owner"]
const alerts: Array<Alert> = []
const logged: Array<string> = []
const tokens: Record<string, string> = {}

beforeAll(async () => {
  ;({ app, owner, run } = await openOnPostgres(
    Layer.mergeAll(
      Logger.layer([Logger.map(Logger.formatJson, (text) => void logged.push(text))]),
      Layer.succeed(BreakGlassAllowed, true),
      Layer.succeed(Alerts, { raise: (alert) => Effect.sync(() => void alerts.push(alert)) })
    )
  ))
  const token = (roles: ReadonlyArray<Role>, siteGroupingIds: ReadonlyArray<string>, sub: string) =>
    Effect.runPromise(tokenOf(sub, roles, siteGroupingIds))
  tokens.root = await token(["SYSTEM_ADMIN"], [], "root")
  tokens.nurse = await token(["CLINICIAN"], ["north"], "nurse")
  tokens.auditor = await token(["AUDITOR"], ["north"], "auditor")
  tokens.southern = await token(["CLINICIAN"], ["south"], "southern")
  tokens.reckless = await token(["CLINICIAN"], ["south"], "reckless")
  tokens.southernAdmin = await token(["SITE_ADMIN"], ["south"], "southern-admin")
  await addLine(app, tokens.root, line, "north", "Front desk")
  await run(
    Effect.flatMap(Inbox, (inbox) =>
      inbox.accept([
        {
          provider: "twilio",
          account: "AC",
          event: {
            _tag: "MessageReceived",
            providerMessageId: "SM1",
            from: contact as never,
            to: line as never,
            text: "Can Ana take the pill with food?",
            attachments: [],
            providerKeyword: null
          }
        }
      ])
    ).pipe(Effect.provideService(RowAccess, { _tag: "System" }))
  )
  await run(processInbound())
})
const call = (who: string, method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) =>
  ask(app, tokens[who]!, method, path, body, headers)

const entries = async (query = "", who = "root"): Promise<ReadonlyArray<Entry>> =>
  (await call(who, "GET", `/audit-log?limit=200${query}`)).body.items

/** The entries that a request adds, oldest first. */
const notedBy = async (request: () => Promise<Answer>): Promise<readonly [Answer, ReadonlyArray<Entry>]> => {
  const [{ last = "0" } = {}] = await owner<{ last: string }>("select max(id)::text as last from audit_log")
  const answer = await request()
  const rows = await owner<{ place: bigint }>(`select place from audit_log where id > ${last ?? 0}`)
  const all = await entries()
  return [
    answer,
    all
      .filter(({ action }) => action !== "audit.list")
      .slice(0, rows.length)
      .toReversed()
  ]
}

describe("Every read and change of patient data", () => {
  const threadId = async () => (await call("nurse", "GET", "/external-threads?view=all")).body.items[0].id as string

  it("leaves one entry, whichever route it comes by: who, what, whose and why", async () => {
    const id = await threadId()
    const thread = `/external-threads/${id}`
    const at = `thread:${id}`
    await call("nurse", "PATCH", thread, { patientIds: ["ana"] })
    const [newest] = (await call("nurse", "GET", `${thread}/messages`)).body.items
    const sent = (await call("nurse", "POST", `${thread}/messages`, { content: "Yes." })).body.id as string
    await owner(`update sends set state = 'undecided'`)
    await owner(`update messages set delivery_status = 'unknown' where id = '${sent}'`)
    const callId = crypto.randomUUID()
    await run(
      Effect.gen(function* () {
        const given = {
          siteGroupingId: "north",
          purpose: "voicemail",
          direction: "inbound",
          provider: "twilio"
        } as const
        const numbers = { fromNumber: contact, toNumber: line, phoneNumberId: null } as const
        const plan = { _tag: "Hangup", say: [] } as const
        const fields = { ...given, ...numbers, id: callId, providerCallId: "CA1", plan, threadId: id }
        yield* (yield* Calls).open(Call.open(fields as never, "ringing", yield* DateTime.now))
      }).pipe(Effect.provideService(RowAccess, { _tag: "System" }))
    )
    const written = { to: contact, body: "See you soon", patientId: "ana" }
    const note = (await call("nurse", "POST", "/messages", written)).body.id as string
    const ofNote = `notification:${note}`
    const consent = `/contacts/${encodeURIComponent(contact)}/consent`
    const steps: ReadonlyArray<
      readonly [method: string, route: string, path: string, body: unknown, action: string, subject: string | RegExp]
    > = [
      ["GET", "/external-threads", "/external-threads?view=all", undefined, "thread.list", "threads:all"],
      ["POST", "/external-threads/search", "/external-threads/search", { q: "303" }, "thread.list", "threads:all"],
      ["GET", "/external-threads/{id}", thread, undefined, "thread.view", at],
      ["PATCH", "/external-threads/{id}", thread, { contactName: "Ana's daughter" }, "thread.edit", at],
      ["GET", "/external-threads/{id}/messages", `${thread}/messages`, undefined, "message.list", at],
      [
        "POST",
        "/external-threads/{id}/messages",
        `${thread}/messages`,
        { content: "No." },
        "message.send",
        /^message:/
      ],
      [
        "POST",
        "/api/telephony/sms",
        "/api/telephony/sms",
        { phoneNumber: contact, message: "Bring your card." },
        "message.send",
        /^message:/
      ],
      ["POST", "/external-threads/{id}/read", `${thread}/read`, { upToMessageId: newest.id }, "thread.read", at],
      ["GET", "/external-threads/{id}/readers", `${thread}/readers`, undefined, "thread.readers", at],
      ["GET", "/messages", "/messages?deliveryStatus=unknown", undefined, "message.list", "messages:unknown"],
      ["POST", "/messages", "/messages", written, "notification.schedule", /^notification:/],
      ["GET", "/notifications", "/notifications", undefined, "notification.list", "notifications"],
      [
        "GET",
        "/api/telephony/notifications",
        "/api/telephony/notifications",
        undefined,
        "notification.list",
        "notifications"
      ],
      ["GET", "/notifications/{id}", `/notifications/${note}`, undefined, "notification.view", ofNote],
      ["PATCH", "/notifications/{id}", `/notifications/${note}`, { body: "Later" }, "notification.edit", ofNote],
      ["DELETE", "/notifications/{id}", `/notifications/${note}`, undefined, "notification.withdraw", ofNote],
      ["GET", "/messages/{id}", `/messages/${sent}`, undefined, "message.view", `message:${sent}`],
      ["POST", "/messages/{id}/resend", `/messages/${sent}/resend`, undefined, "message.resend", `message:${sent}`],
      ["POST", "/messages/{id}/dismiss", `/messages/${sent}/dismiss`, undefined, "message.dismiss", `message:${sent}`],
      [
        "POST",
        "/external-threads/{id}/prepare-bridge-call",
        `${thread}/prepare-bridge-call`,
        { clinicianNumber: "+13035550188" },
        "call.prepare",
        at
      ],
      ["GET", "/call-logs", `/call-logs?externalThreadId=${id}`, undefined, "call.list", at],
      ["GET", "/call-logs", "/call-logs", undefined, "call.list", "calls:all"],
      ["GET", "/api/telephony/call-logs", "/api/telephony/call-logs", undefined, "call.list", "calls:all"],
      ["GET", "/call-logs/{id}", `/call-logs/${callId}`, undefined, "call.view", `call:${callId}`],
      ["PATCH", "/call-logs/{id}", `/call-logs/${callId}`, { reason: "OTHER" }, "call.edit", `call:${callId}`],
      ["GET", "/contacts/{e164}/consent", consent, undefined, "consent.view", `contact:•••${contact.slice(-4)}`],
      [
        "PUT",
        "/contacts/{e164}/consent",
        consent,
        { status: "opted_in" },
        "consent.set",
        `contact:•••${contact.slice(-4)}`
      ],
      [
        "POST",
        "/external-threads",
        "/external-threads",
        { externalContact: "+13035550124" },
        "thread.create",
        /^thread:/
      ],
      ["DELETE", "/external-threads/{id}", thread, undefined, "thread.delete", at]
    ]
    for (const [method, route, path, body, action, subject] of steps) {
      // A text that a person has to decide about, and that was decided about a moment ago.
      if (route === "/messages/{id}/dismiss") await owner(`update sends set state = 'undecided'`)
      const [answer, noted] = await notedBy(() => call("nurse", method, path, body, { "x-purpose-of-use": "PATRQT" }))
      assert.isBelow(answer.status, 300, `${method} ${path}: ${JSON.stringify(answer.body)}`)
      assert.lengthOf(noted, 1, `${method} ${route}`)
      const [entry] = noted
      assert.deepInclude(entry, {
        siteGroupingId: "north",
        actor: "nurse",
        action,
        purpose: "PATRQT",
        breakGlassId: null
      })
      assert.match(entry!.subject, subject instanceof RegExp ? subject : new RegExp(`^${subject.replace("+", "\\+")}$`))
      assert.deepStrictEqual(entry!.patientIds, action === "thread.create" ? [] : ["ana"], action)
    }

    // Routes that show and change nothing of a patient's, or write down what they do in tests of their own.
    const others = new Set([
      "GET /api/v1/phone-numbers",
      "GET /api/telephony/phone-number",
      "POST /api/v1/phone-numbers",
      "GET /api/v1/phone-numbers/{id}",
      "PATCH /api/v1/phone-numbers/{id}",
      "DELETE /api/v1/phone-numbers/{id}",
      "GET /api/v1/phone-numbers/{id}/usage-count",
      "GET /api/v1/phone-number-pool",
      "GET /api/v1/phone-numbers/reconciliation",
      "POST /api/v1/phone-numbers/reconciliation",
      "POST /api/v1/site-groupings/{id}/phone-number",
      "GET /api/v1/phone-numbers/caller-id",
      "POST /api/telephony/provision-phone",
      "GET /api/v1/phone-number-pool/numbers",
      "GET /api/v1/phone-number-pool/numbers/{id}",
      "PATCH /api/v1/phone-number-pool/numbers/{id}",
      "POST /api/v1/phone-number-pool/numbers/{id}/release",
      "POST /api/v1/phone-numbers/{id}/undo",
      "GET /api/v1/pending-assignments",
      "GET /api/v1/pending-assignments/{id}",
      "DELETE /api/v1/pending-assignments/{id}",
      "GET /api/v1/site-groupings",
      "POST /api/v1/site-groupings",
      "GET /api/v1/site-groupings/{id}",
      "PATCH /api/v1/site-groupings/{id}",
      "DELETE /api/v1/site-groupings/{id}",
      "GET /api/v1/external-threads/counts",
      // In directory.test and patientImport.test.
      "POST /api/v1/patients/search",
      "POST /api/v1/patients/import",
      "GET /api/v1/patients",
      "POST /api/v1/patients",
      "GET /api/v1/patients/{id}",
      "PUT /api/v1/patients/{id}",
      "DELETE /api/v1/patients/{id}",
      "GET /api/v1/facilities",
      "POST /api/v1/facilities",
      "GET /api/v1/facilities/{id}",
      "PUT /api/v1/facilities/{id}",
      "DELETE /api/v1/facilities/{id}",
      "GET /api/v1/users",
      "POST /api/v1/users",
      "GET /api/v1/users/{id}",
      "PUT /api/v1/users/{id}",
      "DELETE /api/v1/users/{id}",
      "GET /api/v1/templates",
      "POST /api/v1/templates",
      "GET /api/v1/templates/{id}",
      "PUT /api/v1/templates/{id}",
      "DELETE /api/v1/templates/{id}",
      "GET /api/v1/templates/{id}/versions",
      "POST /api/v1/templates/{id}/publish",
      "POST /api/v1/templates/{id}/rollback",
      "GET /api/v1/templates/{id}/lint",
      "POST /api/v1/templates/{id}/preview",
      "GET /api/v1/voip-settings",
      "PUT /api/v1/voip-settings",
      "DELETE /api/v1/voip-settings/{field}",
      "GET /api/v1/platform-settings",
      "PUT /api/v1/platform-settings",
      "DELETE /api/v1/platform-settings/{field}",
      "GET /api/v1/parked-events",
      "POST /api/v1/parked-events/{id}/retry",
      "POST /api/v1/parked-events/{id}/dismiss",
      "GET /api/v1/events",
      "POST /api/v1/media",
      "GET /api/v1/audit-log",
      "POST /api/v1/break-glass",
      "GET /api/v1/break-glass",
      "DELETE /api/v1/break-glass/{id}"
    ])
    const known = new Set(
      steps.map(([method, route]) => `${method} ${route.startsWith("/api/") ? route : `/api/v1${route}`}`)
    )
    const all = Object.entries(openApiDocument.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
    )
    assert.deepStrictEqual(
      all.filter((one) => !known.has(one) && !others.has(one)),
      [],
      "a route that no step of this test goes by"
    )
  })

  it("is undone with its entry", async () => {
    const [missing, none] = await notedBy(() => call("southern", "GET", "/external-threads/00000000-0000-7000-8000-0"))
    // Of what was not given there is only that it was refused.
    assert.deepStrictEqual(
      [
        missing.status,
        none.map(({ action, actor, siteGroupingId, subject }) => [action, actor, siteGroupingId, subject])
      ],
      [404, [["access.refuse", "southern", "south", "operation:getThread"]]]
    )
    const [refused, nothing] = await notedBy(() =>
      call("nurse", "POST", "/external-threads", { externalContact: "+13035550124" })
    )
    assert.deepStrictEqual([refused.status, nothing], [409, []])
  })

  it("is shown to those who watch over its site grouping, by what they ask for", async () => {
    assert.strictEqual((await call("nurse", "GET", "/audit-log")).status, 403)
    const [{ items }, ofAna] = [
      (await call("auditor", "GET", "/audit-log")).body,
      await entries("&patientId=ana", "auditor")
    ]
    assert.isAbove(items.length, 10)
    assert.deepStrictEqual(new Set(items.map((entry: Entry) => entry.siteGroupingId)), new Set(["north"]))
    assert.isAbove(ofAna.length, 5)
    assert.isTrue(ofAna.every(({ patientIds }) => patientIds.includes("ana")))
    const sends = await entries("&actor=nurse&action=message.send", "auditor")
    assert.deepStrictEqual(
      sends.map(({ action, actor }) => [action, actor]),
      sends.map(() => ["message.send", "nurse"])
    )
    const southern = (await entries("", "southernAdmin")).map(({ action }) => action)
    assert.isEmpty(southern.filter((action) => action !== "access.refuse" && action !== "audit.list"))
    assert.strictEqual((await call("auditor", "GET", "/audit-log?siteGroupingId=south")).status, 404)
    const stream = await app.request("/api/v1/events", { headers: { authorization: `Bearer ${tokens.auditor}` } })
    await stream.body?.cancel()
    assert.lengthOf(await entries("&actor=auditor&action=event.listen", "auditor"), 1)
    // Who asks for what is not theirs is said, and not what they asked for.
    const refusals = logged
      .filter((text) => text.includes("A request was refused"))
      .map((text) => JSON.parse(text).annotations)
    const told = refusals.map(({ operation, status, user }) => ({ operation, status, user }))
    assert.deepInclude(told, { user: "nurse", operation: "listAuditLog", status: 403 })
    assert.deepInclude(told, { user: "southern", operation: "getThread", status: 404 })
    // Those who watch over whoever asked see it too.
    const [refused] = await entries("&action=access.refuse&actor=nurse", "auditor")
    assert.strictEqual(refused!.subject, "operation:listAuditLog")
    // Who watches is watched.
    const [watched] = await entries("&actor=auditor&action=audit.list", "auditor")
    assert.strictEqual(watched!.purpose, "HCOMPL")
  })
})

describe("Breaking the glass", () => {
  const list = (who: string, glass?: string) =>
    call(who, "GET", "/external-threads?view=all", undefined, glass === undefined ? {} : { "x-break-glass": glass })

  it("needs a reason, an end, and a role that works with patients", async () => {
    const ask = (who: string, body: object) =>
      call(who, "POST", "/break-glass", { siteGroupingId: "north", reason, ...body })
    assert.strictEqual((await ask("southern", { reason: "urgent" })).status, 422)
    assert.strictEqual((await ask("southern", { minutes: 24 * 60 })).status, 422)
    assert.strictEqual((await ask("southern", { siteGroupingId: "south" })).status, 422)
    assert.strictEqual((await ask("auditor", { siteGroupingId: "south" })).status, 403)
    assert.deepStrictEqual(alerts, [])
  })

  it("lets its user into that site grouping alone, tells of it, and writes down what is done there", async () => {
    assert.lengthOf((await list("southern")).body.items, 0)
    const { body: glass } = await call("southern", "POST", "/break-glass", { siteGroupingId: "north", reason })
    const [seen, noted] = await notedBy(() => list("southern", glass.id))
    assert.strictEqual(seen.body.items[0].siteGroupingId, "north")
    assert.deepInclude(noted[0], {
      siteGroupingId: "north",
      actor: "southern",
      purpose: "BTG",
      breakGlassId: glass.id
    })

    const within = (method: string, path: string, body?: unknown) =>
      call("southern", method, path, body, { "x-break-glass": glass.id })
    assert.strictEqual((await within("GET", "/voip-settings?siteGroupingId=south")).status, 404)
    assert.strictEqual((await within("PUT", "/voip-settings", { voipEnabled: false })).status, 403)
    assert.strictEqual((await list("nurse", glass.id)).status, 403)
    assert.strictEqual(
      (await call("southern", "GET", "/external-threads", undefined, { "x-purpose-of-use": "BTG" })).status,
      400
    )

    const told = alerts.splice(0)
    assert.deepStrictEqual(told, [
      {
        subject: "break_glass",
        condition: "open",
        isOver: false,
        detail: { siteGrouping: "north", breakGlass: glass.id, user: "southern", minutes: 30 }
      }
    ])
    assert.lengthOf(
      logged.filter((text) => text.includes("broke the glass") && text.includes(glass.id)),
      1
    )
    for (const text of [...logged, JSON.stringify(told)]) assert.notInclude(text, "Ana")
    const { body: page } = await call("auditor", "GET", "/break-glass")
    assert.deepInclude(page.items[0], { id: glass.id, userId: "southern", reason, closedAt: null })
  })

  it("ends in time, or when it is given back or revoked", async () => {
    const open = async () =>
      (await call("southern", "POST", "/break-glass", { siteGroupingId: "north", reason, minutes: 5 })).body
        .id as string
    const [late, returned, revoked] = [await open(), await open(), await open()]
    await owner(`update break_glasses set expires_at = now() where id = '${late}'`)
    assert.strictEqual((await call("southern", "DELETE", `/break-glass/${returned}`)).status, 204)
    assert.strictEqual((await call("southernAdmin", "DELETE", `/break-glass/${revoked}`)).status, 404)
    assert.strictEqual((await call("nurse", "DELETE", `/break-glass/${revoked}`)).status, 404)
    assert.strictEqual((await call("root", "DELETE", `/break-glass/${revoked}`)).status, 204)
    for (const glass of [late, returned, revoked, crypto.randomUUID(), "nonsense"]) {
      assert.strictEqual((await list("southern", glass)).body.type, "urn:careline:problem:break-glass-over")
    }
  })
})

describe("Breaking the glass again and again", () => {
  const ask = (siteGroupingId: string) => call("reckless", "POST", "/break-glass", { siteGroupingId, reason })

  it("opens no site grouping that is not on record", async () => {
    assert.strictEqual((await ask("nowhere")).status, 404)
    assert.strictEqual((await call("root", "GET", "/site-groupings/nowhere")).status, 404)
  })

  it("ends at a limit for each user and hour, and keeps nobody else out", async () => {
    const { breakGlassesPerUser } = Limits.defaults
    for (let glass = 0; glass < breakGlassesPerUser; glass++) assert.strictEqual((await ask("north")).status, 201)
    const refused = await ask("north")
    assert.strictEqual(refused.status, 429)
    assert.strictEqual(refused.body.type, "urn:careline:problem:too-many-break-glasses")
    assert.strictEqual(
      (await call("southern", "POST", "/break-glass", { siteGroupingId: "north", reason })).status,
      201
    )
    await owner("update break_glasses set opened_at = opened_at - interval '61 minutes' where user_id = 'reckless'")
    assert.strictEqual((await ask("north")).status, 201)
  })
})
