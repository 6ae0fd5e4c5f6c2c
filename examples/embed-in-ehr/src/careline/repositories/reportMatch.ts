/** Which texts delivery reports are about. */
import type { DeliveryStatus, MatchedSend, ReportTarget } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { COLUMNS, type OutboundText } from "./outboundTexts.ts"
import { keyOf } from "./rows.ts"

interface Found {
  readonly attemptOfReport: string
  readonly startedAt: Date
  readonly providerMessageId: string | null
  readonly status: DeliveryStatus | null
}

export const matchReports = async (
  db: Queryable,
  targets: ReadonlyArray<ReportTarget>
): Promise<ReadonlyArray<MatchedSend | null>> => {
  // Ids are small numbers here, and a provider may echo somebody else's reference: the attempt has to be at that provider.
  const matched = await db.query<{ attemptId: string | null }>(
    `select coalesce(
       (select a.id from outbound_attempts a where a.id = r.attempt_id and a.provider = r.provider),
       (select a.id from outbound_attempts a
        where a.provider_message_id = r.provider_message_id and a.provider = r.provider order by a.id limit 1)
     ) as "attemptId"
     from unnest($1::bigint[], $2::text[], $3::text[]) with ordinality r (attempt_id, provider, provider_message_id, place)
     order by r.place`,
    [
      targets.map(({ attemptId }) => keyOf(attemptId)),
      targets.map(({ provider }) => provider),
      targets.map(({ providerMessageId }) => providerMessageId)
    ]
  )
  const attemptIds = matched.rows.map(({ attemptId }) => attemptId)
  await db.query(
    `select from outbound_texts where id in (select text_id from outbound_attempts where id = any($1))
     order by id for update`,
    [attemptIds]
  )
  // Read once they are locked: what was heard of an attempt would otherwise be what was known before the wait.
  const { rows } = await db.query<OutboundText & Found>(
    `select ${COLUMNS}, a.id as "attemptOfReport", a.started_at as "startedAt",
       a.provider_message_id as "providerMessageId", a.status
     from outbound_attempts a join outbound_texts t on t.id = a.text_id
     where a.id = any($1)`,
    [attemptIds]
  )
  const found = new Map(
    rows.map(({ attemptOfReport, providerMessageId, startedAt, status, ...send }) => [
      attemptOfReport,
      { send, attemptId: attemptOfReport, startedAt, providerMessageId, status }
    ])
  )
  return attemptIds.map((id) => (id === null ? null : (found.get(id) ?? null)))
}
