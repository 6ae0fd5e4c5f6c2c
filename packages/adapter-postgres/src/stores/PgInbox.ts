/** Durable intake. */
import { Contact } from "@careline/domain"
import type { StorageError, TelephonyEvent } from "@careline/ports"
import {
  type Acceptance,
  type CallReported,
  type DeliveryReported,
  identityOf,
  Inbox,
  type IncomingEvent,
  isArrival,
  type Lane,
  type LaneArrival,
  type LaneEvent,
  NOBODYS,
  NOT_ON_RECORD,
  type ParkedEvent,
  type Settlement
} from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Result, Schedule, Schema } from "effect"
import type { Statement } from "effect/sql"
import { storeNow } from "../sql/clock.ts"
import * as cursor from "../sql/cursor.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import { Wakeups } from "./Wakeups.ts"
import { instant, iso, tenantOf } from "../sql/rows.ts"
import { encode, FieldEncryption } from "../encryption/FieldEncryption.ts"
import type { Row } from "../tables/Table.ts"
import { type IncomingRow, webhookEvents } from "../tables/Tables.ts"

/** Pending events looked at for each lane that is wanted: the oldest lanes are found among them. */
const WINDOW_PER_LANE = 8
const INTAKE_RETRIES = 5
/** Made once: every commit of intake goes by it. */
const intakeRetry = {
  times: INTAKE_RETRIES,
  schedule: Schedule.exponential(10).pipe(Schedule.jittered),
  while: (error: StorageError) => error.reason._tag === "StoreConflict"
}

/** What tells an event from every other, the status of a report included. */
const incoming = ({ account, event, provider, receivedAt }: IncomingEvent): IncomingRow => {
  const { detail, id } = identityOf(event)
  const [number, contact] = isArrival(event) ? [event.to, Contact.key(event.from)] : [null, null]
  return {
    provider,
    account,
    id,
    kind: event._tag,
    status: detail,
    number,
    contact,
    receivedAt: receivedAt ?? null,
    event
  }
}

interface EventRow {
  readonly id: bigint
  readonly site_grouping_id: string
  readonly contact: string
  readonly provider: string
  readonly event: TelephonyEvent
  readonly failures: number
  readonly received_at: Date
}

interface ParkedRow extends EventRow {
  readonly kind: ParkedEvent["kind"]
  readonly number: string | null
  readonly reason: string
}

const parkedEvent = (row: ParkedRow, event: TelephonyEvent | undefined): ParkedEvent => {
  const arrival = event !== undefined && isArrival(event) ? event : undefined
  return {
    id: String(row.id),
    provider: row.provider,
    kind: row.kind,
    reason: row.reason,
    receivedAt: instant(row.received_at),
    to: row.number ?? arrival?.to ?? null,
    from: arrival?.from ?? null
  }
}

/** Ids are drawn from a sequence. */
const ID = /^\d{1,18}$/
const parkedCursor = cursor.make("parked", Schema.String.check(Schema.isPattern(ID)))

/** Rows in order of arrival as lanes, each lane where its first event stands. */
const lanesOf = (rows: ReadonlyArray<EventRow>): ReadonlyArray<Lane> => {
  const lanes = new Map<string, { row: EventRow; events: Array<LaneEvent> }>()
  for (const row of rows) {
    const key = `${row.site_grouping_id} ${row.contact}`
    const lane = lanes.get(key) ?? { row, events: [] }
    lanes.set(key, lane)
    lane.events.push({
      id: String(row.id),
      provider: row.provider,
      event: row.event as LaneArrival,
      receivedAt: instant(row.received_at),
      failures: row.failures
    })
  }
  return [...lanes.values()].map(({ events, row }) => ({
    siteGroupingId: tenantOf(row.site_grouping_id),
    contact: row.contact as Contact.Contact,
    events
  }))
}

