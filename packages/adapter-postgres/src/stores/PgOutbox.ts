/** Texts on their way out, and their attempts. */
import type { AttemptId, PhoneNumber, SendId } from "@careline/domain"
import { DeliveryStatus, SendPolicy } from "@careline/domain"
import { type MatchedSend, Outbox, type ReportTarget, type SendClaim, type UnknownSend } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option } from "effect"
import { storeNow } from "../sql/clock.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import { Wakeups } from "./Wakeups.ts"
import { instant, isUuid, iso, tenantColumn, tenants } from "../sql/rows.ts"
import { decode, FieldEncryption } from "../encryption/FieldEncryption.ts"
import type { Row } from "../tables/Table.ts"
import { sends } from "../tables/Tables.ts"

/** How long before an attempt others between the same numbers are looked for, so that a lost text is not taken for theirs. */
const CLAIMED_IDS_WITHIN = "1 day"

interface UnknownRow extends Row {
  readonly id: string
  readonly attempt_id: string
  readonly provider: string
  readonly attempt_from: string
  readonly started_at: Date
  readonly deadline: Date
  readonly looks: number
  readonly claimed_ids: ReadonlyArray<string>
}

interface MatchRow extends Row {
  readonly matched_attempt_id: string
  readonly provider_message_id: string | null
  readonly attempt_status: DeliveryStatus.DeliveryStatus | null
  readonly attempt_started_at: Date
}

/** Ids here are UUIDs. A provider may echo somebody else's reference, which is then no attempt's. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const idOrNull = (attemptId: AttemptId | null): string | null =>
  attemptId !== null && UUID.test(attemptId) ? attemptId : null

/** The lattice as an array for PostgreSQL: a status is greater when it stands further back. */
const chain = [...DeliveryStatus.chain]

/**
 * What a claim reads and locks. A lane is read from its longest due send on, so that neither what is held nor what other
 * lanes have costs anything; and it locks no more than it gives, so that whoever claims beside it finds the rest.
 */
export const claimStatement = (sql: PgClient.PgClient, { limit, shares }: SendClaim) => {
  // Scalar subqueries: a planner cannot make a join of them that would read all that waits.
  const mayLeave = sql.literal(`s.lane = w.lane and s.state = 'queued' and s.not_before <= careline_now()
    and (w.lane = 0 or (
      s.place = (
        select min(e.place) from sends e
        where e.site_grouping_id = s.site_grouping_id and e.to_number = s.to_number and e.lane = s.lane
          and e.lane > 0 and e.state = 'queued' and e.not_before <= careline_now()
      ) and (
        select u.id from sends u
        where u.site_grouping_id = s.site_grouping_id and u.to_number = s.to_number and u.lane = s.lane
          and u.lane > 0 and u.state = 'sending' limit 1
      ) is null
    ))`)
  return sql<Row>`
    with wanted as materialized (
      select w.lane, w.share
      from unnest(${shares.map(({ lane }) => lane)}::smallint[], ${shares.map(({ share }) => share)}::integer[])
        with ordinality w (lane, share, nth)
      order by w.nth
    ), reserved as materialized (
      select s.* from wanted w cross join lateral (
        select s.* from sends s where ${mayLeave}
        order by s.not_before, s.place limit w.share for update of s skip locked
      ) s
    ), rest as materialized (
      select s.* from wanted w cross join lateral (
        select s.* from sends s where ${mayLeave} and s.id <> all (array(select r.id from reserved r))
        order by s.not_before, s.place limit ${limit}::integer for update of s skip locked
      ) s
      limit ${limit}::integer - (select count(*) from reserved)
    )
    select * from reserved union all select * from rest order by lane, not_before, place`
}

