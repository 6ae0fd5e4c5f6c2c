/** A text on its way out, as a row. */
import type { Send } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { columnsOf, type Fields, insert, rowOf } from "./rows.ts"

export type OutboundText = Send

const FIELDS = {
  id: "id",
  site_group_id: "siteGroupingId",
  external_thread_id: "threadId",
  message_id: "messageId",
  purpose: "purpose",
  message_class: "messageClass",
  lane: "lane",
  from_number: "from",
  phone_line_id: "fromNumberId",
  to_number: "to",
  body: "body",
  media_urls: "mediaUrls",
  attempts: "attempts",
  attempt_id: "attemptId",
  state: "state",
  not_before: "notBefore",
  queued_at: "queuedAt"
} as const satisfies Fields<OutboundText>

export const COLUMNS = columnsOf("t", FIELDS)

/** Their turns are in the given order. */
export const queueTexts = async (db: Queryable, texts: ReadonlyArray<OutboundText>): Promise<void> => {
  await insert(
    db,
    "outbound_texts",
    texts.map((text) => rowOf(FIELDS, text))
  )
}
