/** Texts on their way out, and the attempts at them. */
import { SendPolicy } from "@careline/domain"
import type { Repositories } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { COLUMNS, type OutboundText } from "./outboundTexts.ts"
import { inOrder, inScope, insert, keyOf, readClock, scopeOf } from "./rows.ts"
import { matchReports } from "./reportMatch.ts"

interface UnknownRow {
  readonly provider: string
  readonly attemptFrom: string
  readonly startedAt: Date
  readonly deadline: Date
  readonly looks: number
  readonly claimedIds: ReadonlyArray<string>
}

/** Whether a text may leave of the wanted lane: lane 0 at once, of the others one per recipient, in their turn. */
const MAY_LEAVE = `t.state = 'queued' and t.lane = wanted.lane and t.not_before <= now() and (t.lane = 0 or (
  t.turn = (
    select min(due.turn) from outbound_texts due
    where due.to_number = t.to_number and due.site_group_id is not distinct from t.site_group_id
      and due.lane = t.lane and due.lane > 0 and due.state = 'queued' and due.not_before <= now()
  ) and (
    select sending.id from outbound_texts sending
    where sending.to_number = t.to_number and sending.site_group_id is not distinct from t.site_group_id
      and sending.lane = t.lane and sending.lane > 0 and sending.state = 'sending'
  ) is null
))`

export const outbox: Repositories<Queryable>["outbox"] = (db) => ({
  claim: async ({ limit, shares }) => {
    const now = await readClock(db)
    const { rows } = await db.query<OutboundText>(
      `with wanted as materialized (
         select * from unnest($2::smallint[], $3::integer[]) wanted (lane, share) order by lane
       ), own as materialized (
         select t.* from wanted cross join lateral (
           select t.* from outbound_texts t where ${MAY_LEAVE}
           order by t.not_before, t.turn limit wanted.share for update of t skip locked
         ) t
       ), rest as materialized (
         select t.* from wanted cross join lateral (
           select t.* from outbound_texts t where ${MAY_LEAVE} and t.id <> all (array(select id from own))
           order by t.not_before, t.turn limit $1 for update of t skip locked
         ) t
         limit $1 - (select count(*) from own)
       )
       select ${COLUMNS} from (select * from own union all select * from rest) t order by t.lane, t.not_before, t.turn`,
      [limit, shares.map(({ lane }) => lane), shares.map(({ share }) => share)]
    )
    return { now, sends: rows }
  },

  countSince: async (keys, since) => {
    const { rows } = await db.query<{ count: number }>(
      `select (
         select count(*)::integer from outbound_texts t
         where t.to_number = k.to_number and t.site_group_id is not distinct from k.site_group_id
           and t.queued_at >= $3 and t.state not in ('canceled', 'rejected')
           and t.message_class = any($4)
       ) as count
       from unnest($1::bigint[], $2::text[]) with ordinality k (site_group_id, to_number, place)
       order by k.place`,
      [keys.map(({ siteGroupingId }) => keyOf(siteGroupingId)), keys.map(({ to }) => to), since, SendPolicy.UNAWAITED]
    )
    return rows.map(({ count }) => count)
  },

  countWaiting: async (from, lane) => {
    const { rows } = await db.query<{ count: number }>(
      `select (
         select count(*)::integer from outbound_texts t
         where t.phone_line_id = k.id and t.state = 'queued' and t.lane <= $2
       ) as count
       from unnest($1::bigint[]) with ordinality k (id, place)
       order by k.place`,
      [from.map(keyOf), lane]
    )
    return rows.map(({ count }) => count)
  },

  begin: async (attempts) => {
    for (const { deadline, from, id, provider, sendId, startedAt } of inOrder(attempts, ({ sendId }) => sendId)) {
      await insert(db, "outbound_attempts", [
        { id, text_id: sendId, provider, from_number: from, started_at: startedAt, deadline }
      ])
      await db.query(
        "update outbound_texts set state = 'sending', attempts = attempts + 1, attempt_id = $2, look_at = $3 where id = $1",
        [sendId, id, deadline]
      )
    }
  },

  update: async (updates) => {
    const updated: Array<OutboundText> = []
    for (const update of inOrder(updates, ({ sendId }) => sendId)) {
      const { rows } = await db.query<OutboundText>(
        `update outbound_texts t set
           state = $3,
           not_before = case when $3 = 'queued' then coalesce($4, t.not_before) else t.not_before end,
           look_at = case when $3 = 'unknown' then coalesce($4, t.look_at) else t.look_at end,
           queued_at = coalesce($5, t.queued_at)
         where t.id = $1 and t.attempt_id is not distinct from $2 and t.state not in ('accepted', 'rejected', 'canceled')
         returning ${COLUMNS}`,
        [keyOf(update.sendId), keyOf(update.fence), update.state, update.notBefore ?? null, update.queuedAt ?? null]
      )
      if (rows[0] === undefined) continue
      updated.push(rows[0])
      await db.query(
        `update outbound_attempts
         set provider_message_id = coalesce($2, provider_message_id), detail = coalesce($3, detail)
         where id = $1`,
        [update.fence, update.providerMessageId ?? null, update.detail ?? null]
      )
    }
    return updated
  },

  claimUnknown: async (limit) => {
    const now = await readClock(db)
    const { rows } = await db.query<OutboundText & UnknownRow>(
      `select ${COLUMNS}, a.provider, a.from_number as "attemptFrom", a.started_at as "startedAt", a.deadline, a.looks,
         array(
           select o.provider_message_id
           from outbound_attempts o join outbound_texts other on other.id = o.text_id
           where other.to_number = t.to_number and o.from_number = a.from_number and o.provider = a.provider
             and o.started_at > a.started_at - interval '1 day'
             and o.id <> a.id and o.provider_message_id is not null
         ) as "claimedIds"
       from outbound_texts t join outbound_attempts a on a.id = t.attempt_id
       where t.state in ('sending', 'unknown') and t.look_at <= now()
       order by t.lane, t.look_at limit $1
       for update of t skip locked`,
      [limit]
    )
    return {
      now,
      unknown: rows.map(({ attemptFrom, claimedIds, deadline, looks, provider, startedAt, ...send }) => ({
        send,
        attempt: { id: send.attemptId!, sendId: send.id, provider, from: attemptFrom, startedAt, deadline },
        looks,
        claimedProviderMessageIds: claimedIds
      }))
    }
  },

  noteLooks: async (looks) => {
    for (const { attemptId, nextLookAt } of inOrder(looks, ({ attemptId }) => attemptId)) {
      await db.query(
        `with looked as (update outbound_attempts set looks = looks + 1 where id = $1 returning id)
         update outbound_texts t set look_at = $2 from looked
         where t.attempt_id = looked.id and t.state in ('sending', 'unknown')`,
        [keyOf(attemptId), nextLookAt]
      )
    }
  },

  match: (targets) => matchReports(db, targets),

  ofMessage: async (scope, messageId) => {
    const { rows } = await db.query<OutboundText>(
      `select ${COLUMNS} from outbound_texts t where t.message_id = $1 and ${inScope("t", "$2")} for update`,
      [keyOf(messageId), scopeOf(scope)]
    )
    return rows[0] ?? null
  },

  noteReports: async (reports) => {
    for (const { attemptId, providerMessageId, status } of inOrder(reports, ({ attemptId }) => attemptId)) {
      await db.query(
        `update outbound_attempts
         set provider_message_id = coalesce(provider_message_id, $2), status = greatest(status, $3) where id = $1`,
        [keyOf(attemptId), providerMessageId, status]
      )
    }
  }
})
