/** Messages, and who has read them. */
import { DeliveryStatus, type MessageId, type UserId } from "@careline/domain"
import { Messages, type MessageStatusQuery, type MessageUpdate } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option, Schema } from "effect"
import type { Statement } from "effect/sql"
import * as Cursor from "../sql/cursor.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import { markRead } from "./readMarks.ts"
import { instant, isUuid, iso, tenantColumn, tenants } from "../sql/rows.ts"
import { decode, encode, FieldEncryption } from "../encryption/FieldEncryption.ts"
import type { Row } from "../tables/Table.ts"
import { idempotencyKeys, messages } from "../tables/Tables.ts"

const cursor = Cursor.make("messages", Schema.Int)

const statusCursor = Cursor.make("messages by status", Cursor.InstantAndId)

/** The lattice as an array for PostgreSQL: a status is greater when it stands further back. */
const chain = [...DeliveryStatus.chain]

/** Several updates of one message as one: a statement updates a row once. */
const joined = (updates: ReadonlyArray<MessageUpdate>): ReadonlyArray<MessageUpdate> => {
  const known = new Map<MessageId, MessageUpdate>()
  for (const update of updates) {
    const before = known.get(update.messageId)
    known.set(
      update.messageId,
      before === undefined
        ? update
        : {
            ...before,
            status: DeliveryStatus.apply(before.status, update.status),
            metaData: { ...before.metaData, ...update.metaData }
          }
    )
  }
  return [...known.values()]
}

