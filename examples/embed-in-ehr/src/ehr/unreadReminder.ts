/** Tells a thread's assignee of what stays unread. */
import { userRoom } from "./chatGateway.ts"
import type { Queryable } from "./database.ts"
import type { JobRunner } from "./jobs.ts"
import type { Services } from "./services.ts"

export const UNREAD_REMINDER = "thread.unread_reminder"
const REMIND_AFTER_MILLIS = 15 * 60 * 1000

/** One reminder waits per thread: it looks for itself what is unread by then. */
export const remindLater = (db: Queryable, jobs: JobRunner, threadId: string, since = new Date()): Promise<void> =>
  jobs.enqueue(
    db,
    UNREAD_REMINDER,
    { threadId },
    { runAt: new Date(since.getTime() + REMIND_AFTER_MILLIS), dedupeKey: `${UNREAD_REMINDER}:${threadId}` }
  )

export const remindOfUnread = async (
  { chat, jobs, pool }: Services,
  { threadId }: { readonly threadId: string }
): Promise<void> => {
  const { rows } = await pool.query<{ assignee: string; sentAt: Date; isDue: boolean }>(
    `select t.assigned_to as assignee, m.sent_at as "sentAt",
       m.sent_at <= now() - $2 * interval '1 millisecond' as "isDue"
     from threads t
     join messages m on m.thread_id = t.id and m.sender_id <> t.assigned_to
     left join message_read_status r on r.thread_id = t.id and r.user_id = t.assigned_to
     where t.id = $1 and m.id > coalesce(r.last_read_message_id, 0)
     order by m.id limit 1`,
    [threadId, REMIND_AFTER_MILLIS]
  )
  const oldest = rows[0]
  if (oldest === undefined) return
  if (oldest.isDue) await chat.publish(pool, userRoom(oldest.assignee), "thread.unread", { threadId })
  // What the reminder was for has been read, and this came since.
  else await remindLater(pool, jobs, threadId, oldest.sentAt)
}