export const layer = Layer.effect(
  Outbox,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    const toSends = decode(encryption, sends)
    const wakeups = yield* Wakeups

    /** The attempts that reports are of, by the place of the report. Their sends are locked. */
    const lockMatches = (targets: ReadonlyArray<ReportTarget>) => sql<{
      readonly nth: bigint
      readonly attempt_id: string
    }>`
      with t as materialized (
        select t.nth, coalesce(
          (select a.id from send_attempts a where a.id = t.attempt_id and a.provider = t.provider),
          (select a.id from send_attempts a
           where a.provider = t.provider and a.provider_message_id = t.provider_message_id limit 1)
        ) as attempt_id
        from rows from (json_to_recordset(${JSON.stringify(
          targets.map(({ attemptId, provider, providerMessageId }) => ({
            provider,
            provider_message_id: providerMessageId,
            attempt_id: idOrNull(attemptId)
          }))
        )}::json) as (provider text, provider_message_id text, attempt_id uuid))
          with ordinality t (provider, provider_message_id, attempt_id, nth)
      ), locked as materialized (
        select s.site_grouping_id, s.id from sends s
        where (s.site_grouping_id, s.id) in (
          select a.site_grouping_id, a.send_id from t join send_attempts a on a.id = t.attempt_id
        )
        order by s.site_grouping_id, s.id for update
      )
      select t.nth, t.attempt_id
      from t
      join send_attempts a on a.id = t.attempt_id
      join locked s on s.site_grouping_id = a.site_grouping_id and s.id = a.send_id`

    /**
     * What is known of attempts and of their sends, by the attempt. A statement of its own, after the lock: one that waits
     * for a lock reads the locked row anew, and everything else as it was when it began.
     */
    const readMatches = (attemptIds: ReadonlyArray<string>) =>
      sql<MatchRow>`
          select a.id as matched_attempt_id, a.provider_message_id, a.status as attempt_status, a.started_at as attempt_started_at, s.*
          from send_attempts a join sends s on s.site_grouping_id = a.site_grouping_id and s.id = a.send_id
          where a.id = any(${attemptIds}::uuid[])`.pipe(
        Effect.flatMap((rows) => encryption.decrypt(sends, rows)),
        Effect.map(
          (rows) =>
            new Map(
              rows.map((row): [string, MatchedSend] => [
                row.matched_attempt_id,
                {
                  send: sends.fromRow(row),
                  attemptId: row.matched_attempt_id as AttemptId,
                  startedAt: instant(row.attempt_started_at),
                  providerMessageId: row.provider_message_id,
                  status: row.attempt_status
                }
              ])
            )
        )
      )

    return Outbox.of({
      claim: (claim) =>
        Effect.gen(function* () {
          const now = yield* storeNow(sql)
          const rows = yield* claimStatement(sql, claim)
          return { now, sends: yield* toSends(rows) }
        }).pipe(asStorage("outbox.claim")),

      countSince: (keys, since) =>
        keys.length === 0
          ? Effect.succeed([])
          : sql<{ readonly count: number }>`
              select (
                select count(*)::int from sends s
                where s.site_grouping_id = k.site_grouping_id and s.to_number = k.to_number
                  and s.queued_at >= ${iso(since)}::timestamptz and s.state not in ('canceled', 'rejected')
                  and s.message_class in ${sql.in(SendPolicy.UNAWAITED)}
              ) as count
              from rows from (json_to_recordset(${JSON.stringify(
                keys.map(({ siteGroupingId, to }) => ({
                  site_grouping_id: tenantColumn(siteGroupingId),
                  to_number: encryption.index(to)
                }))
              )}::json) as (site_grouping_id text, to_number text)) with ordinality k (site_grouping_id, to_number, place)
              order by k.place`.pipe(
              Effect.map((rows) => rows.map(({ count }) => count)),
              asStorage("outbox.countSince")
            ),

      countWaiting: (from, lane) =>
        from.length === 0
          ? Effect.succeed([])
          : sql<{ readonly count: number }>`
              select (
                select count(*)::int from sends s
                where s.from_number_id = k.from_number_id and s.state = 'queued' and s.lane <= ${lane}
              ) as count
              from unnest(${from.map((id) => (isUuid(id) ? id : null))}::uuid[])
                with ordinality k (from_number_id, place)
              order by k.place`.pipe(
              Effect.map((rows) => rows.map(({ count }) => count)),
              asStorage("outbox.countWaiting")
            ),

      begin: (attempts) =>
        attempts.length === 0
          ? Effect.void
          : sql`
              with a as materialized (
                select * from json_to_recordset(${JSON.stringify(
                  attempts.map((attempt) => ({
                    id: attempt.id,
                    send_id: attempt.sendId,
                    provider: attempt.provider,
                    from_number: attempt.from,
                    started_at: iso(attempt.startedAt),
                    deadline: iso(attempt.deadline)
                  }))
                )}::json) a (id uuid, send_id uuid, provider text, from_number text,
                                                                   started_at timestamptz, deadline timestamptz)
              ), begun as (
                update sends s set state = 'sending', attempts = s.attempts + 1, attempt_id = a.id, look_at = a.deadline
                from a where s.id = a.send_id
                returning s.site_grouping_id, s.id as send_id
              )
              insert into send_attempts (site_grouping_id, id, send_id, provider, from_number, started_at, deadline)
              select b.site_grouping_id, a.id, a.send_id, a.provider, a.from_number, a.started_at, a.deadline
              from a join begun b using (send_id)`.pipe(Effect.asVoid, asStorage("outbox.begin")),

      update: (updates) =>
        updates.length === 0
          ? Effect.succeed([])
          : sql<Row>`
              with u as materialized (
                select * from json_to_recordset(${JSON.stringify(
                  updates.map((update) => ({
                    send_id: update.sendId,
                    fence: update.fence,
                    state: update.state,
                    not_before: iso(update.notBefore ?? null),
                    provider_message_id: update.providerMessageId ?? null,
                    queued_at: iso(update.queuedAt ?? null),
                    detail: update.detail ?? null
                  }))
                )}::json) u (send_id uuid, fence uuid, state text, not_before timestamptz, queued_at timestamptz, provider_message_id text, detail text)
              ), updated as (
                update sends s set state = u.state, queued_at = coalesce(u.queued_at, s.queued_at),
                  not_before = case when u.state = 'queued' then coalesce(u.not_before, s.not_before) else s.not_before end,
                  look_at = case when u.state = 'unknown' then coalesce(u.not_before, s.look_at) else s.look_at end
                from u where s.id = u.send_id and s.attempt_id is not distinct from u.fence
                  and s.state not in ('accepted', 'rejected', 'canceled')
                returning s.*
              ), noted as (
                update send_attempts a set
                  provider_message_id = coalesce(u.provider_message_id, a.provider_message_id),
                  detail = coalesce(u.detail, a.detail)
                from u join updated s on s.id = u.send_id
                where a.id = u.fence
              )
              select * from updated`.pipe(Effect.flatMap(toSends), asStorage("outbox.update")),

      claimUnknown: (limit) =>
        Effect.gen(function* () {
          const now = yield* storeNow(sql)
          const rows = yield* sql<UnknownRow>`
            select s.*, a.provider, a.from_number as attempt_from, a.started_at, a.deadline, a.looks,
              array(
                select o.provider_message_id from send_attempts o
                join sends other on other.site_grouping_id = o.site_grouping_id and other.id = o.send_id
                where other.site_grouping_id = s.site_grouping_id and other.to_number = s.to_number
                  and o.started_at > a.started_at - ${CLAIMED_IDS_WITHIN}::interval
                  and o.provider_message_id is not null and o.id <> a.id
              ) as claimed_ids
            from sends s
            join send_attempts a on a.site_grouping_id = s.site_grouping_id and a.id = s.attempt_id
            where s.state in ('sending', 'unknown') and s.look_at <= careline_now()
            order by s.lane, s.look_at limit ${limit}
            for update of s skip locked`
          return {
            now,
            unknown: (yield* encryption.decrypt(sends, rows)).map((row): UnknownSend => ({
              send: sends.fromRow(row),
              attempt: {
                id: row.attempt_id as AttemptId,
                sendId: row.id as SendId,
                provider: row.provider,
                from: row.attempt_from as PhoneNumber.E164,
                startedAt: instant(row.started_at),
                deadline: instant(row.deadline)
              },
              looks: row.looks,
              claimedProviderMessageIds: row.claimed_ids
            }))
          }
        }).pipe(asStorage("outbox.claimUnknown")),

      noteLooks: (looks) =>
        looks.length === 0
          ? Effect.void
          : sql`
              with l as materialized (
                select * from json_to_recordset(${JSON.stringify(
                  looks.map(({ attemptId, nextLookAt }) => ({ attempt_id: attemptId, next_look_at: iso(nextLookAt) }))
                )}::json) l (attempt_id uuid, next_look_at timestamptz)
              ), looked as (
                update send_attempts a set looks = a.looks + 1 from l where a.id = l.attempt_id
                returning a.site_grouping_id, a.send_id, a.id, l.next_look_at
              )
              update sends s set look_at = k.next_look_at from looked k
              where s.site_grouping_id = k.site_grouping_id and s.id = k.send_id and s.attempt_id = k.id
                and s.state in ('sending', 'unknown')`.pipe(Effect.asVoid, asStorage("outbox.noteLooks")),

      match: (targets) =>
        targets.length === 0
          ? Effect.succeed([])
          : Effect.gen(function* () {
              const locked = yield* lockMatches(targets)
              const found = yield* readMatches([...new Set(locked.map(({ attempt_id }) => attempt_id))])
              const matches = new Map(locked.map(({ attempt_id, nth }) => [Number(nth), found.get(attempt_id)]))
              return targets.map((_, index) => matches.get(index + 1) ?? null)
            }).pipe(asStorage("outbox.match")),

      ofMessage: (scope, messageId) =>
        !isUuid(messageId)
          ? Effect.succeedNone
          : sql<Row>`
              select s.* from sends s
              where s.message_id = ${messageId}::uuid
                and s.site_grouping_id in (select k.tenant from ${tenants(sql, scope)} k)
              for update of s`.pipe(
              Effect.flatMap(toSends),
              Effect.map(([send]) => Option.fromUndefinedOr(send)),
              asStorage("outbox.ofMessage")
            ),

      noteReports: (reports) =>
        reports.length === 0
          ? Effect.void
          : sql`
              update send_attempts a set
                provider_message_id = coalesce(a.provider_message_id, r.provider_message_id),
                status = case when coalesce(array_position(${chain}::text[], r.status), 0)
                                 > coalesce(array_position(${chain}::text[], a.status), 0)
                              then r.status else a.status end
              from (
                select distinct on (attempt_id) * from json_to_recordset(${JSON.stringify(
                  reports.map(({ attemptId, providerMessageId, status }) => ({
                    attempt_id: attemptId,
                    provider_message_id: providerMessageId,
                    status
                  }))
                )}::json) r (attempt_id uuid, provider_message_id text, status text)
                order by attempt_id, array_position(${chain}::text[], status) desc
              ) r
              where a.id = r.attempt_id`.pipe(Effect.asVoid, asStorage("outbox.noteReports")),

      wakeups: wakeups.wakeups("outbox")
    })
  })
)
