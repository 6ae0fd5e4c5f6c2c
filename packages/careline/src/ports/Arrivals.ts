/** Helps a store of plain data with the events that it keeps. */
import * as Ports from "@careline/ports"
import type { TelephonyEvent } from "./Model.ts"
import type { Plain } from "./Plain.ts"

/** Whether an event belongs to a lane, which is that of `from` at the tenant of `to`; any other is a report. */
export const isArrival = (event: TelephonyEvent): event is Plain<Ports.LaneArrival> =>
  Ports.isArrival(event as Ports.TelephonyEvent)

/** What tells an event from every other of its kind, provider and account. */
export const identityOf = (event: TelephonyEvent): { readonly id: string; readonly detail: string } =>
  Ports.identityOf(event as Ports.TelephonyEvent)