export const layer = Layer.effect(
  Inbox,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    const wakeups = yield* Wakeups

    /** The events that can be opened here. Another one is parked, and keeps nobody waiting. */
    const openOrPark = Effect.fnUntraced(function* (rows: ReadonlyArray<EventRow>) {
      const opened = yield* encryption.openEach(webhookEvents, rows)
      const closed = rows.filter((_, place) => Result.isFailure(opened[place]!)).map(({ id }) => id)
      if (closed.length > 0) {
        yield* sql`
          update webhook_events set state = 'parked', reason = 'it cannot be opened here'
          where id = any(${closed}::bigint[]) and state = 'pending'`
        yield* Effect.logError("Events cannot be opened, and are parked").pipe(
          Effect.annotateLogs({ events: closed.map(String) })
        )
      }
      return opened.flatMap((one) => (Result.isSuccess(one) ? [one.success] : []))
    })

    // Ids are drawn in order of arrival, rows written in order of their keys: two hosts that take the same duplicates in
    // at once then wait for each other in one direction only, and never deadlock.
    const insert = (rows: ReadonlyArray<Row>) => sql<{ readonly place: number; readonly is_parked: boolean }>`
      with incoming as materialized (
        select nextval('webhook_events_id_seq') as id, i.*, n.site_grouping_id,
               case when i.number is null or n.site_grouping_id is not null then null
                    when n.number is null then ${NOT_ON_RECORD}::text else ${NOBODYS}::text end as reason
        from (select *, row_number() over () as place from ${webhookEvents.given(rows)}) i
        left join phone_numbers n on n.number = i.number
        order by i.place
      ), inserted as (
        insert into webhook_events (id, site_grouping_id, contact, provider, account, provider_message_id, kind, status,
                                    event, received_at, number, state, reason)
        select id, site_grouping_id, contact, provider, account, provider_message_id, kind, status, event,
               least(received_at, careline_now()), number,
               case when reason is null then 'pending' else 'parked' end, reason
        from incoming order by provider, account, provider_message_id, kind, status, id
        on conflict (provider, account, provider_message_id, kind, status) do nothing
        returning id, site_grouping_id, contact, state
      ), lane_rows as (
        insert into lanes (site_grouping_id, contact)
        select distinct site_grouping_id, contact from inserted where contact is not null and state = 'pending'
        order by site_grouping_id, contact
        on conflict do nothing
      )
      select place::int as place, state = 'parked' as is_parked,
             case when row_number() over () = 1 then pg_notify('careline', 'inbox') end
      from inserted join incoming using (id)`

    const accept = (events: ReadonlyArray<IncomingEvent>) =>
      Effect.map(Effect.flatMap(encode(encryption, webhookEvents, events.map(incoming)), insert), (rows) => {
        const acceptances = events.map((): Acceptance => "duplicate")
        for (const { is_parked, place } of rows) acceptances[place - 1] = is_parked ? "unroutable" : "accepted"
        return acceptances
      })

    /** Locks the lanes of the oldest events. Their events are read afterwards: a lane may have been emptied meanwhile. */
    const lockLanes = (lanes: number) => sql<{ readonly site_grouping_id: string; readonly contact: string }>`
      with oldest as materialized (
        select site_grouping_id, contact, min(id) as first_id
        from (
          select site_grouping_id, contact, id from webhook_events
          where state = 'pending' and contact is not null and visible_at <= careline_now()
          order by id limit ${lanes * WINDOW_PER_LANE}
        ) pending
        group by site_grouping_id, contact
      )
      select l.site_grouping_id, l.contact
      from oldest o join lanes l using (site_grouping_id, contact)
      where l.blocked_until is null or l.blocked_until <= careline_now()
      order by o.first_id limit ${lanes}
      for update of l skip locked`

    const readLanes = (
      lanes: ReadonlyArray<{ readonly site_grouping_id: string; readonly contact: string }>,
      eventsPerLane: number
    ) =>
      sql<EventRow>`
      select e.* from json_to_recordset(${JSON.stringify(lanes)}::json) l (site_grouping_id text, contact text)
      cross join lateral (
        select id, site_grouping_id, contact, provider, account, provider_message_id, kind, status, event, failures, received_at
        from webhook_events w
        where w.site_grouping_id = l.site_grouping_id and w.contact = l.contact
          and w.state = 'pending' and w.contact is not null
        order by w.id limit ${eventsPerLane}
      ) e
      order by e.id`.pipe(Effect.flatMap(openOrPark))

    /** Events that no lane holds. The kind is spelt out, or the planner would not see that the partial index is of it. */
    const claim = <Event extends DeliveryReported | CallReported>(kind: Event["_tag"], limit: number) =>
      Effect.gen(function* () {
        const now = yield* storeNow(sql)
        const rows = yield* sql<EventRow>`
          select id, provider, account, provider_message_id, kind, status, event, failures from webhook_events
          where state = 'pending' and kind = ${sql.literal(`'${kind}'`)} and visible_at <= careline_now()
          order by id limit ${limit}
          for update skip locked`
        return {
          now,
          reports: (yield* openOrPark(rows)).map(({ event, failures, id, provider }) => ({
            id: String(id),
            provider,
            event: event as Event,
            failures
          }))
        }
      })

    const settle = (settlements: ReadonlyArray<Settlement>) => sql`
      with settled as (
        update webhook_events e set
          state = s.state,
          failures = e.failures + case when s.is_failure then 1 else 0 end,
          reason = s.reason,
          visible_at = coalesce(s.until, e.visible_at)
        from json_to_recordset(${JSON.stringify(
          settlements.map((settlement) => ({
            id: settlement.id,
            state: settlement._tag === "Done" ? "done" : settlement._tag === "Parked" ? "parked" : "pending",
            is_failure:
              settlement._tag === "Parked" || (settlement._tag === "Postponed" && settlement.wasTried !== false),
            reason: settlement._tag === "Done" ? null : settlement.reason,
            until: settlement._tag === "Postponed" ? iso(settlement.until) : null
          }))
        )}::json) s (id bigint, state text, is_failure boolean, reason text, until timestamptz)
        where e.id = s.id and e.state = 'pending'
        returning e.site_grouping_id, e.contact, e.kind, s.until
      )
      update lanes l set blocked_until = s.until
      from settled s
      where s.contact is not null and s.until is not null
        and l.site_grouping_id = s.site_grouping_id and l.contact = s.contact`

    /**
     * Events that are pending again: for the tenant that they came for, or, where there was none, for the one that has the number
     * now. `which` selects their `id` and that `tenant`.
     */
    const revive = (which: Statement.Fragment) => sql<{ readonly id: bigint }>`
      with revived as (
        update webhook_events w set
          state = 'pending', reason = null, failures = 0, visible_at = careline_now(),
          site_grouping_id = coalesce(w.site_grouping_id, e.tenant)
        from (${which}) e where w.id = e.id
        returning w.id, w.site_grouping_id, w.contact
      ), lane_rows as (
        insert into lanes (site_grouping_id, contact)
        select distinct site_grouping_id, contact from revived where contact is not null
        order by site_grouping_id, contact
        on conflict do nothing
      )
      select id, case when row_number() over () = 1 then pg_notify('careline', 'inbox') end from revived`

    return Inbox.of({
      accept: (events) =>
        events.length === 0
          ? Effect.succeed([])
          : accept(events).pipe(asStorage("inbox.accept"), Effect.retry(intakeRetry)),
      claimLanes: ({ eventsPerLane, lanes }) =>
        Effect.gen(function* () {
          const now = yield* storeNow(sql)
          const locked = yield* lockLanes(lanes)
          return { now, lanes: locked.length === 0 ? [] : lanesOf(yield* readLanes(locked, eventsPerLane)) }
        }).pipe(asStorage("inbox.claimLanes")),
      claimReports: (limit) => claim<DeliveryReported>("DeliveryReported", limit).pipe(asStorage("inbox.claimReports")),
      claimCallReports: (limit) => claim<CallReported>("CallReported", limit).pipe(asStorage("inbox.claimCallReports")),
      settle: (settlements) =>
        settlements.length === 0 ? Effect.void : settle(settlements).pipe(Effect.asVoid, asStorage("inbox.settle")),
      parked: ({ cursor, limit }) =>
        Effect.gen(function* () {
          const before = yield* Effect.fromResult(parkedCursor.decode(cursor))
          const rows = yield* sql<ParkedRow>`
            select id, site_grouping_id, contact, provider, account, provider_message_id, kind, status, event, failures,
                   received_at, number, reason
            from webhook_events
            where state = 'parked' ${before === null ? sql`` : sql`and id < ${before}::bigint`}
            order by id desc limit ${limit + 1}`
          const shown = rows.slice(0, limit)
          const opened = yield* encryption.openEach(webhookEvents, shown)
          const last = rows.length > limit ? shown.at(-1) : undefined
          return {
            items: shown.map((row, place) => parkedEvent(row, Result.getOrUndefined(opened[place]!)?.event)),
            nextCursor: last === undefined ? null : parkedCursor.encode(String(last.id))
          }
        }).pipe(asStorage("inbox.parked")),
      releaseParked: (limit) =>
        revive(sql`
          select e.id, n.site_grouping_id as tenant from webhook_events e join phone_numbers n on n.number = e.number
          where e.state = 'parked' and e.reason = ${NOT_ON_RECORD}
            and n.site_grouping_id is not null and n.acquired_at = n.created_at
          order by e.id limit ${limit} for update of e skip locked`).pipe(
          Effect.map((rows) => rows.length),
          asStorage("inbox.releaseParked")
        ),
      retryParked: (id) =>
        !ID.test(id)
          ? Effect.succeed(false)
          : revive(sql`
              select e.id, n.site_grouping_id as tenant
              from webhook_events e left join phone_numbers n on n.number = e.number
              where e.id = ${id}::bigint and e.state = 'parked'
                and (e.contact is null or coalesce(e.site_grouping_id, n.site_grouping_id) is not null)
              for update of e`).pipe(
              Effect.map((rows) => rows.length > 0),
              asStorage("inbox.retryParked")
            ),
      dismissParked: (id) =>
        !ID.test(id)
          ? Effect.succeed(false)
          : sql`update webhook_events set state = 'done' where id = ${id}::bigint and state = 'parked' returning id`.pipe(
              Effect.map((rows) => rows.length > 0),
              asStorage("inbox.dismissParked")
            ),
      wakeups: wakeups.wakeups("inbox")
    })
  })
)
