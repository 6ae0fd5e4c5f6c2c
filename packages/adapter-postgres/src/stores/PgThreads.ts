/** Threads, and the lists of them with what is shown beside each. */
import { Contact, ContactSearch, type Thread } from "@careline/domain"
import { type ThreadPatients, type ThreadQuery, Threads, type ThreadView } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option, Schema } from "effect"
import type { Statement } from "effect/sql"
import * as Cursor from "../sql/cursor.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import { distinct, isUuid, tenantColumn, tenants } from "../sql/rows.ts"
import { unreadCount } from "./readMarks.ts"
import { decode, FieldEncryption } from "../encryption/FieldEncryption.ts"
import { isSearch, type Key, pageStatement } from "./threadList.ts"
import type { Row } from "../tables/Table.ts"
import { externalThreads } from "../tables/Tables.ts"

interface ViewRow extends Row {
  readonly number: string | null
  readonly opted_out: boolean
  readonly unread_count: number
}

interface ListedRow extends ViewRow {
  readonly listed_at: Date
}

/** A thread and its place in the list. */
interface Listed {
  readonly view: ThreadView
  readonly at: number
}

const fromViewRow = (row: ViewRow): ThreadView => ({
  thread: externalThreads.fromRow(row),
  phoneNumber: row.number as ThreadView["phoneNumber"],
  optedOut: row.opted_out,
  unreadCount: row.unread_count
})

const cursor = Cursor.make(
  "threads",
  Schema.Struct({ at: Schema.Number, id: Schema.String.check(Schema.isPattern(/^[0-9a-f-]{36}$/)) })
)

const keyOf = ({ at, view }: Listed): Key => ({ at, id: view.thread.id })

/** Rows that a search reads at once: what the bits let through is nearly always what is looked for. */
const SEARCH_BATCH = 200
/** Batches of one page: what is too short for the bits is looked for in so many threads, and the next page goes on. */
const SEARCH_BATCHES = 25

export const layer = Layer.effect(
  Threads,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    const toThreads = decode(encryption, externalThreads)
    const toViews = (rows: ReadonlyArray<ViewRow>) =>
      Effect.map(encryption.decrypt(externalThreads, rows), (opened) => opened.map(fromViewRow))

    const keyJson = (key: Thread.ThreadKey) => ({
      site_grouping_id: tenantColumn(key.siteGroupingId),
      thread_type: key.threadType,
      contact_key: encryption.index(Contact.key(key.contact))
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

    const viewColumns = (userId: string) => sql`
      t.*, n.number, coalesce(c.status = 'opted_out', false) as opted_out, ${unreadCount(sql, userId)} as unread_count`
    const viewJoins = sql`
      left join phone_numbers n on n.site_grouping_id = t.site_grouping_id and n.id = t.phone_number_id
      left join consents c on c.site_grouping_id = t.site_grouping_id and c.contact = t.contact_key`

    /** The views of a page with their places, and one more where there are more. */
    const viewsOf = (query: ThreadQuery, after: Key | null) =>
      sql<ListedRow>`
        select ${viewColumns(query.userId)}, t.listed_at from (${pageStatement(sql, encryption.indexKeys, query, after)}) t
        ${viewJoins}
        order by t.listed_at desc, t.id desc`.pipe(
        Effect.flatMap((rows) => encryption.decrypt(externalThreads, rows)),
        Effect.map((rows) => rows.map((row): Listed => ({ view: fromViewRow(row), at: row.listed_at.getTime() })))
      )

    /** What is found from a place on, and where the next page begins: nowhere once all threads were looked at. */
    const found = Effect.fnUntraced(function* (query: ThreadQuery, from: Key | null) {
      const views: Array<Listed> = []
      let next = from
      for (let batches = 0; batches < SEARCH_BATCHES && views.length < query.limit; batches++) {
        const batch = yield* viewsOf({ ...query, limit: SEARCH_BATCH }, next)
        const looked = batch.slice(0, SEARCH_BATCH)
        views.push(...looked.filter(({ view: { thread } }) => ContactSearch.matches(thread, query.search ?? "")))
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
        sql<Row>`
          select t.* from json_to_recordset(${JSON.stringify(distinct(keys.map(keyJson)))}::json)
            k (site_grouping_id text, thread_type text, contact_key text)
          join external_threads t using (site_grouping_id, thread_type, contact_key)
          order by t.site_grouping_id, t.id
          for update of t`.pipe(Effect.flatMap(toThreads), asStorage("threads.loadByKeys")),

      loadByIds: (ids) =>
        sql<Row>`
          select t.* from ${ofIds(ids)}
          order by t.site_grouping_id, t.id
          for update of t`.pipe(Effect.flatMap(toThreads), asStorage("threads.loadByIds")),

      patientsOf: (ids) =>
        sql<ThreadPatients>`select t.id as "threadId", t.patient_ids as "patientIds" from ${ofIds(ids)}`.pipe(
          asStorage("threads.patientsOf")
        ),

      get: (scope, id, userId) =>
        !isUuid(id)
          ? Effect.succeedNone
          : sql<ViewRow>`
              select ${viewColumns(userId)} from ${tenants(sql, scope)} s
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
          const { items, next } = yield* isSearch(query) ? found(query, after) : listed(query, after)
          return { items: items.map(({ view }) => view), nextCursor: next === null ? null : cursor.encode(next) }
        }).pipe(asStorage("threads.list")),

      counts: (filters, atMost) =>
        Effect.forEach(filters, (filter) => {
          const page = pageStatement(sql, encryption.indexKeys, { ...filter, limit: atMost - 1, cursor: null }, null)
          return sql<{ readonly count: number }>`select count(*)::int as count from (${page}) t`
        }).pipe(
          Effect.map((counts) => counts.map(([row]) => row!.count)),
          asStorage("threads.counts")
        )
    })
  })
)
