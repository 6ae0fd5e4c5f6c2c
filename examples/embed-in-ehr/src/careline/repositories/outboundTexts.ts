/** A text on its way out, as a row. */
import type { Send } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { columnsOf, type Fields, insert, rowOf } from "./rows.ts"

export type OutboundText = Send

const FIELDS: Fields<OutboundText> = {
  id: "id",
  siteGroupingId: "site_group_id",
  threadId: "external_thread_id",
  messageId: "message_id",
  purpose: "purpose",
  messageClass: "message_class",
  lane: "lane",
  from: "from_number",
  fromNumberId: "phone_line_id",
  to: "to_number",
  body: "body",
  mediaUrls: "media_urls",
  attempts: "attempts",
  attemptId: "attempt_id",
  state: "state",
  notBefore: "not_before",
  validUntil: "valid_until",
  queuedAt: "queued_at"
}

export const COLUMNS = columnsOf("t", FIELDS)

/** Their turns are in the given order. */
export const queueTexts = async (db: Queryable, texts: ReadonlyArray<OutboundText>): Promise<void> => {
  await insert(
    db,
    "outbound_texts",
    texts.map((text) => rowOf(FIELDS, text))
  )
}
