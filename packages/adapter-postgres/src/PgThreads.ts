/** Threads and the inbox. Every list walks one index of its tenant from the cursor on. */
import type { Thread } from "@careline/domain"
import { type ThreadQuery, Threads, type ThreadView } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option, Schema } from "effect"
import type { Statement } from "effect/sql"
import * as Cursor from "./cursor.ts"
import { asStorage } from "./Database.ts"
import { distinct, isUuid, tenantColumn, tenants } from "./rows.ts"
import { SEARCH_BITS, searchable, searchBits, searchText } from "./sealing/SearchBits.ts"
import { Sealing } from "./sealing/Sealing.ts"
import * as ThreadRow from "./threadRow.ts"

interface ViewRow extends ThreadRow.ThreadRow {
  readonly number: string | null
  readonly opted_out: boolean
}

const fromViewRow = (row: ViewRow): ThreadView => ({
  thread: ThreadRow.fromRow(row),
  phoneNumber: row.number as ThreadView["phoneNumber"],
  optedOut: row.opted_out
})

const cursor = Cursor.make(
  "threads",
  Schema.Struct({ at: Schema.Number, id: Schema.String.check(Schema.isPattern(/^[0-9a-f-]{36}$/)) })
)

/** Where a thread stands in every list. */
interface Key {
  readonly at: number
  readonly id: string
}

const keyOf = ({ thread }: ThreadView): Key => ({ at: thread.lastMessageAt.epochMilliseconds, id: thread.id })

/** What a search for a number in any way of writing looks for: its digits, when there are enough of them. */
const digitsOf = (search: string): string | null => {
  const digits = search.replace(/\D/g, "")
  return digits.length >= 3 && /^[\d\s()+./-]+$/.test(search) ? digits : null
}

/** What is looked for, and `null` where everything is shown. */
const wantedOf = ({ search }: ThreadQuery): string | null => {
  if (search === undefined || search.trim() === "") return null
  return digitsOf(search) ?? searchable(search.trim())
}

/** Rows that a search reads at once: what the bits let through is nearly always what is looked for. */
const SEARCH_BATCH = 200
/** Batches of one page: what is too short for the bits is looked for in so many threads, and the next page goes on. */
const SEARCH_BATCHES = 25

