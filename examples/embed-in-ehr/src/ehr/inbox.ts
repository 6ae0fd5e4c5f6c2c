/** A user's inbox: the threads of the site groups, newest first. */
import { Router } from "express"
import { z } from "zod"
import type { Queryable } from "./database.ts"
import * as input from "./input.ts"
import type { Services } from "./services.ts"
import { type User, userOf } from "./sessions.ts"

export interface InboxItem {
  readonly id: string
  readonly title: string
  readonly preview: string
  readonly lastMessageAt: Date
  readonly unreadCount: number
}

/** Where a page ended: the time of the last item in milliseconds, and its id among those of the same time. */
interface Position {
  readonly at: Date
  readonly id: string
}

const cursor = z
  .string()
  .regex(/^\d{1,14}-\d{1,18}$/)
  .transform((value): Position => {
    const [millis = "", id = ""] = value.split("-")
    return { at: new Date(Number(millis)), id }
  })

const cursorOf = ({ id, lastMessageAt }: InboxItem): string => `${lastMessageAt.getTime()}-${id}`

export const listInbox = async (
  db: Queryable,
  user: User,
  { after, limit }: { readonly after?: Position | undefined; readonly limit: number }
): Promise<ReadonlyArray<InboxItem>> => {
  const { rows } = await db.query<InboxItem>(
    `select t.id, p.given_name || ' ' || p.family_name || ': ' || t.subject as title,
       t.last_message_preview as preview, t.last_message_at as "lastMessageAt", unread.count as "unreadCount"
     from threads t
     join patients p on p.id = t.patient_id
     join facilities f on f.id = p.facility_id
     left join message_read_status r on r.thread_id = t.id and r.user_id = $1
     cross join lateral (
       select count(*)::integer from messages m
       where m.thread_id = t.id and m.sender_id <> $1 and m.id > coalesce(r.last_read_message_id, 0)
     ) as unread
     where f.site_group_id = any($2)
       and ($3::timestamptz is null or (t.last_message_at, t.id) < ($3, $4::bigint))
     order by t.last_message_at desc, t.id desc
     limit $5`,
    [user.id, user.siteGroupIds, after?.at ?? null, after?.id ?? null, limit]
  )
  return rows
}

const page = z.object({ limit: input.limit, cursor: cursor.optional() })

export const inboxRoutes = ({ pool }: Services): Router => {
  const router = Router()

  router.get("/inbox", async (req, res) => {
    const { cursor, limit } = page.parse(req.query)
    const items = await listInbox(pool, userOf(res), { after: cursor, limit })
    const last = items.at(-1)
    res.json({ items, cursor: last !== undefined && items.length === limit ? cursorOf(last) : null })
  })

  return router
}
