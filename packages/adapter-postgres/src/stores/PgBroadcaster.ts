/**
 * Real time, and what a listener missed of it. Events are rows; a reader goes by the order of transactions and shows a
 * row only when every transaction before its own has ended, so that a listener who resumes misses nothing.
 */
import type { MessageId, PendingAssignmentId, ThreadId } from "@careline/domain"
import {
  type BroadcastEvent,
  Broadcaster,
  type PublishedEvent,
  RowAccess,
  Scope,
  type TenantScope
} from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Layer, Option, PubSub, Queue, Schedule, Stream } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { Wakeups } from "./Wakeups.ts"
import { tenantColumn, tenantOf } from "../sql/rows.ts"

/** Rows that one read takes. */
const READ = 500
/** How long a listener may be away and still resume, as a PostgreSQL interval. */
const KEPT_FOR = "1 day"
const PRUNE_EVERY = "10 minutes"
/** How soon rows are looked for again that a slower transaction held back. */
const LOOK_AGAIN = Duration.millis(500)
/** How often rows are looked for that no wake-up told of. */
const LOOK_EVERY = Duration.seconds(10)

/** A place in the stream: the transaction, and the row in it. */
interface Place {
  readonly xid: string
  readonly id: string
}

const START: Place = { xid: "0", id: "0" }

const placeOf = (text: string | null): Place | null => {
  const match = text === null ? null : /^(\d{1,19})-(\d{1,18})$/.exec(text)
  return match === null ? null : { xid: match[1]!, id: match[2]! }
}

const textOf = (place: Place): string => `${place.xid}-${place.id}`

const isAfter = (text: string, place: Place): boolean => {
  const one = placeOf(text) ?? START
  const xid = BigInt(one.xid) - BigInt(place.xid)
  return xid > 0n || (xid === 0n && BigInt(one.id) > BigInt(place.id))
}

interface Row {
  readonly xid: string
  readonly id: string
  readonly site_grouping_id: string
  readonly type: BroadcastEvent["type"]
  readonly external_thread_id: string | null
  readonly message_id: string | null
  readonly pending_assignment_id: string | null
}

const eventOf = (row: Row): BroadcastEvent => {
  const siteGroupingId = tenantOf(row.site_grouping_id)
  const { type } = row
  return type === "pending_assignment.updated"
    ? { siteGroupingId, type, pendingAssignmentId: row.pending_assignment_id as PendingAssignmentId }
    : {
        siteGroupingId,
        type,
        threadId: row.external_thread_id as ThreadId,
        messageId: row.message_id as MessageId | null
      }
}

const toRow = (event: BroadcastEvent) => ({
  site_grouping_id: tenantColumn(event.siteGroupingId),
  type: event.type,
  ...(event.type === "pending_assignment.updated"
    ? { pending_assignment_id: event.pendingAssignmentId }
    : { external_thread_id: event.threadId, message_id: event.messageId })
})

const fromRow = (row: Row): PublishedEvent => ({
  id: textOf(row),
  event: eventOf(row)
})

