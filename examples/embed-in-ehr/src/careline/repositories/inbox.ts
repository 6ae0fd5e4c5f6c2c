/** What providers report, kept until it is applied. */
import type {
  Acceptance,
  ClaimedCallReport,
  ClaimedReport,
  IncomingEvent,
  Lane,
  LaneEvent,
  ParkedEvent,
  Repositories
} from "careline"
import type { Queryable } from "../../ehr/database.ts"
import type { Services } from "../../ehr/services.ts"
import { cursorsOf, instantAndId } from "./cursor.ts"
import { NO_LINE, takeIn } from "./intake.ts"
import { keyOf, readClock } from "./rows.ts"
import { transactAndWake } from "./wakes.ts"

/** Of lanes, how many are looked at for each one that is wanted: others may be at work on some. */
const LANES_LOOKED_AT = 8
const TAKE_IN_TRIES = 5
/** Deadlock, and serialisation: somebody else was quicker. */
const CONFLICTS = new Set<unknown>(["40P01", "40001"])

const isSameLane = (one: string, other: string): string =>
  `${one}.contact = ${other}.contact and ${one}.site_group_id is not distinct from ${other}.site_group_id`

/** A lane with a text that is postponed waits for it. */
const IS_FREE = `not exists (
  select from inbound_events held
  where ${isSameLane("held", "e")} and held.state = 'pending' and held.postponed_until > now()
)`

/** A lane is locked by a number that is made of it, so that it needs no row. */
const LOCK_LANE =
  "pg_try_advisory_xact_lock(hashtextextended(coalesce(lane.site_group_id, 0) || ' ' || lane.contact, 7214002))"

const parkedIds = cursorsOf("parked events", instantAndId.shape.id)

type LaneKey = { readonly siteGroupId: string | null; readonly contact: string }
type EventRow = LaneKey & LaneEvent

/** The oldest lanes that nobody works on, the caller's until its transaction ends. */
const lockLanes = async (db: Queryable, lanes: number): Promise<ReadonlyArray<LaneKey>> => {
  // Rows of a materialized query come as they were sorted, one by one: no more lanes are locked than are wanted.
  const { rows } = await db.query<LaneKey>(
    `with lane as materialized (
       select e.site_group_id, e.contact from inbound_events e
       where e.state = 'pending' and e.contact is not null and ${IS_FREE} and e.id = (
         select first.id from inbound_events first
         where ${isSameLane("first", "e")} and first.state = 'pending' and first.contact is not null
         order by first.id limit 1
       )
       order by e.id limit $1
     )
     select lane.site_group_id as "siteGroupId", lane.contact from lane where ${LOCK_LANE} limit $2`,
    [lanes * LANES_LOOKED_AT, lanes]
  )
  return rows
}

/** A statement of its own, after the lock: a lane may have been worked on since it was looked for. */
const readLanes = async (db: Queryable, lanes: ReadonlyArray<LaneKey>, limit: number): Promise<ReadonlyArray<Lane>> => {
  const { rows } = await db.query<EventRow>(
    `select e.* from unnest($1::bigint[], $2::text[]) lane (site_group_id, contact)
     cross join lateral (
       select e.id, e.site_group_id as "siteGroupId", e.contact, e.provider, e.event, e.failures,
         e.received_at as "receivedAt"
       from inbound_events e
       where ${isSameLane("e", "lane")} and e.state = 'pending' and e.contact is not null and ${IS_FREE}
       order by e.id limit $3
     ) e
     order by e.id`,
    [lanes.map(({ siteGroupId }) => siteGroupId), lanes.map(({ contact }) => contact), limit]
  )
  const found = Map.groupBy(rows, ({ contact, siteGroupId }) => `${siteGroupId} ${contact}`)
  return [...found.values()].map((events) => ({
    siteGroupingId: events[0]!.siteGroupId,
    contact: events[0]!.contact,
    events: events.map(({ event, failures, id, provider, receivedAt }) => ({
      id,
      provider,
      event,
      receivedAt,
      failures
    }))
  }))
}

