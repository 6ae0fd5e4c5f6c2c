/**
 * Who may do what to whose: every route, for every role, with things of their own site grouping, of another one, and of
 * none. A route that is not in the table fails the first test.
 */
import { asSystem, BreakGlassAllowed, Intake, Voice } from "@careline/application"
import {
  Call,
  type Contact,
  PendingAssignment,
  type PendingAssignmentId,
  type PhoneNumber,
  type SiteGroupingId
} from "@careline/domain"
import { Calls, IdGenerator, Inbox, NumberInventory, Optional, Transaction } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { DateTime, Effect, Exit, Layer, Scope } from "effect"
import type { Hono } from "hono"
import { assert, describe, it } from "vitest"
import { makeApp, openApiDocument, type Role } from "../src/index.ts"
import { authenticate, overrideReason, tokenOf, twilio } from "./twilioLine.ts"

const world = Layer.mergeAll(Intake.layer, Optional.absent(Voice), twilio).pipe(
  Layer.provideMerge(Layer.merge(Memory.layer, Layer.succeed(BreakGlassAllowed, true)))
)

/** What a request may name: things of one site grouping, or ids that nobody has. */
interface Things {
  readonly tenant: string
  readonly line: string
  readonly contact: string
  readonly number: string
  readonly thread: string
  readonly message: string
  readonly call: string
  /** An access in an emergency. */
  readonly glass: string
  /** An event that could not be applied. */
  readonly parked: string
  /** A number that is waited for. */
  readonly pending: string
  readonly template: string
  readonly notification: string
  readonly patient: string
  readonly facility: string
  readonly user: string
}

interface Asked {
  readonly method: string
  readonly path: string
  readonly body?: unknown
}

const ask =
  (method: string, path: (things: Things) => string, body?: (things: Things) => unknown) =>
  (things: Things): Asked => ({
    method,
    path: path(things),
    ...(body === undefined ? {} : { body: body(things) })
  })

const S: ReadonlyArray<Role> = ["SYSTEM_ADMIN"]
const SA: ReadonlyArray<Role> = [...S, "SITE_ADMIN"]
const SAC: ReadonlyArray<Role> = [...SA, "CLINICIAN"]
const SACR: ReadonlyArray<Role> = [...SAC, "AUDITOR"]

/** `named`: the request names what belongs to somebody. `scoped`: it shows what is the caller's. */
type Reach = "named" | "scoped" | "everybody's"

const aTemplate = {
  name: "Reminder",
  category: "appointment",
  contents: [{ language: "en-US", bodies: { sms: "See you soon" } }]
}

const tenantQuery = ({ tenant }: Things) => `siteGroupingId=${tenant}`

