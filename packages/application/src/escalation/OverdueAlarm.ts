/**
 * Notes in a thread, once, that an on-call text is overdue while it is still tried: somebody else has to look.
 */
import type { Send } from "@careline/domain"
import type { DateTime } from "effect"
import type { LimitsShape } from "../shared/Limits.ts"

/** Whether putting it off until then is what makes it overdue. What it was put off until before tells that nobody was told. */
export const becomesOverdue = (
  { notBefore, purpose, queuedAt }: Send.Send,
  until: DateTime.Utc,
  { alarmNotice }: LimitsShape
): boolean => {
  const waitUntil = (instant: DateTime.Utc) => instant.epochMilliseconds - queuedAt.epochMilliseconds
  return purpose === "escalation" && waitUntil(until) >= alarmNotice && waitUntil(notBefore) < alarmNotice
}
