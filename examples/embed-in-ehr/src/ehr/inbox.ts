/** A user's inbox: what the team says about patients, and what others text the team, newest first. */
import { Router } from "express"
import { z } from "zod"
import { startReading } from "../careline/repositories/readers.ts"
import type { Queryable } from "./database.ts"
import * as input from "./input.ts"
import type { Services } from "./services.ts"
import { type User, userOf } from "./sessions.ts"

export interface InboxItem {
  /** The badge. It also tells ids apart: each kind counts its own. */
  readonly kind: "patient" | "external"
  readonly id: string
  readonly title: string
  readonly preview: string
  readonly lastMessageAt: Date
  readonly unreadCount: number
}

/** Where a page ended: the time of the last item in milliseconds, its kind and its id among those of the same time. */
interface Position {
  readonly at: Date
  readonly kind: string
  readonly id: string
}

const cursor = z
  .string()
  .regex(/^\d{1,14}-(patient|external)-\d{1,18}$/)
  .transform((value): Position => {
    const [millis = "", kind = "", id = ""] = value.split("-")
    return { at: new Date(Number(millis)), kind, id }
  })

const cursorOf = ({ id, kind, lastMessageAt }: InboxItem): string => `${lastMessageAt.getTime()}-${kind}-${id}`

/** What the user has not read, of either kind of thread: others' messages behind the last one read. */
const unreadIn = (column: "thread_id" | "external_thread_id", order: "id" | "place", since = "") => `
  left join message_read_status r on r.${column} = t.id and r.user_id = $1
  left join messages last on last.id = r.last_read_message_id
  cross join lateral (
    select count(*)::integer from messages m
    where m.${column} = t.id and m.sender_id is distinct from $1 and m.direction is distinct from 'outbound'
      and m.${order} > coalesce(last.${order}, 0) ${since}
  ) as unread`

/** One page of a kind, behind the position. The newest of both kinds are the page. */
const pageOf = (kind: InboxItem["kind"]) =>
  `($3::timestamptz is null or (t.last_message_at, '${kind}', t.id) < ($3, $4::text, $5::bigint))
   order by t.last_message_at desc, t.id desc limit $6`

const INBOX = `
  (select 'patient' as kind, t.id, p.given_name || ' ' || p.family_name || ': ' || t.subject as title,
     t.last_message_preview as preview, t.last_message_at as "lastMessageAt", unread.count as "unreadCount"
   from threads t
   join patients p on p.id = t.patient_id
   join facilities f on f.id = p.facility_id
   ${unreadIn("thread_id", "id")}
   where f.site_group_id = any($2) and ${pageOf("patient")})
  union all
  (select 'external', t.id, coalesce(t.contact_name, t.contact),
     t.last_message_preview, t.last_message_at, unread.count
   from external_threads t
   left join line_readers lr on lr.user_id = $1 and lr.site_group_id = t.site_group_id
   ${unreadIn("external_thread_id", "place", "and (r.id is not null or m.sent_at >= lr.since)")}
   where t.site_group_id = any($2) and t.deleted_at is null and ${pageOf("external")})
  order by "lastMessageAt" desc, kind desc, id desc
  limit $6`

export const listInbox = async (
  db: Queryable,
  user: User,
  { after, limit }: { readonly after?: Position | undefined; readonly limit: number }
): Promise<ReadonlyArray<InboxItem>> => {
  const { rows } = await db.query<InboxItem>(INBOX, [
    user.id,
    user.siteGroupIds,
    after?.at ?? null,
    after?.kind ?? null,
    after?.id ?? null,
    limit
  ])
  return rows
}

const page = z.object({ limit: input.limit, cursor: cursor.optional() })

export const inboxRoutes = ({ pool }: Services): Router => {
  const router = Router()

  router.get("/inbox", async (req, res) => {
    const { cursor, limit } = page.parse(req.query)
    const user = userOf(res)
    await startReading(pool, user.id, user.siteGroupIds, new Date())
    const items = await listInbox(pool, user, { after: cursor, limit })
    const last = items.at(-1)
    res.json({ items, cursor: last !== undefined && items.length === limit ? cursorOf(last) : null })
  })

  return router
}