const table: Readonly<Record<string, readonly [ReadonlyArray<Role>, Reach, (things: Things) => Asked]>> = {
  listThreads: [SACR, "scoped", ask("GET", () => "/external-threads?view=all")],
  searchThreads: [
    SACR,
    "scoped",
    ask(
      "POST",
      () => "/external-threads/search",
      () => ({ q: "3" })
    )
  ],
  countThreads: [SACR, "scoped", ask("GET", () => "/external-threads/counts")],
  createThread: [
    SAC,
    "named",
    ask(
      "POST",
      () => "/external-threads",
      ({ tenant }) => ({ externalContact: "+13035550188", siteGroupingId: tenant })
    )
  ],
  getThread: [SACR, "named", ask("GET", ({ thread }) => `/external-threads/${thread}`)],
  editThread: [
    SAC,
    "named",
    ask(
      "PATCH",
      ({ thread }) => `/external-threads/${thread}`,
      () => ({ contactName: "Ana" })
    )
  ],
  deleteThread: [SAC, "named", ask("DELETE", ({ thread }) => `/external-threads/${thread}`)],
  listMessages: [SACR, "named", ask("GET", ({ thread }) => `/external-threads/${thread}/messages`)],
  sendMessage: [
    SAC,
    "named",
    ask(
      "POST",
      ({ thread }) => `/external-threads/${thread}/messages`,
      () => ({ content: "Good morning" })
    )
  ],
  markRead: [
    SAC,
    "named",
    ask(
      "POST",
      ({ thread }) => `/external-threads/${thread}/read`,
      ({ message }) => ({ upToMessageId: message })
    )
  ],
  listReaders: [SACR, "named", ask("GET", ({ thread }) => `/external-threads/${thread}/readers`)],
  listMessagesByStatus: [SACR, "scoped", ask("GET", () => "/messages?deliveryStatus=queued")],
  getMessage: [SACR, "named", ask("GET", ({ message }) => `/messages/${message}`)],
  resendMessage: [SAC, "named", ask("POST", ({ message }) => `/messages/${message}/resend`)],
  dismissMessage: [SAC, "named", ask("POST", ({ message }) => `/messages/${message}/dismiss`)],
  prepareBridgeCall: [
    SAC,
    "named",
    ask(
      "POST",
      ({ thread }) => `/external-threads/${thread}/prepare-bridge-call`,
      () => ({ clinicianNumber: "+13035550177" })
    )
  ],
  listCallLogs: [SACR, "named", ask("GET", (things) => `/call-logs?${tenantQuery(things)}`)],
  listTelephonyCallLogs: [SACR, "named", ask("GET", (things) => `/api/telephony/call-logs?${tenantQuery(things)}`)],
  getTelephonyPhoneNumber: [
    SACR,
    "named",
    ask("GET", (things) => `/api/telephony/phone-number?${tenantQuery(things)}`)
  ],
  sendTelephonySms: [
    SAC,
    "named",
    ask(
      "POST",
      () => "/api/telephony/sms",
      ({ tenant }) => ({ phoneNumber: "+13035550189", message: "Good morning", siteGroupingId: tenant })
    )
  ],
  provisionTelephonyPhone: [
    SA,
    "named",
    ask(
      "POST",
      () => "/api/telephony/provision-phone",
      ({ tenant }) => ({ siteGroupingId: tenant })
    )
  ],
  getCallLog: [SACR, "named", ask("GET", ({ call }) => `/call-logs/${call}`)],
  editCallLog: [
    SAC,
    "named",
    ask(
      "PATCH",
      ({ call }) => `/call-logs/${call}`,
      () => ({ reason: "GET_HOURS", notes: "Asked for the hours of Monday" })
    )
  ],
  getVoipSettings: [SACR, "named", ask("GET", (things) => `/voip-settings?${tenantQuery(things)}`)],
  putVoipSettings: [
    SA,
    "named",
    ask(
      "PUT",
      (things) => `/voip-settings?${tenantQuery(things)}`,
      () => ({ voipEnabled: true })
    )
  ],
  resetVoipSetting: [SA, "named", ask("DELETE", (things) => `/voip-settings/autoReplyMessage?${tenantQuery(things)}`)],
  getPlatformSettings: [S, "everybody's", ask("GET", () => "/platform-settings")],
  putPlatformSettings: [
    S,
    "everybody's",
    ask(
      "PUT",
      () => "/platform-settings",
      () => ({ voipEnabled: true })
    )
  ],
  resetPlatformSetting: [S, "everybody's", ask("DELETE", () => "/platform-settings/voipEnabled")],
  getConsent: [
    SACR,
    "named",
    ask("GET", (things) => `/contacts/${encodeURIComponent(things.contact)}/consent?${tenantQuery(things)}`)
  ],
  putConsent: [
    SAC,
    "named",
    ask(
      "PUT",
      (things) => `/contacts/${encodeURIComponent(things.contact)}/consent?${tenantQuery(things)}`,
      () => ({ status: "opted_in" })
    )
  ],
  listParkedEvents: [S, "everybody's", ask("GET", () => "/parked-events")],
  retryParkedEvent: [S, "everybody's", ask("POST", ({ parked }) => `/parked-events/${parked}/retry`)],
  dismissParkedEvent: [S, "everybody's", ask("POST", ({ parked }) => `/parked-events/${parked}/dismiss`)],
  listPhoneNumbers: [SACR, "scoped", ask("GET", () => "/phone-numbers")],
  addPhoneNumber: [
    SA,
    "named",
    ask(
      "POST",
      () => "/phone-numbers",
      ({ tenant }) => ({ number: "+12025550155", siteGroupingId: tenant })
    )
  ],
  getPhoneNumber: [SACR, "named", ask("GET", ({ number }) => `/phone-numbers/${number}`)],
  editPhoneNumber: [
    SA,
    "named",
    ask(
      "PATCH",
      ({ number }) => `/phone-numbers/${number}`,
      () => ({ label: "Desk" })
    )
  ],
  deletePhoneNumber: [SA, "named", ask("DELETE", ({ number }) => `/phone-numbers/${number}`)],
  countPhoneNumberUsage: [SACR, "named", ask("GET", ({ number }) => `/phone-numbers/${number}/usage-count`)],
  assignPhoneNumber: [SA, "named", ask("POST", ({ tenant }) => `/site-groupings/${tenant}/phone-number`)],
  listPendingAssignments: [SA, "scoped", ask("GET", () => "/pending-assignments")],
  getPendingAssignment: [SA, "named", ask("GET", ({ pending }) => `/pending-assignments/${pending}`)],
  cancelPendingAssignment: [SA, "named", ask("DELETE", ({ pending }) => `/pending-assignments/${pending}`)],
  listPoolPhoneNumbers: [S, "everybody's", ask("GET", () => "/phone-number-pool/numbers")],
  getPoolPhoneNumber: [S, "everybody's", ask("GET", ({ number }) => `/phone-number-pool/numbers/${number}`)],
  editPoolPhoneNumber: [
    S,
    "everybody's",
    ask(
      "PATCH",
      ({ number }) => `/phone-number-pool/numbers/${number}`,
      () => ({ label: "Spare" })
    )
  ],
  getCallerId: [SACR, "scoped", ask("GET", (things) => `/phone-numbers/caller-id?${tenantQuery(things)}`)],
  releasePoolPhoneNumber: [
    S,
    "everybody's",
    ask(
      "POST",
      ({ number }) => `/phone-number-pool/numbers/${number}/release`,
      ({ line }) => ({ confirm: line })
    )
  ],
  undoPhoneNumber: [SA, "named", ask("POST", ({ number }) => `/phone-numbers/${number}/undo`)],
  getPhoneNumberPool: [S, "everybody's", ask("GET", () => "/phone-number-pool")],
  getPhoneNumberReconciliation: [S, "everybody's", ask("GET", () => "/phone-numbers/reconciliation")],
  repairPhoneNumbers: [S, "everybody's", ask("POST", () => "/phone-numbers/reconciliation")],
  listSiteGroupings: [S, "everybody's", ask("GET", () => "/site-groupings")],
  createSiteGrouping: [
    S,
    "everybody's",
    ask(
      "POST",
      () => "/site-groupings",
      () => ({ id: "east", name: "East" })
    )
  ],
  getSiteGrouping: [S, "everybody's", ask("GET", ({ tenant }) => `/site-groupings/${tenant}`)],
  editSiteGrouping: [
    S,
    "everybody's",
    ask(
      "PATCH",
      ({ tenant }) => `/site-groupings/${tenant}`,
      () => ({ name: "Renamed" })
    )
  ],
  deactivateSiteGrouping: [S, "everybody's", ask("DELETE", ({ tenant }) => `/site-groupings/${tenant}`)],
  scheduleMessage: [
    SAC,
    "named",
    ask(
      "POST",
      () => "/messages",
      ({ tenant }) => ({ to: "+13035550189", body: "Hello", siteGroupingId: tenant })
    )
  ],
  listNotifications: [SACR, "scoped", ask("GET", () => "/notifications")],
  listTelephonyNotifications: [SACR, "scoped", ask("GET", () => "/api/telephony/notifications")],
  getNotification: [SACR, "named", ask("GET", ({ notification }) => `/notifications/${notification}`)],
  editNotification: [
    SAC,
    "named",
    ask(
      "PATCH",
      ({ notification }) => `/notifications/${notification}`,
      () => ({ body: "Another" })
    )
  ],
  withdrawNotification: [SAC, "named", ask("DELETE", ({ notification }) => `/notifications/${notification}`)],
  listTemplates: [SACR, "scoped", ask("GET", () => "/templates")],
  createTemplate: [
    SA,
    "named",
    ask(
      "POST",
      () => "/templates",
      ({ tenant }) => ({ ...aTemplate, siteGroupingId: tenant, name: "Another" })
    )
  ],
  getTemplate: [SACR, "named", ask("GET", ({ template }) => `/templates/${template}`)],
  putTemplate: [
    SA,
    "named",
    ask(
      "PUT",
      ({ template }) => `/templates/${template}`,
      () => ({ description: "words" })
    )
  ],
  deleteTemplate: [SA, "named", ask("DELETE", ({ template }) => `/templates/${template}`)],
  listTemplateVersions: [SACR, "named", ask("GET", ({ template }) => `/templates/${template}/versions`)],
  publishTemplate: [
    SA,
    "named",
    ask(
      "POST",
      ({ template }) => `/templates/${template}/publish`,
      () => ({ version: 1 })
    )
  ],
  rollbackTemplate: [
    SA,
    "named",
    ask(
      "POST",
      ({ template }) => `/templates/${template}/rollback`,
      () => ({ version: 1 })
    )
  ],
  lintTemplate: [SACR, "named", ask("GET", ({ template }) => `/templates/${template}/lint`)],
  previewTemplate: [
    SACR,
    "named",
    ask(
      "POST",
      ({ template }) => `/templates/${template}/preview`,
      () => ({})
    )
  ],
  listPatients: [SACR, "named", ask("GET", (things) => `/patients?${tenantQuery(things)}`)],
  createPatient: [
    SAC,
    "named",
    ask(
      "POST",
      () => "/patients",
      ({ tenant }) => ({ name: "Another", siteGroupingId: tenant })
    )
  ],
  getPatient: [SACR, "named", ask("GET", (things) => `/patients/${things.patient}?${tenantQuery(things)}`)],
  putPatient: [
    SAC,
    "named",
    ask(
      "PUT",
      (things) => `/patients/${things.patient}?${tenantQuery(things)}`,
      () => ({ name: "Ana" })
    )
  ],
  deletePatient: [SA, "named", ask("DELETE", (things) => `/patients/${things.patient}?${tenantQuery(things)}`)],
  listFacilities: [SACR, "named", ask("GET", (things) => `/facilities?${tenantQuery(things)}`)],
  createFacility: [
    SAC,
    "named",
    ask(
      "POST",
      () => "/facilities",
      ({ tenant }) => ({ name: "Another", siteGroupingId: tenant })
    )
  ],
  getFacility: [SACR, "named", ask("GET", (things) => `/facilities/${things.facility}?${tenantQuery(things)}`)],
  putFacility: [
    SAC,
    "named",
    ask(
      "PUT",
      (things) => `/facilities/${things.facility}?${tenantQuery(things)}`,
      () => ({ name: "Ana" })
    )
  ],
  deleteFacility: [SA, "named", ask("DELETE", (things) => `/facilities/${things.facility}?${tenantQuery(things)}`)],
  listUsers: [SA, "named", ask("GET", (things) => `/users?${tenantQuery(things)}`)],
  createUser: [
    SA,
    "named",
    ask(
      "POST",
      () => "/users",
      ({ tenant }) => ({ id: "somebody", name: "Another", siteGroupingId: tenant })
    )
  ],
  getUser: [SA, "named", ask("GET", (things) => `/users/${things.user}?${tenantQuery(things)}`)],
  putUser: [
    SA,
    "named",
    ask(
      "PUT",
      (things) => `/users/${things.user}?${tenantQuery(things)}`,
      () => ({ name: "Ana" })
    )
  ],
  deleteUser: [SA, "named", ask("DELETE", (things) => `/users/${things.user}?${tenantQuery(things)}`)],
  searchPatients: [
    SACR,
    "named",
    ask(
      "POST",
      () => "/patients/search",
      ({ tenant }) => ({ name: "ana", siteGroupingId: tenant })
    )
  ],
  importPatients: [
    SA,
    "named",
    ask(
      "POST",
      (things) => `/patients/import?${tenantQuery(things)}`,
      () => "id,name\n1,Ana"
    )
  ],
  listenToEvents: [SACR, "scoped", ask("GET", () => "/events")],
  listAuditLog: [[...SA, "AUDITOR"], "scoped", ask("GET", () => "/audit-log")],
  breakGlass: [
    ["SITE_ADMIN", "CLINICIAN"],
    "everybody's",
    ask(
      "POST",
      () => "/break-glass",
      () => ({ siteGroupingId: "elsewhere", reason: "Nobody there answers" })
    )
  ],
  listBreakGlasses: [[...SA, "AUDITOR"], "scoped", ask("GET", () => "/break-glass")],
  closeBreakGlass: [SAC, "named", ask("DELETE", ({ glass }) => `/break-glass/${glass}`)],
  uploadMedia: [
    SAC,
    "named",
    ask(
      "POST",
      (things) => `/media?${tenantQuery(things)}`,
      () => "hello"
    )
  ]
}

