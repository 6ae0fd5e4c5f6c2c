/**
 * Writes an audit entry for what a member of staff did or saw, in the ambient transaction: one entry for a request, or, of a list over
 * several tenants, one for each of those that it showed something of.
 */
import type { PatientId, Tenant, ThreadId } from "@careline/domain"
import { type AuditEntry, AuditLog, Threads } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { type Actor, homeTenant } from "./Actor.ts"

type Detail = AuditEntry["detail"]

/** Whose data it was, where the subject does not say so. */
interface Whose {
  readonly patientIds?: ReadonlyArray<PatientId>
  readonly threadIds?: ReadonlyArray<ThreadId>
}

const list = (name: "patients" | "threads", ids: ReadonlyArray<string> = []): Detail =>
  ids.length === 0 ? {} : { [name]: JSON.stringify([...new Set(ids)]) }

const entryOf = (
  { breakGlass, purpose, userId }: Actor,
  siteGroupingId: Tenant,
  [action, subject]: readonly [action: string, subject: string],
  detail: Detail,
  { patientIds, threadIds }: Whose,
  at: DateTime.Utc
): AuditEntry => ({
  siteGroupingId,
  actor: userId,
  action,
  subject,
  detail: {
    ...detail,
    purpose: purpose ?? "TREAT",
    ...(breakGlass === undefined ? {} : { breakGlass }),
    ...list("patients", patientIds),
    ...list("threads", threadIds)
  },
  at
})

/** A deed. */
export const audit = Effect.fnUntraced(function* (
  actor: Actor,
  tenant: Tenant,
  action: string,
  subject: string,
  detail: Detail = {},
  whose: Whose = {}
) {
  yield* (yield* AuditLog).record([entryOf(actor, tenant, [action, subject], detail, whose, yield* DateTime.now)])
})

/** Something that a list showed. */
interface Shown extends Whose {
  readonly siteGroupingId: Tenant
}

/** A look at a list. What showed nothing was asked all the same, where the actor works. */
export const auditList = Effect.fnUntraced(function* (
  actor: Actor,
  action: string,
  subject: string,
  shown: ReadonlyArray<Shown>,
  detail: Detail = {}
) {
  const at = yield* DateTime.now
  const home = homeTenant(actor) ?? (actor.scope === "all" ? null : actor.scope[0])
  const groups = Map.groupBy(shown, ({ siteGroupingId }) => siteGroupingId)
  const seen = groups.size > 0 || home === undefined ? [...groups] : [[home, []] as const]
  yield* (yield* AuditLog).record(
    seen.map(([tenant, items]) => {
      const patientIds = items.flatMap((one) => one.patientIds ?? [])
      const threadIds = items.flatMap((one) => one.threadIds ?? [])
      return entryOf(
        actor,
        tenant,
        [action, subject],
        { ...detail, count: items.length },
        { patientIds, threadIds },
        at
      )
    })
  )
})

/** What a list showed that belongs to threads and does not name their patients itself. */
export const shownOfThreads = Effect.fnUntraced(function* (
  items: ReadonlyArray<{ readonly siteGroupingId: Tenant; readonly threadId: ThreadId | null }>
) {
  const ids = items.flatMap(({ siteGroupingId, threadId }) => (threadId === null ? [] : [{ siteGroupingId, threadId }]))
  const told = ids.length === 0 ? [] : yield* (yield* Threads).patientsOf(ids)
  const patients = new Map(told.map(({ patientIds, threadId }) => [threadId, patientIds]))
  return items.map(({ siteGroupingId, threadId }): Shown =>
    threadId === null
      ? { siteGroupingId }
      : { siteGroupingId, threadIds: [threadId], patientIds: patients.get(threadId) ?? [] }
  )
})

/** The names of what a question was narrowed by. What was looked for may name a patient, and is not written down. */
export const narrowedBy = (question: Readonly<Record<string, unknown>>): Detail => {
  const names = Object.keys(question).filter((name) => question[name] !== undefined)
  return names.length === 0 ? {} : { by: names.toSorted().join(",") }
}
