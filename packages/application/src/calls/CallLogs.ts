/** Lists calls for staff, who add a reason and notes. */
import { Call, type CallId, CallStatus, PatientId, PhoneNumberId, ThreadId } from "@careline/domain"
import {
  type AuditLog,
  Calls,
  type InvalidCursor,
  type Page,
  Scope,
  type TenantNumbers,
  type StorageError,
  Threads,
  Transaction
} from "@careline/ports"
import { Effect, Option, Schema } from "effect"
import { byStaff } from "../access/Access.ts"
import { type Actor, homeTenant } from "../access/Actor.ts"
import { audit, auditList, narrowedBy, shownOfThreads } from "../access/Audit.ts"
import { type InvalidRequest, NotFound } from "../shared/Errors.ts"
import { regionOf, viewThread } from "../threads/LoadThread.ts"
import { type Given, reader, readSender } from "../shared/ReadRequest.ts"
import { Filter, Instant, Note, nullable, optional, Page as PageFields, pageOf } from "../shared/RequestFields.ts"

/** Calls that may be passed over. Whoever wants more of a log goes on from its cursors. */
const MAX_OFFSET = 10_000

/** Which calls, from the newest on: those that all of it is true of. */
export const CallQuery = Schema.Struct({
  ...PageFields,
  /** So many calls are passed over. */
  offset: optional(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: MAX_OFFSET }))),
  /** Whether the calls that fit are counted, on whichever page they are. */
  withTotal: optional(Schema.Boolean),
  /** Calls that began at this instant or later. */
  startDate: optional(Instant),
  /** Calls that began before this instant. */
  endDate: optional(Instant),
  externalThreadId: optional(ThreadId),
  /** Our number in the call. */
  phoneNumberId: optional(PhoneNumberId),
  /** The number of the other side, in any usual way of writing. */
  contact: optional(Filter),
  /** A patient whom the call's thread is linked to. */
  patientId: optional(PatientId),
  status: optional(CallStatus.CallStatus),
  direction: optional(Call.Call.fields.direction)
})
export type CallQuery = Given<typeof CallQuery.Encoded>

const readQuery = reader(CallQuery)

/** A page of calls, and how many there are on all pages, where that was asked. */
export interface CallPage extends Page<Call.Call> {
  readonly total: number | null
}

export const listCalls: (
  actor: Actor,
  query: CallQuery
) => Effect.Effect<
  CallPage,
  StorageError | InvalidCursor | InvalidRequest | NotFound,
  AuditLog | Calls | TenantNumbers | Threads | Transaction
> = Effect.fnUntraced(function* (actor, given) {
  const query = yield* readQuery(given)
  const {
    direction,
    endDate: to,
    externalThreadId: threadId,
    patientId,
    phoneNumberId,
    startDate: from,
    status
  } = query
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const calls = yield* Calls
      // Over several tenants a number without its country is read as the platform's.
      const contact =
        query.contact === undefined
          ? undefined
          : yield* readSender("contact", query.contact, yield* regionOf(homeTenant(actor) ?? null))
      const filters = { contact, direction, from, patientId, phoneNumberId, status, to }
      const asked = threadId === undefined ? null : (yield* viewThread(actor, threadId)).thread
      const filter = { ...filters, threadId, scope: actor.scope }
      const page = yield* calls.list({ ...pageOf(query), ...filter, offset: query.offset })
      const total = query.withTotal === true ? yield* calls.count(filter) : null
      const by = narrowedBy(filters)
      if (asked !== null) {
        const detail = { ...by, count: page.items.length }
        yield* audit(actor, asked.siteGroupingId, "call.list", `thread:${asked.id}`, detail, asked)
      } else {
        yield* auditList(actor, "call.list", "calls:all", yield* shownOfThreads(page.items), by)
      }
      return { ...page, total }
    })
  )
}, byStaff)

/** Writes down that somebody saw or changed a call. */
const auditCall = Effect.fnUntraced(function* (
  actor: Actor,
  { id, siteGroupingId, threadId }: Call.Call,
  action: "call.view" | "call.edit",
  detail: Readonly<Record<string, string>> = {}
) {
  const [whose] = threadId === null ? [] : yield* (yield* Threads).patientsOf([{ siteGroupingId, threadId }])
  const thread = threadId === null ? {} : { thread: threadId }
  yield* audit(actor, siteGroupingId, action, `call:${id}`, { ...thread, ...detail }, whose)
})

/** One call that the actor may see. */
export const viewCall: (
  actor: Actor,
  id: CallId
) => Effect.Effect<Call.Call, StorageError | NotFound, AuditLog | Calls | Threads | Transaction> = Effect.fnUntraced(
  function* (actor, id) {
    const { transact } = yield* Transaction
    return yield* transact(
      Effect.gen(function* () {
        const call = Option.getOrUndefined(yield* (yield* Calls).find(actor.scope, id))
        if (call === undefined) return yield* new NotFound({ entity: "call" })
        yield* auditCall(actor, call, "call.view")
        return call
      })
    )
  },
  byStaff
)

/** What to change of a call; what is not named stays. */
export const CallEdit = Schema.Struct({
  /** What the call was about. */
  reason: nullable(Call.Reason),
  notes: nullable(Note)
}).annotate({ identifier: "CallLogEdit" })
export type CallEdit = Given<typeof CallEdit.Encoded>

const readEdit = reader(CallEdit)

/** Puts down what a call was about. What was heard of it, and when, stays as it is. */
export const editCall: (
  actor: Actor,
  id: CallId,
  edit: CallEdit
) => Effect.Effect<Call.Call, StorageError | InvalidRequest | NotFound, AuditLog | Calls | Threads | Transaction> =
  Effect.fn("editCall")(function* (actor, id, given) {
    const edit = yield* readEdit(given)
    const { transact } = yield* Transaction
    return yield* transact(
      Effect.gen(function* () {
        const calls = yield* Calls
        const [before] = yield* calls.load([id])
        if (before === undefined || !Scope.includes(actor.scope, before.siteGroupingId)) {
          return yield* new NotFound({ entity: "call" })
        }
        const call: Call.Call = { ...before, ...edit }
        yield* calls.save([call])
        yield* auditCall(actor, call, "call.edit", { fields: Object.keys(edit).toSorted().join(",") })
        return call
      })
    )
  }, byStaff)