const roles: ReadonlyArray<Role> = SACR

interface Answer {
  readonly status: number
  readonly text: string
}

/** What differs from request to request, whatever they ask. */
const withoutInstance = (text: string): string => text.replaceAll(/"instance":"[^"]*"/g, "")

const askOf = async (app: Hono, token: string | null, { body, method, path }: Asked): Promise<Answer> => {
  const gone = new AbortController()
  const response = await app.request(path.startsWith("/api/") ? path : `/api/v1${path}`, {
    method,
    signal: gone.signal,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined
        ? {}
        : {
            "content-type":
              typeof body === "string" ? (path.includes("/import") ? "text/csv" : "text/plain") : "application/json"
          })
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
  })
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false
  const text = isStream ? "" : await response.text()
  await response.body?.cancel().catch(() => undefined)
  gone.abort()
  return { status: response.status, text: withoutInstance(text) }
}

const asRole = (role: Role, tenants: ReadonlyArray<string>) =>
  Effect.runPromise(tokenOf(`user-${role}`, [role], tenants))

/** A text of a contact that could not be applied. */
const park = Effect.fnUntraced(function* (line: string, contact: string) {
  const inbox = yield* Inbox
  const { transact } = yield* Transaction
  yield* inbox.accept([
    {
      provider: "twilio",
      account: "AC",
      event: {
        _tag: "MessageReceived",
        providerMessageId: `SM ${line}`,
        from: contact as Contact.Contact,
        to: line as PhoneNumber.E164,
        text: "hello",
        attachments: [],
        providerKeyword: null
      }
    }
  ])
  yield* transact(
    Effect.flatMap(inbox.claimLanes({ lanes: 10, eventsPerLane: 10 }), ({ lanes }) =>
      inbox.settle(lanes.flatMap(({ events }) => events.map(({ id }) => ({ _tag: "Parked", id, reason: "a defect" }))))
    )
  )
  return (yield* inbox.parked({ limit: 1, cursor: null })).items[0]!.id
}, asSystem)