export const layer = Layer.effect(
  Messages,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    const toMessages = decode(encryption, messages)
    const rankOf = (column: "m.delivery_status" | "u.status") =>
      sql`coalesce(array_position(${chain}::text[], ${sql.literal(column)}), 0)`

    /** In an open thread. As a join, a planner without statistics would walk all open threads of the tenant for it. */
    const isShown = sql`(
      select t.deleted_at from external_threads t
      where t.site_grouping_id = m.site_grouping_id and t.id = m.external_thread_id
    ) is null and m.external_thread_id is not null`

    const decisionFilter = ({ needsDecision }: MessageStatusQuery): Statement.Fragment =>
      needsDecision === undefined
        ? sql`true`
        : sql`(m.meta_data @> '{"needsDecision": true}') = ${needsDecision}::boolean`

    /** One page of one tenant: the walk over the index of its statuses. */
    const pageOf = (query: MessageStatusQuery, tenant: Statement.Fragment, after: { at: number; id: string } | null) =>
      sql`
      select m.* from messages m
      where m.site_grouping_id = ${tenant} and m.delivery_status = ${query.deliveryStatus}
        and ${decisionFilter(query)} and ${isShown}
        ${after === null ? sql`` : sql`and (m.created_at, m.id) < (to_timestamp(${after.at}::float8 / 1000), ${after.id}::uuid)`}
      order by m.created_at desc, m.id desc
      limit ${query.limit + 1}`

    /** The page of several tenants: a page of each, and the newest of those. */
    const page = (query: MessageStatusQuery, after: { at: number; id: string } | null) =>
      query.scope !== "all" && query.scope.length === 1
        ? pageOf(query, sql`${tenantColumn(query.scope[0]!)}`, after)
        : sql`
          select p.* from ${tenants(sql, query.scope)} s
          cross join lateral (${pageOf(query, sql`s.tenant`, after)}) p
          order by p.created_at desc, p.id desc
          limit ${query.limit + 1}`

    return Messages.of({
      list: (query) =>
        Effect.gen(function* () {
          const before = yield* Effect.fromResult(cursor.decode(query.cursor))
          if (!isUuid(query.threadId)) return { items: [], nextCursor: null }
          const rows = yield* sql<Row>`
            select * from messages
            where site_grouping_id = ${tenantColumn(query.siteGroupingId)} and external_thread_id = ${query.threadId}::uuid
              ${before === null ? sql`` : sql`and position < ${before}::int`}
            order by position desc
            limit ${query.limit + 1}`
          const items = yield* toMessages(rows.slice(0, query.limit))
          const last = items.at(-1)
          return {
            items,
            nextCursor: rows.length > query.limit && last !== undefined ? cursor.encode(last.position) : null
          }
        }).pipe(asStorage("messages.list")),

      listByStatus: (query) =>
        Effect.gen(function* () {
          const after = yield* Effect.fromResult(statusCursor.decode(query.cursor))
          const rows = yield* sql<Row>`${page(query, after)}`
          const items = yield* toMessages(rows.slice(0, query.limit))
          const last = items.at(-1)
          return {
            items,
            nextCursor:
              rows.length > query.limit && last !== undefined
                ? statusCursor.encode({ at: last.createdAt.epochMilliseconds, id: last.id })
                : null
          }
        }).pipe(asStorage("messages.listByStatus")),

      get: (scope, threadId, id) =>
        !isUuid(id) || !isUuid(threadId)
          ? Effect.succeedNone
          : sql<Row>`
              select m.* from messages m
              where m.id = ${id}::uuid and m.external_thread_id = ${threadId}::uuid
                and m.site_grouping_id in ${
                  scope === "all"
                    ? sql`(select id from site_groupings)`
                    : sql`(select unnest(${scope.map(tenantColumn)}::text[]))`
                }`.pipe(
              Effect.flatMap(toMessages),
              Effect.map(([message]) => Option.fromUndefinedOr(message)),
              asStorage("messages.get")
            ),

      find: (scope, id) =>
        !isUuid(id)
          ? Effect.succeedNone
          : sql<Row>`
              select m.* from ${tenants(sql, scope)} s
              join messages m on m.site_grouping_id = s.tenant and m.id = ${id}::uuid
              where ${isShown}`.pipe(
              Effect.flatMap(toMessages),
              Effect.map(([message]) => Option.fromUndefinedOr(message)),
              asStorage("messages.find")
            ),

      revise: (revisions) =>
        revisions.length === 0
          ? Effect.void
          : Effect.gen(function* () {
              const rows = yield* encryption.encrypt(
                messages,
                revisions.map(({ attachments, content, messageId, metaData, siteGroupingId, transcript }) => ({
                  site_grouping_id: tenantColumn(siteGroupingId),
                  id: messageId,
                  content,
                  transcript,
                  attachments,
                  meta_data: metaData
                }))
              )
              yield* sql`
                update messages m set
                  content = r.content, transcript = r.transcript, attachments = r.attachments, meta_data = m.meta_data || r.meta_data
                from json_to_recordset(${JSON.stringify(rows)}::json)
                  r (site_grouping_id text, id uuid, content text, transcript jsonb, attachments jsonb, meta_data jsonb)
                where m.site_grouping_id = r.site_grouping_id and m.id = r.id`
            }).pipe(asStorage("messages.revise")),

      update: (updates) =>
        updates.length === 0
          ? Effect.succeed([])
          : sql<Row>`
              with u as materialized (
                select * from json_to_recordset(${JSON.stringify(
                  joined(updates).map(({ messageId, metaData, siteGroupingId, status }) => ({
                    site_grouping_id: tenantColumn(siteGroupingId),
                    id: messageId,
                    status,
                    meta_data: metaData
                  }))
                )}::json) u (site_grouping_id text, id uuid, status text, meta_data jsonb)
              ), locked as materialized (
                select m.site_grouping_id, m.id from messages m join u using (site_grouping_id, id)
                order by m.site_grouping_id, m.id for update of m
              )
              update messages m set
                delivery_status = case when ${rankOf("u.status")} > ${rankOf("m.delivery_status")}
                                       then u.status else m.delivery_status end,
                meta_data = m.meta_data || u.meta_data
              from u join locked using (site_grouping_id, id)
              where m.site_grouping_id = u.site_grouping_id and m.id = u.id
                and (${rankOf("u.status")} > ${rankOf("m.delivery_status")} or not m.meta_data @> u.meta_data)
              returning m.*`.pipe(Effect.flatMap(toMessages), asStorage("messages.update")),

      startReading: ({ at, scope, userId }) =>
        sql`
          insert into readers (site_grouping_id, user_id, since, settled_before)
          select s.tenant, ${userId}, ${iso(at)}::timestamptz, ${iso(at)}::timestamptz from ${tenants(sql, scope)} s
          where not exists (select from readers r where r.site_grouping_id = s.tenant and r.user_id = ${userId})
          order by s.tenant
          on conflict do nothing`.pipe(Effect.asVoid, asStorage("messages.startReading")),

      markRead: (mark) => sql.withTransaction(markRead(sql, mark)).pipe(asStorage("messages.markRead")),

      readers: (siteGroupingId, threadId) =>
        !isUuid(threadId)
          ? Effect.succeed([])
          : sql<{ readonly user_id: string; readonly read_at: Date; readonly message_id: string | null }>`
              select r.user_id, r.read_at, (
                select m.id from messages m
                where m.site_grouping_id = r.site_grouping_id and m.external_thread_id = r.external_thread_id
                  and m.position <= r.position
                order by m.position desc limit 1
              ) as message_id
              from message_read_status r
              where r.site_grouping_id = ${tenantColumn(siteGroupingId)} and r.external_thread_id = ${threadId}::uuid
              order by r.read_at desc, r.user_id`.pipe(
              Effect.map((rows) =>
                rows.map((row) => ({
                  userId: row.user_id as UserId,
                  messageId: row.message_id as MessageId | null,
                  readAt: instant(row.read_at)
                }))
              ),
              asStorage("messages.readers")
            ),

      claimIdempotencyKey: (claim) =>
        Effect.gen(function* () {
          const rows = yield* encode(encryption, idempotencyKeys, [claim])
          const inserted = yield* sql`${idempotencyKeys.insert(rows)} on conflict do nothing returning key`
          if (inserted.length > 0) return { _tag: "Claimed" as const }
          const used = yield* sql<Row>`
            select ${idempotencyKeys.columns} from idempotency_keys
            where site_grouping_id = ${tenantColumn(claim.siteGroupingId)} and external_thread_id = ${claim.threadId}::uuid
              and key = ${claim.key}`
          const [known] = yield* decode(encryption, idempotencyKeys)(used)
          return { _tag: "Used" as const, messageId: known!.messageId, fingerprint: known!.fingerprint }
        }).pipe(asStorage("messages.claimIdempotencyKey"))
    })
  })
)
