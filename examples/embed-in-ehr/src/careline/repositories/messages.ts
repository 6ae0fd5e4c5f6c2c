/** Messages of external threads, and who has read them. */
import type { Message as ExternalMessage, Repositories } from "careline"
import { z } from "zod"
import type { Queryable } from "../../ehr/database.ts"
import { cursorsOf, instantAndId } from "./cursor.ts"
import { startReading } from "./readers.ts"
import { columnsOf, type Fields, inOrder, inScope, insert, keyOf, rowOf, scopeOf } from "./rows.ts"

/** Whose a message is says its thread. */
const FIELDS: Fields<Omit<ExternalMessage, "siteGroupingId">> = {
  id: "id",
  externalThreadId: "external_thread_id",
  position: "place",
  messageType: "kind",
  direction: "direction",
  senderId: "sender_id",
  content: "body",
  transcript: "transcript",
  attachments: "attachments",
  metaData: "details",
  deliveryStatus: "delivery_status",
  createdAt: "sent_at"
}

/** The site group is the thread's. */
const COLUMNS = `${columnsOf("m", FIELDS)}, t.site_group_id as "siteGroupingId"`
const SELECT = `select ${COLUMNS} from messages m join external_threads t on t.id = m.external_thread_id`

export const addMessages = async (db: Queryable, messages: ReadonlyArray<ExternalMessage>): Promise<void> => {
  await insert(
    db,
    "messages",
    messages.map((message) => rowOf(FIELDS, message))
  )
}

const places = cursorsOf("messages", z.int().max(2_147_483_647))
const instants = cursorsOf("messages by status", instantAndId)

export const messages: Repositories<Queryable>["messages"] = (db) => ({
  list: async ({ cursor, limit, siteGroupingId, threadId }) => {
    const { rows } = await db.query<ExternalMessage>(
      `${SELECT}
       where t.id = $1 and t.site_group_id is not distinct from $2 and ($3::integer is null or m.place < $3)
       order by m.place desc limit $4`,
      [keyOf(threadId), keyOf(siteGroupingId), places.read(cursor), limit + 1]
    )
    return places.page(rows, limit, ({ position }) => position)
  },

  listByStatus: async ({ cursor, deliveryStatus, limit, needsDecision, scope }) => {
    const after = instants.read(cursor)
    const { rows } = await db.query<ExternalMessage>(
      // A lateral query of one row: the index is walked in its order, however many threads the planner takes there to be.
      `select ${COLUMNS} from messages m
       cross join lateral (select * from external_threads where id = m.external_thread_id limit 1) t
       where m.delivery_status = $1 and t.deleted_at is null and ${inScope("t", "$2")}
         and ($3::boolean is null or (m.details @> '{"needsDecision": true}') = $3)
         and ($4::timestamptz is null or (m.sent_at, m.id) < ($4, $5::bigint))
       order by m.sent_at desc, m.id desc limit $6`,
      [
        deliveryStatus,
        scopeOf(scope),
        needsDecision ?? null,
        after === null ? null : new Date(after.at),
        after?.id ?? null,
        limit + 1
      ]
    )
    return instants.page(rows, limit, ({ createdAt, id }) => ({ at: createdAt.getTime(), id }))
  },

  get: async (scope, threadId, id) => {
    const { rows } = await db.query<ExternalMessage>(
      `${SELECT} where m.id = $1 and t.id = $2 and ${inScope("t", "$3")}`,
      [keyOf(id), keyOf(threadId), scopeOf(scope)]
    )
    return rows[0] ?? null
  },

  find: async (scope, id) => {
    const { rows } = await db.query<ExternalMessage>(
      `${SELECT} where m.id = $1 and t.deleted_at is null and ${inScope("t", "$2")}`,
      [keyOf(id), scopeOf(scope)]
    )
    return rows[0] ?? null
  },

  update: async (updates) => {
    const changed = new Map<string, ExternalMessage>()
    for (const { messageId, metaData, siteGroupingId, status } of inOrder(updates, ({ messageId }) => messageId)) {
      const { rows } = await db.query<ExternalMessage>(
        `update messages m
         set delivery_status = greatest(m.delivery_status, $3::delivery_status), details = m.details || $4::jsonb
         from external_threads t
         where m.id = $1 and t.id = m.external_thread_id and t.site_group_id is not distinct from $2
           and (greatest(m.delivery_status, $3::delivery_status), m.details || $4::jsonb)
             is distinct from (m.delivery_status, m.details)
         returning ${COLUMNS}`,
        [keyOf(messageId), keyOf(siteGroupingId), status, JSON.stringify(metaData)]
      )
      if (rows[0] !== undefined) changed.set(messageId, rows[0])
    }
    return [...changed.values()]
  },

  revise: async (revisions) => {
    for (const { attachments, content, messageId, metaData, siteGroupingId, transcript } of revisions) {
      await db.query(
        `update messages m set body = $3, attachments = $4::jsonb, details = m.details || $5::jsonb, transcript = $6::jsonb
         from external_threads t
         where m.id = $1 and t.id = m.external_thread_id and t.site_group_id is not distinct from $2`,
        [
          keyOf(messageId),
          keyOf(siteGroupingId),
          content,
          JSON.stringify(attachments),
          JSON.stringify(metaData),
          transcript === null ? null : JSON.stringify(transcript)
        ]
      )
    }
  },

  startReading: ({ at, scope, userId }) => startReading(db, keyOf(userId), scopeOf(scope), at),

  // Places are compared, and not ids as in the EHR's own threads: ids are drawn before the thread is locked.
  markRead: async ({ position, readAt, siteGroupingId, threadId, userId }) => {
    await db.query(
      `insert into message_read_status (user_id, external_thread_id, last_read_message_id, read_at)
       select u.id, t.id, (
         select m.id from messages m where m.external_thread_id = t.id and m.place <= $4 order by m.place desc limit 1
       ), $5
       from users u, external_threads t
       where u.id = $1 and t.id = $2 and t.site_group_id is not distinct from $3
       on conflict (user_id, external_thread_id) do update
       set last_read_message_id = excluded.last_read_message_id, read_at = excluded.read_at`,
      [keyOf(userId), keyOf(threadId), keyOf(siteGroupingId), position, readAt]
    )
  },

  readers: async (siteGroupingId, threadId) => {
    const { rows } = await db.query<{ userId: string; messageId: string | null; readAt: Date }>(
      `select r.user_id as "userId", r.last_read_message_id as "messageId", r.read_at as "readAt"
       from message_read_status r join external_threads t on t.id = r.external_thread_id
       where t.id = $1 and t.site_group_id is not distinct from $2
       order by r.read_at desc, r.user_id`,
      [keyOf(threadId), keyOf(siteGroupingId)]
    )
    return rows
  },

  claimIdempotencyKey: async ({ fingerprint, key, messageId, threadId }) => {
    const { rowCount } = await db.query(
      `insert into request_keys (external_thread_id, key, fingerprint, message_id) values ($1, $2, $3, $4)
       on conflict do nothing`,
      [threadId, key, fingerprint, messageId]
    )
    if (rowCount === 1) return { _tag: "Claimed" }
    const { rows } = await db.query<{ messageId: string; fingerprint: string }>(
      `select message_id as "messageId", fingerprint from request_keys where external_thread_id = $1 and key = $2`,
      [threadId, key]
    )
    return { _tag: "Used", ...rows[0]! }
  }
})