/** A call of a contact to the line. */
const ring = Effect.fnUntraced(function* (tenant: string, line: string, contact: string) {
  const id = crypto.randomUUID()
  const given = { siteGroupingId: tenant, purpose: "voicemail", direction: "inbound", provider: "twilio" } as const
  const numbers = { fromNumber: contact, toNumber: line, phoneNumberId: null } as const
  const plan = { _tag: "Hangup", say: [] } as const
  const fields = { ...given, ...numbers, id, plan, providerCallId: `CA ${line}` }
  yield* (yield* Calls).open(Call.open(fields as never, "ringing", yield* DateTime.now))
  return id
}, asSystem)

/** The tenant waits for a number. */
const wait = Effect.fnUntraced(function* (siteGroupingId: string) {
  const [id] = (yield* (yield* IdGenerator).next("pendingAssignment", 1)) as ReadonlyArray<PendingAssignmentId>
  const asked = { id: id!, siteGroupingId: siteGroupingId as SiteGroupingId, areaCode: null, key: null }
  yield* (yield* NumberInventory).addPendingAssignment(PendingAssignment.begin(asked, yield* DateTime.now))
  return id!
}, asSystem)

/** A host with the same things in two site groupings. */
const within = async (test: (app: Hono, own: Things, foreign: Things) => Promise<void>): Promise<void> => {
  const scope = await Effect.runPromise(Scope.make())
  const context = await Effect.runPromise(Layer.buildWithScope(world, scope))
  const closing = new AbortController()
  const app = makeApp(
    {
      runPromiseExit: (effect, options) => Effect.runPromiseExitWith(context)(effect, options),
      closing: closing.signal
    },
    authenticate
  )
  const admin = await asRole("SYSTEM_ADMIN", [])
  const make = async (path: string, body: unknown, token = admin): Promise<string> => {
    const { status, text } = await askOf(app, token, { method: "POST", path, body })
    assert.include([201, 202], status, `${path}: ${text}`)
    return (JSON.parse(text) as { readonly id: string }).id
  }
  const thingsOf = async (tenant: string, line: string, contact: string, guest: string): Promise<Things> => {
    await make("/site-groupings", { id: tenant, name: tenant })
    const number = await make("/phone-numbers", { number: line, siteGroupingId: tenant, overrideReason })
    const thread = await make("/external-threads", {
      externalContact: contact,
      siteGroupingId: tenant,
      phoneNumberId: number
    })
    const message = await make(`/external-threads/${thread}/messages`, { content: "Good day" })
    const token = await Effect.runPromise(tokenOf(guest, ["CLINICIAN"], ["elsewhere"]))
    const glass = await make("/break-glass", { siteGroupingId: tenant, reason: "Nobody there answers" }, token)
    const parked = await Effect.runPromiseWith(context)(park(line, contact))
    const called = await Effect.runPromiseWith(context)(ring(tenant, line, contact))
    const pending = await Effect.runPromiseWith(context)(wait(tenant))
    const template = await make("/templates", { ...aTemplate, siteGroupingId: tenant })
    // There is something to go back to.
    for (const [method, path, body] of [
      ["PUT", "", { contents: aTemplate.contents }],
      ["POST", "/publish", { version: 2 }]
    ] as const) {
      await askOf(app, admin, { method, path: `/templates/${template}${path}`, body })
    }
    const notification = await make("/messages", { to: contact, body: "Hello", siteGroupingId: tenant })
    const of = { tenant, line, contact, number, thread, message, call: called, glass, parked, pending }
    const patient = await make("/patients", { name: "Ana", siteGroupingId: tenant })
    const facility = await make("/facilities", { name: "Harbor House", siteGroupingId: tenant })
    const user = await make("/users", { id: `nurse of ${tenant}`, name: "Kim", siteGroupingId: tenant })
    return { ...of, template, notification, patient, facility, user }
  }
  await make("/site-groupings", { id: "elsewhere", name: "Elsewhere" })
  // Whoever writes first is held up by the night.
  await askOf(app, admin, { method: "PUT", path: "/platform-settings", body: { quietHours: null } })
  try {
    await test(
      app,
      await thingsOf("north", "+12025550100", "+13035550123", "user-CLINICIAN"),
      await thingsOf("south", "+12025550101", "+13035550124", "a-stranger")
    )
  } finally {
    closing.abort()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

const nobodys = (things: Things): Things => ({
  ...things,
  tenant: "nowhere",
  number: "01900000-0000-7000-8000-000000000001",
  thread: "01900000-0000-7000-8000-000000000002",
  message: "01900000-0000-7000-8000-000000000003",
  call: "01900000-0000-7000-8000-000000000005",
  glass: "01900000-0000-7000-8000-000000000004",
  pending: "01900000-0000-7000-8000-000000000006",
  template: "01900000-0000-7000-8000-000000000007",
  notification: "01900000-0000-7000-8000-000000000008",
  patient: "nobody",
  facility: "nowhere",
  user: "nobody"
})

const operations = Object.values(
  openApiDocument.paths as Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string }>>>>
).flatMap((path) => Object.values(path).flatMap(({ operationId }) => (operationId === undefined ? [] : [operationId])))

describe("Who may do what to whose", () => {
  it("is decided for every route, and for no other", () => {
    assert.deepStrictEqual(Object.keys(table).toSorted(), [...new Set(operations)].toSorted())
  })

  it("brings no site grouping into being, whoever asks for it, but where one is created", async () => {
    await within(async (app, own) => {
      const root = await asRole("SYSTEM_ADMIN", [])
      const onRecord = async () => (await askOf(app, root, { method: "GET", path: "/site-groupings" })).text
      const before = await onRecord()
      const unheardOf = { ...nobodys(own), line: "+12025550199" }
      for (const [operation, [allowed, , request]] of Object.entries(table)) {
        if (operation === "createSiteGrouping") continue
        for (const role of allowed) {
          const tenants = role === "SYSTEM_ADMIN" ? [] : [unheardOf.tenant]
          await askOf(app, await asRole(role, tenants), request(unheardOf))
          assert.strictEqual(await onRecord(), before, `${operation} by ${role}`)
        }
      }
    })
  })

  for (const [operation, [allowed, reach, request]] of Object.entries(table)) {
    it(`${operation}: ${allowed.join(", ")}`, async () => {
      await within(async (app, own) => {
        assert.strictEqual((await askOf(app, null, request(own))).status, 401)
      })
      for (const role of roles) {
        const tenants = role === "SYSTEM_ADMIN" ? [] : ["north"]
        await within(async (app, own, foreign) => {
          const token = await asRole(role, tenants)
          if (!allowed.includes(role)) {
            const answers = [own, foreign, nobodys(own)].map((things) => askOf(app, token, request(things)))
            const [first, ...others] = await Promise.all(answers)
            assert.strictEqual(first!.status, 403, role)
            for (const other of others) assert.deepStrictEqual(other, first, role)
            return
          }
          if (role !== "SYSTEM_ADMIN" && reach === "named") {
            const [theirs, nothing] = [
              await askOf(app, token, request(foreign)),
              await askOf(app, token, request(nobodys(foreign)))
            ]
            assert.strictEqual(theirs.status, 404, `${role}: ${theirs.text}`)
            assert.deepStrictEqual(theirs, nothing, role)
          }
          const answer = await askOf(app, token, request(own))
          assert.notInclude([400, 401, 403, 404, 415, 422], answer.status, `${role}: ${answer.text}`)
          assert.isTrue(answer.status < 500 || answer.status === 503, `${role}: ${answer.text}`)
          if (role !== "SYSTEM_ADMIN") {
            const { call, contact, glass, line, message, notification, number, pending, template, thread } = foreign
            const others = [call, contact, glass, line, message, notification, number, pending, template, thread]
            for (const theirs of others) {
              assert.notInclude(answer.text, `"${theirs}"`, role)
            }
          }
        })
      }
    })
  }
})
