/** What somebody has to know now: a line in the log, a count, and word to whom the host names (`Alerts`). */
import { type Alert, Alerts } from "@careline/ports"
import { Effect, Metric } from "effect"

/** Alerts so far, by `alert`: what they were about, and what it was. */
const raised = Metric.counter("careline_alerts_total", {
  description: "Alerts that were raised",
  incremental: true
})

/** Tells of an alert, in words for the log. */
export const raiseAlert = Effect.fnUntraced(function* (alert: Alert, words: string) {
  const { condition, detail, isOver, subject } = alert
  const name = `${subject}.${condition}`
  const said = isOver ? Effect.logInfo(words) : Effect.logError(words)
  yield* Effect.annotateLogs(said, { ...detail, alert: name })
  if (!isOver) yield* Metric.update(Metric.withAttributes(raised, { alert: name }), 1)
  const { raise } = yield* Alerts
  // Whoever is told may fail: what was to be done is done all the same.
  yield* Effect.ignoreCause(raise(alert))
})
