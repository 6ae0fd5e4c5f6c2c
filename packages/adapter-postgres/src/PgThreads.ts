/** Threads and the inbox. Every list walks one index of its tenant from the cursor on. */
import type { Thread } from "@careline/domain"
import { type ThreadQuery, Threads, type ThreadView } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option, Schema } from "effect"
import type { Statement } from "effect/sql"
import * as Cursor from "./cursor.ts"
import { asStorage } from "./Database.ts"
import { distinct, isUuid, tenantColumn, tenants } from "./rows.ts"
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

/** What a search for a number in any way of writing looks for: its digits, when there are enough of them. */
const digitsOf = (search: string): string | null => {
  const digits = search.replace(/\D/g, "")
  return digits.length >= 3 && /^[\d\s()+./-]+$/.test(search) ? digits : null
}

const likePattern = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`

export const layer = Layer.effect(
  Threads,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient

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

    const searchFilter = (search: string): Statement.Fragment => {
      const pattern = likePattern(digitsOf(search) ?? search.trim().toLowerCase())
      return sql`lower(coalesce(contact_name, '') || ' ' || external_contact) like ${pattern}`
    }

    const filters = (query: ThreadQuery): ReadonlyArray<Statement.Fragment> => [
      viewFilter(query),
      ...(query.patientId === undefined ? [] : [sql`patient_ids @> array[${query.patientId}]::text[]`]),
      ...(query.facilityId === undefined ? [] : [sql`facility_id = ${query.facilityId}`]),
      ...(query.search === undefined || query.search.trim() === "" ? [] : [searchFilter(query.search)])
    ]

    /** One page of one tenant: the walk over an index. */
    const pageOf = (query: ThreadQuery, tenant: Statement.Fragment, after: { at: number; id: string } | null) => sql`
      select * from external_threads
      where site_grouping_id = ${tenant} and deleted_at is null and ${sql.and(filters(query))}
        ${after === null ? sql`` : sql`and (last_message_at, id) < (to_timestamp(${after.at}::float8 / 1000), ${after.id}::uuid)`}
      order by last_message_at desc, id desc
      limit ${query.limit + 1}`

    /** The page of several tenants: a page of each, and the newest of those. */
    const page = (query: ThreadQuery, after: { at: number; id: string } | null) =>
      query.scope !== "all" && query.scope.length === 1
        ? pageOf(query, sql`${tenantColumn(query.scope[0]!)}`, after)
        : sql`
          select p.* from ${tenants(sql, query.scope)} s
          cross join lateral (${pageOf(query, sql`s.tenant`, after)}) p
          order by p.last_message_at desc, p.id desc
          limit ${query.limit + 1}`

    return Threads.of({
      loadByKeys: (keys) =>
        sql<ThreadRow.ThreadRow>`
          select t.* from json_to_recordset(${JSON.stringify(distinct(keys.map(keyJson)))}::json)
            k (site_grouping_id text, thread_type text, external_contact text)
          join external_threads t using (site_grouping_id, thread_type, external_contact)
          order by t.site_grouping_id, t.id
          for update of t`.pipe(
          Effect.map((rows) => rows.map(ThreadRow.fromRow)),
          asStorage("threads.loadByKeys")
        ),

      loadByIds: (ids) =>
        sql<ThreadRow.ThreadRow>`
          select t.* from json_to_recordset(${JSON.stringify(
            distinct(
              ids
                .filter(({ threadId }) => isUuid(threadId))
                .map(({ siteGroupingId, threadId }) => ({
                  site_grouping_id: tenantColumn(siteGroupingId),
                  id: threadId
                }))
            )
          )}::json) k (site_grouping_id text, id uuid)
          join external_threads t using (site_grouping_id, id)
          order by t.site_grouping_id, t.id
          for update of t`.pipe(
          Effect.map((rows) => rows.map(ThreadRow.fromRow)),
          asStorage("threads.loadByIds")
        ),

      get: (scope, id) =>
        !isUuid(id)
          ? Effect.succeedNone
          : sql<ViewRow>`
              select ${viewColumns} from ${tenants(sql, scope)} s
              join external_threads t on t.site_grouping_id = s.tenant and t.id = ${id}::uuid
              ${viewJoins}
              where t.deleted_at is null`.pipe(
              Effect.map(([row]) => (row === undefined ? Option.none() : Option.some(fromViewRow(row)))),
              asStorage("threads.get")
            ),

      list: (query) =>
        Effect.gen(function* () {
          const after = yield* Effect.fromResult(cursor.decode(query.cursor))
          const rows = yield* sql<ViewRow>`
            select ${viewColumns} from (${page(query, after)}) t
            ${viewJoins}
            order by t.last_message_at desc, t.id desc`
          const items = rows.slice(0, query.limit).map(fromViewRow)
          const last = items.at(-1)?.thread
          return {
            items,
            nextCursor:
              rows.length > query.limit && last !== undefined
                ? cursor.encode({ at: last.lastMessageAt.epochMilliseconds, id: last.id })
                : null
          }
        }).pipe(asStorage("threads.list"))
    })
  })
)

const keyJson = (key: Thread.ThreadKey) => ({
  site_grouping_id: tenantColumn(key.siteGroupingId),
  thread_type: key.threadType,
  external_contact: key.contact
})
