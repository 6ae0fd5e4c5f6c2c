/** When a message that can wait has to wait, by the recipient's own clock (47 CFR 64.1200(c)(1) and stricter states). */
import { DateTime, Schema } from "effect"
import type { Contact } from "./Contact.ts"

const TimeOfDay = Schema.String.check(Schema.isPattern(/^([01]\d|2[0-3]):[0-5]\d$/))

/** From `start` (inclusive) to `end` (exclusive), as `HH:MM` on the recipient's clock; over midnight when `end` is not later. */
export const QuietHours = Schema.Struct({ start: TimeOfDay, end: TimeOfDay })
export type QuietHours = typeof QuietHours.Type

/** No solicitation before 8:00 or after 21:00 at the called party's location: 47 CFR 64.1200(c)(1); 20:00 in the strict states. */
export const solicitation: QuietHours = { start: "20:00", end: "08:00" }

/** The zones a contact may be in: the known one, else every zone of the area code, else every zone of the country. */
export declare const zonesOf: (contact: Contact, knownZone: string | null) => ReadonlyArray<string>

/**
 * When a message may leave: `now` if no zone is in quiet hours, else the first instant at which none is.
 * With several possible zones the strictest wins: it is quiet when it is quiet in any of them.
 */
export declare const earliestSend: (
  quiet: QuietHours,
  zones: ReadonlyArray<string>,
  now: DateTime.Utc
) => DateTime.Utc
