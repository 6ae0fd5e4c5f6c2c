/** What a store of plain data asks about the events that it keeps. */
import * as Events from "../telephony/TelephonyEvent.ts"
import type { TelephonyEvent } from "./Model.ts"
import type { Plain } from "./Plain.ts"

/** Whether an event belongs to a lane, which is that of `from` at the tenant of `to`; any other is a report. */
export const isArrival = (event: TelephonyEvent): event is Plain<Events.LaneArrival> =>
  Events.isArrival(event as Events.TelephonyEvent)

/** What tells an event from every other of its kind, provider and account. */
export const identityOf = (event: TelephonyEvent): { readonly id: string; readonly detail: string } =>
  Events.identityOf(event as Events.TelephonyEvent)
