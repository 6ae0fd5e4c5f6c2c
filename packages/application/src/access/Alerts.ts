/** Raises alerts: a line in the log, a metric, and the `Alerts` port of the host. */
import { type Alert, Alerts } from "@careline/ports"
import { Effect, Metric } from "effect"

/** Alerts so far, by `alert`: what they were about, and what it was. */
const raised = Metric.counter("careline_alerts_total", {
  description: "Alerts that were raised",
  incremental: true
})

/** Raises an alert, with words for the log. A host that fails to take it stops nothing. */
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
