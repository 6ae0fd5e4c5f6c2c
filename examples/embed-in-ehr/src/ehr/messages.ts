/** The messages of a thread, and how far each user has read. */
import { siteGroupRoom } from "./chatGateway.ts"
import type { Queryable } from "./database.ts"
import { notFound } from "./problems.ts"
import type { Services } from "./services.ts"
import { remindLater } from "./unreadReminder.ts"

export interface Message {
  readonly id: string
  readonly threadId: string
  readonly senderId: string
  readonly body: string
  readonly sentAt: Date
}

const COLUMNS = `id, thread_id as "threadId", sender_id as "senderId", body, sent_at as "sentAt"`
const PREVIEW_LENGTH = 120

/** Newest first. */
export const listMessages = async (
  db: Queryable,
  threadId: string,
  { before, limit }: { readonly before?: string | undefined; readonly limit: number }
): Promise<ReadonlyArray<Message>> => {
  const { rows } = await db.query<Message>(
    `select ${COLUMNS} from messages
     where thread_id = $1 and ($2::bigint is null or id < $2)
     order by id desc limit $3`,
    [threadId, before ?? null, limit]
  )
  return rows
}

/** Reading goes forward only: a late request of another window takes nothing back. */
export const markRead = async (db: Queryable, userId: string, threadId: string, messageId: string): Promise<void> => {
  const { rowCount } = await db.query(
    `insert into message_read_status as status (user_id, thread_id, last_read_message_id)
     select $1, thread_id, id from messages where thread_id = $2 and id = $3
     on conflict (user_id, thread_id) do update
     set last_read_message_id = greatest(status.last_read_message_id, excluded.last_read_message_id), read_at = now()`,
    [userId, threadId, messageId]
  )
  if (rowCount === 0) throw notFound()
}

/** To be called in a transaction: the message, the thread's last line and the word to the others belong together. */
export const postMessage = async (
  db: Queryable,
  { chat, jobs }: Services,
  thread: { readonly id: string; readonly siteGroupId: string },
  senderId: string,
  body: string
): Promise<Message> => {
  const { rows } = await db.query<Message>(
    `insert into messages (thread_id, sender_id, body) values ($1, $2, $3) returning ${COLUMNS}`,
    [thread.id, senderId, body]
  )
  const message = rows[0]!
  await db.query(
    "update threads set last_message_at = greatest(last_message_at, $2), last_message_preview = left($3, $4) where id = $1",
    [thread.id, message.sentAt, body, PREVIEW_LENGTH]
  )
  await markRead(db, senderId, thread.id, message.id)
  await chat.publish(db, siteGroupRoom(thread.siteGroupId), "message.created", {
    threadId: thread.id,
    messageId: message.id,
    senderId
  })
  await remindLater(db, jobs, thread.id)
  return message
}
