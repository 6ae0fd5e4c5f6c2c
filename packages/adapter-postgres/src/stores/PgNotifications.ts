/** What is planned to be told to contacts, and what became of it. */
import type { Notification, NotificationId } from "@careline/domain"
import { type NotificationFilter, Notifications, type TenantScope } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option } from "effect"
import type { Statement } from "effect/sql"
import { decode, encode, FieldEncryption } from "../encryption/FieldEncryption.ts"
import { storeNow } from "../sql/clock.ts"
import { counted, newestFirst } from "../sql/page.ts"
import { isUuid, iso, recordTenants, tenantColumn, tenants } from "../sql/rows.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import type { Row } from "../tables/Table.ts"
import { notifications } from "../tables/Tables.ts"

export const layer = Layer.effect(
  Notifications,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    const toNotifications = decode(encryption, notifications)
    const table = { table: "notifications", alias: "n" }
    const page = newestFirst(sql, { ...table, name: "notifications", read: toNotifications })
    const count = counted(sql, table)

    const one = (scope: TenantScope, id: NotificationId, lock: Statement.Fragment) =>
      !isUuid(id)
        ? Effect.succeedNone
        : sql<Row>`
            select * from notifications
            where id = ${id}::uuid and site_grouping_id in ${tenants(sql, scope)} ${lock}`.pipe(
            Effect.flatMap(toNotifications),
            Effect.map(([found]) => Option.fromUndefinedOr(found)),
            asStorage("notifications.find")
          )

    /** What is asked for of a notification `n` of the tenant `s.tenant`. */
    const matching = ({ from, kinds, states, to }: NotificationFilter) =>
      sql.and([
        sql`n.site_grouping_id = s.tenant`,
        ...(kinds === undefined ? [] : [sql`n.kind = any(${[...kinds]}::text[])`]),
        ...(states === undefined ? [] : [sql`n.state = any(${[...states]}::text[])`]),
        ...(from === undefined ? [] : [sql`n.created_at >= ${iso(from)}::timestamptz`]),
        ...(to === undefined ? [] : [sql`n.created_at < ${iso(to)}::timestamptz`])
      ])

    const insert = Effect.fnUntraced(function* (given: ReadonlyArray<Notification.Notification>) {
      yield* recordTenants(
        sql,
        given.map(({ siteGroupingId }) => siteGroupingId)
      )
      const rows = yield* encode(encryption, notifications, given)
      yield* sql`${notifications.insert(rows)} on conflict (site_grouping_id, cause_key) do nothing`
      const keys = JSON.stringify(
        given.map(({ causeKey, siteGroupingId }) => ({ site: tenantColumn(siteGroupingId), cause: causeKey }))
      )
      const kept = yield* sql<Row>`
        select n.* from rows from (json_to_recordset(${keys}::json) as (site text, cause text)) with ordinality k
        join notifications n on n.site_grouping_id = k.site and n.cause_key = k.cause
        order by k.ordinality`
      return yield* toNotifications(kept)
    })

    return Notifications.of({
      plan: (given) => (given.length === 0 ? Effect.succeed([]) : insert(given).pipe(asStorage("notifications.plan"))),
      find: (scope, id) => one(scope, id, sql``),
      lock: (scope, id) => one(scope, id, sql`for no key update`),
      ofMessages: (messages) =>
        messages.length === 0
          ? Effect.succeed([])
          : sql<Row>`
              select n.* from json_to_recordset(${JSON.stringify(
                messages.map(({ messageId, siteGroupingId }) => ({
                  site: tenantColumn(siteGroupingId),
                  message: isUuid(messageId) ? messageId : null
                }))
              )}::json) as k (site text, message uuid)
              join notifications n on n.site_grouping_id = k.site and n.message_id = k.message
              order by n.id
              for no key update of n`.pipe(Effect.flatMap(toNotifications), asStorage("notifications.ofMessages")),
      save: (given) =>
        given.length === 0
          ? Effect.void
          : Effect.flatMap(
              encode(encryption, notifications, given),
              (rows) => sql`
                update notifications n set ${notifications.changes("given")} from ${notifications.given(rows)}
                where n.site_grouping_id = given.site_grouping_id and n.id = given.id`
            ).pipe(Effect.asVoid, asStorage("notifications.save")),
      claimDue: (limit) =>
        Effect.gen(function* () {
          const now = yield* storeNow(sql)
          const rows = yield* sql<Row>`
            select * from notifications
            where state = 'scheduled' and due_at <= careline_now()
            order by due_at, id limit ${limit}
            for no key update skip locked`
          return { now, notifications: yield* toNotifications(rows) }
        }).pipe(asStorage("notifications.claimDue")),
      list: (query) => page(query, matching(query)).pipe(asStorage("notifications.list")),
      count: (filter) => count(filter.scope, matching(filter)).pipe(asStorage("notifications.count"))
    })
  })
)