export const layer = Layer.effect(
  Broadcaster,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const wakeups = yield* Wakeups
    const live = yield* PubSub.sliding<PublishedEvent>(8192)

    const read = (after: Place) =>
      sql<Row>`
        select xid::text as xid, id::text as id, site_grouping_id, type, external_thread_id, message_id, pending_assignment_id
        from broadcast_events
        where (xid, id) > (${after.xid}::xid8, ${after.id}::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
        order by broadcast_events.xid, broadcast_events.id limit ${READ}`.pipe(
        Effect.map((rows) => rows.map(fromRow)),
        asStorage("broadcaster.read")
      )

    /** The stream is one for all listeners; each hears what is of their tenants. */
    const asListener = Effect.provideService(RowAccess, { _tag: "System" })

    /** Where the stream stands: everything before is settled. */
    const [head] = yield* asListener(sql<{ readonly xid: string }>`
      select (pg_snapshot_xmin(pg_current_snapshot()))::text as xid`)
    let place: Place = { xid: (BigInt(head!.xid) - 1n).toString(), id: "9".repeat(18) }

    /** Whether rows stand behind the place, which a transaction that has not ended holds back. */
    const isHeldBack = Effect.suspend(() =>
      sql<{ readonly held: boolean }>`
        select exists (
          select from broadcast_events where (xid, id) > (${place.xid}::xid8, ${place.id}::bigint)
        ) as held`.pipe(
        Effect.map(([row]) => row?.held === true),
        asStorage("broadcaster.read")
      )
    )

    /** Publishes what came, and tells when to look again. */
    const advance = Effect.gen(function* () {
      while (true) {
        const events = yield* read(place)
        for (const event of events) yield* PubSub.publish(live, event)
        place = placeOf(events.at(-1)?.id ?? null) ?? place
        if (events.length < READ) return (yield* isHeldBack) ? LOOK_AGAIN : LOOK_EVERY
      }
    }).pipe(Effect.catchCause(() => Effect.succeed(LOOK_AGAIN)))

    const awake = yield* Queue.sliding<void>(1)
    yield* Effect.forkScoped(Stream.runForEach(wakeups.wakeups("broadcast"), () => Queue.offer(awake, undefined)))
    yield* Effect.forkScoped(
      Effect.forever(Effect.flatMap(asListener(advance), (pause) => Effect.timeoutOption(Queue.take(awake), pause)))
    )
    yield* Effect.forkScoped(
      sql`delete from broadcast_events where published_at < careline_now() - ${KEPT_FOR}::interval`.pipe(
        asListener,
        Effect.ignoreCause,
        Effect.repeat(Schedule.spaced(PRUNE_EVERY))
      )
    )

    const missed = (scope: TenantScope, after: Place) =>
      Stream.paginate(after, (from) =>
        read(from).pipe(
          Effect.provideService(RowAccess, { _tag: "Staff", scope }),
          Effect.map((events) => {
            const last = placeOf(events.at(-1)?.id ?? null)
            return [events, last === null ? Option.none() : Option.some(last)] as const
          })
        )
      )

    /**
     * The place, if a reader can have been there: rows are shown once every transaction before their own has ended. After
     * a restore listeners come with places of a future that is gone, and would hear nothing until it comes again.
     */
    const given = (claimed: Place | null) =>
      claimed === null
        ? Effect.succeed(null)
        : sql<{ readonly is_given: boolean }>`
            select ${claimed.xid}::xid8 < pg_snapshot_xmin(pg_current_snapshot()) as is_given`.pipe(
            asListener,
            Effect.map(([row]) => (row?.is_given === true ? claimed : null)),
            asStorage("broadcaster.subscribe")
          )

    return Broadcaster.of({
      publish: (events) =>
        events.length === 0
          ? Effect.void
          : sql`
              with published as (
                insert into broadcast_events (site_grouping_id, type, external_thread_id, message_id, pending_assignment_id)
                select site_grouping_id, type, external_thread_id, message_id, pending_assignment_id
                from json_populate_recordset(null::broadcast_events, ${JSON.stringify(events.map(toRow))}::json)
              )
              select pg_notify('careline', 'broadcast')`.pipe(Effect.asVoid, asStorage("broadcaster.publish")),

      subscribe: (scope, after) =>
        Stream.unwrap(
          Effect.gen(function* () {
            // Listening begins before what was missed is read, so that nothing falls between the two.
            const heard = yield* PubSub.subscribe(live)
            const here = place
            const resumedAt = yield* given(placeOf(after))
            let seen = resumedAt ?? here
            const resumed = resumedAt === null ? Stream.empty : missed(scope, resumedAt)
            return Stream.concat(resumed, Stream.fromSubscription(heard)).pipe(
              Stream.filter(({ id }) => {
                const isNew = isAfter(id, seen)
                if (isNew) seen = placeOf(id)!
                return isNew
              }),
              Stream.filter(({ event }) => Scope.includes(scope, event.siteGroupingId))
            )
          })
        )
    })
  })
)