export const layer = Layer.effect(
  Threads,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const sealing = yield* Sealing
    const toThreads = (rows: ReadonlyArray<ThreadRow.ThreadRow>) =>
      Effect.map(sealing.open("external_threads", rows), (opened) => opened.map(ThreadRow.fromRow))
    const toViews = (rows: ReadonlyArray<ViewRow>) =>
      Effect.map(sealing.open("external_threads", rows), (opened) => opened.map(fromViewRow))

    const keyJson = (key: Thread.ThreadKey) => ({
      site_grouping_id: tenantColumn(key.siteGroupingId),
      thread_type: key.threadType,
      external_contact: sealing.index(key.contact)
    })

    /** The threads `t` of the ids. */
    const ofIds = (ids: Parameters<Threads["Service"]["loadByIds"]>[0]): Statement.Fragment => sql`
      json_to_recordset(${JSON.stringify(
        distinct(
          ids
            .filter(({ threadId }) => isUuid(threadId))
            .map(({ siteGroupingId, threadId }) => ({ site_grouping_id: tenantColumn(siteGroupingId), id: threadId }))
        )
      )}::json) k (site_grouping_id text, id uuid)
      join external_threads t using (site_grouping_id, id)`

    const viewColumns = sql`t.*, n.number, coalesce(c.status = 'opted_out', false) as opted_out`
    const viewJoins = sql`
      left join phone_numbers n on n.site_grouping_id = t.site_grouping_id and n.id = t.phone_number_id
      left join consents c on c.site_grouping_id = t.site_grouping_id and c.contact = t.external_contact`

    const viewFilter = (query: ThreadQuery): Statement.Fragment => {
      switch (query.view) {
        case "all":
          return sql`true`
        case "inbox":
          return sql`(assignee_id is null or unread_count > 0)`
        case "unread":
          return sql`unread_count > 0`
        case "unassigned":
          return sql`assignee_id is null`
        case "mine":
          return sql`assignee_id = ${query.userId}`
      }
    }

    /** Leaves out what cannot be it, by its bits: names are sealed. */
    const searchFilter = (wanted: string): Statement.Fragment => {
      const size = sql.literal(String(SEARCH_BITS))
      const bits = sql`${searchBits(sealing.indexKeys, wanted)}::bit(${size})`
      return sql`search_bits::bit(${size}) & ${bits} = ${bits}`
    }

    /** A patient has few threads: they are found first, and looked at one by one. */
    const ofPatient = (patientId: string, tenant: Statement.Fragment): Statement.Fragment => sql`
      id in (
        select p.external_thread_id from thread_patients p
        where p.site_grouping_id = ${tenant} and p.patient_id = ${patientId}
      )`

    const filters = (query: ThreadQuery, tenant: Statement.Fragment): ReadonlyArray<Statement.Fragment> => [
      viewFilter(query),
      ...(query.patientId === undefined ? [] : [ofPatient(query.patientId, tenant)]),
      ...(query.facilityId === undefined ? [] : [sql`facility_id = ${query.facilityId}`]),
      ...(wantedOf(query) === null ? [] : [searchFilter(wantedOf(query)!)])
    ]

    /** One page of one tenant: the walk over an index. */
    const pageOf = (query: ThreadQuery, tenant: Statement.Fragment, after: Key | null) => sql`
      select * from external_threads
      where site_grouping_id = ${tenant} and deleted_at is null and ${sql.and(filters(query, tenant))}
        ${after === null ? sql`` : sql`and (last_message_at, id) < (to_timestamp(${after.at}::float8 / 1000), ${after.id}::uuid)`}
      order by last_message_at desc, id desc
      limit ${query.limit + 1}`

    /** The page of several tenants: a page of each, and the newest of those. */
    const page = (query: ThreadQuery, after: Key | null) =>
      query.scope !== "all" && query.scope.length === 1
        ? pageOf(query, sql`${tenantColumn(query.scope[0]!)}`, after)
        : sql`
          select p.* from ${tenants(sql, query.scope)} s
          cross join lateral (${pageOf(query, sql`s.tenant`, after)}) p
          order by p.last_message_at desc, p.id desc
          limit ${query.limit + 1}`

    /** The views of a page, and one more where there are more. */
    const viewsOf = (query: ThreadQuery, after: Key | null) =>
      sql<ViewRow>`
        select ${viewColumns} from (${page(query, after)}) t
        ${viewJoins}
        order by t.last_message_at desc, t.id desc`.pipe(Effect.flatMap(toViews))

    /** What is found from a place on, and where the next page begins: nowhere once all threads were looked at. */
    const found = Effect.fnUntraced(function* (query: ThreadQuery, wanted: string, from: Key | null) {
      const views: Array<ThreadView> = []
      let next = from
      for (let batches = 0; batches < SEARCH_BATCHES && views.length < query.limit; batches++) {
        const batch = yield* viewsOf({ ...query, limit: SEARCH_BATCH }, next)
        const looked = batch.slice(0, SEARCH_BATCH)
        views.push(
          ...looked.filter(({ thread }) => searchText(thread.contactName, thread.externalContact).includes(wanted))
        )
        next = batch.length > SEARCH_BATCH ? keyOf(looked.at(-1)!) : null
        if (next === null) break
      }
      return views.length > query.limit
        ? { items: views.slice(0, query.limit), next: keyOf(views[query.limit - 1]!) }
        : { items: views, next }
    })

    const listed = Effect.fnUntraced(function* (query: ThreadQuery, from: Key | null) {
      const views = yield* viewsOf(query, from)
      const items = views.slice(0, query.limit)
      return { items, next: views.length > query.limit ? keyOf(items.at(-1)!) : null }
    })

    return Threads.of({
      loadByKeys: (keys) =>
        sql<ThreadRow.ThreadRow>`
          select t.* from json_to_recordset(${JSON.stringify(distinct(keys.map(keyJson)))}::json)
            k (site_grouping_id text, thread_type text, external_contact text)
          join external_threads t using (site_grouping_id, thread_type, external_contact)
          order by t.site_grouping_id, t.id
          for update of t`.pipe(Effect.flatMap(toThreads), asStorage("threads.loadByKeys")),

      loadByIds: (ids) =>
        sql<ThreadRow.ThreadRow>`
          select t.* from ${ofIds(ids)}
          order by t.site_grouping_id, t.id
          for update of t`.pipe(Effect.flatMap(toThreads), asStorage("threads.loadByIds")),

      patientsOf: (ids) =>
        sql<Pick<ThreadRow.ThreadRow, "id" | "patient_ids">>`select t.id, t.patient_ids from ${ofIds(ids)}`.pipe(
          Effect.map((rows) => rows.map(ThreadRow.patientsFromRow)),
          asStorage("threads.patientsOf")
        ),

      get: (scope, id) =>
        !isUuid(id)
          ? Effect.succeedNone
          : sql<ViewRow>`
              select ${viewColumns} from ${tenants(sql, scope)} s
              join external_threads t on t.site_grouping_id = s.tenant and t.id = ${id}::uuid
              ${viewJoins}
              where t.deleted_at is null`.pipe(
              Effect.flatMap(toViews),
              Effect.map(([view]) => Option.fromUndefinedOr(view)),
              asStorage("threads.get")
            ),

      list: (query) =>
        Effect.gen(function* () {
          const after = yield* Effect.fromResult(cursor.decode(query.cursor))
          const wanted = wantedOf(query)
          const { items, next } = yield* wanted === null ? listed(query, after) : found(query, wanted, after)
          return { items, nextCursor: next === null ? null : cursor.encode(next) }
        }).pipe(asStorage("threads.list"))
    })
  })
)
