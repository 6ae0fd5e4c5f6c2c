/**
 * What a member of staff has not read. Reading is one person's: whatever colleagues read, and whoever answers, a text stays
 * unread for those who have not read it.
 */
import type { DateTime } from "effect"
import type { Message } from "../messages/Message.ts"
import type { Thread } from "./Thread.ts"

/** How far a member of staff has read a thread. */
export interface Reading {
  /** Since when the user is known to the tenant, `null` when they are not: what came in before is nobody's to catch up with. */
  readonly since: DateTime.Utc | null
  /** The place up to which they said they have read; `null` when they never said so. */
  readonly position: number | null
}

/** Whether something that came in at a place and a time has not been read. */
const isBehind = ({ position, since }: Reading, place: number, at: DateTime.Utc): boolean =>
  position !== null ? place > position : since !== null && at.epochMilliseconds >= since.epochMilliseconds

/** Whether a message is unread: the contact's alone can be. */
export const isUnread = (reading: Reading, { createdAt, direction, position }: Message): boolean =>
  direction === "inbound" && isBehind(reading, position, createdAt)

/** Whether a thread has anything unread. */
export const hasUnread = (reading: Reading, { lastInboundAt, lastInboundPosition }: Thread): boolean =>
  lastInboundAt !== null && isBehind(reading, lastInboundPosition, lastInboundAt)