export const inbox =
  ({ jobs, pool }: Services): Repositories<Queryable>["inbox"] =>
  (db) => {
    const accept = async (events: ReadonlyArray<IncomingEvent>): Promise<ReadonlyArray<Acceptance>> => {
      if (db !== pool) return takeIn(db, jobs, events)
      for (let tries = 1; ; tries++) {
        try {
          return await transactAndWake({ pool, jobs }, (tx) => takeIn(tx, jobs, events))
        } catch (error) {
          if (tries === TAKE_IN_TRIES || !CONFLICTS.has((error as { readonly code?: unknown }).code)) throw error
        }
      }
    }

    const claim = async <Report extends ClaimedReport | ClaimedCallReport>(
      kind: Report["event"]["_tag"],
      limit: number
    ) => {
      const now = await readClock(db)
      const { rows } = await db.query<Report>(
        `select id, provider, event, failures from inbound_events
         where state = 'pending' and kind = '${kind}' and (postponed_until is null or postponed_until <= now())
         order by id limit $1
         for update skip locked`,
        [limit]
      )
      return { now, reports: rows }
    }

    /** Events that are pending again; what came for no line is its site group's that has it now. */
    const revive = async (which: string, values: ReadonlyArray<unknown>): Promise<number> => {
      const { rowCount } = await db.query(
        `update inbound_events w set state = 'pending', reason = null, failures = 0, postponed_until = null,
           site_group_id = coalesce(w.site_group_id, e.site_group_id)
         from (${which}) e where w.id = e.id`,
        [...values]
      )
      return rowCount ?? 0
    }

    return {
      accept,

      claimLanes: async ({ eventsPerLane, lanes }) => {
        const now = await readClock(db)
        return { now, lanes: await readLanes(db, await lockLanes(db, lanes), eventsPerLane) }
      },

      claimReports: (limit) => claim<ClaimedReport>("DeliveryReported", limit),

      claimCallReports: (limit) => claim<ClaimedCallReport>("CallReported", limit),

      settle: async (settlements) => {
        for (const settlement of settlements) {
          const isDone = settlement._tag === "Done"
          await db.query(
            `update inbound_events set state = $2, failures = failures + $3, reason = $4, postponed_until = $5
             where id = $1 and state = 'pending'`,
            [
              keyOf(settlement.id),
              isDone ? "done" : settlement._tag === "Parked" ? "parked" : "pending",
              isDone ? 0 : 1,
              isDone ? null : settlement.reason,
              settlement._tag === "Postponed" ? settlement.until : null
            ]
          )
        }
      },

      parked: async ({ cursor, limit }) => {
        const { rows } = await db.query<ParkedEvent>(
          `select id, provider, kind, reason, received_at as "receivedAt", event ->> 'to' as to, event ->> 'from' as from
           from inbound_events
           where state = 'parked' and ($2::bigint is null or id < $2) order by id desc limit $1`,
          [limit + 1, parkedIds.read(cursor)]
        )
        return parkedIds.page(rows, limit, ({ id }) => id)
      },

      releaseParked: (limit) =>
        revive(
          `select e.id, l.site_group_id from inbound_events e join phone_lines l on l.number = e.event ->> 'to'
           where e.state = 'parked' and e.reason = $2 order by e.id limit $1 for update of e skip locked`,
          [limit, NO_LINE]
        ),

      retryParked: async (id) =>
        (await revive(
          `select e.id, l.site_group_id from inbound_events e left join phone_lines l on l.number = e.event ->> 'to'
           where e.id = $1 and e.state = 'parked' and (e.contact is null or e.reason <> $2 or l.id is not null)
           for update of e`,
          [keyOf(id), NO_LINE]
        )) > 0,

      dismissParked: async (id) => {
        const { rowCount } = await db.query(
          "update inbound_events set state = 'done' where id = $1 and state = 'parked'",
          [keyOf(id)]
        )
        return rowCount === 1
      }
    }
  }
