/** What somebody has to know now: a line in the log, a count, and an event for a backend that pages people. */
import type { Tenant } from "@careline/domain"
import { Context, Effect, Metric } from "effect"

export interface Alert {
  /** As noun.verb: `break_glass.open`. */
  readonly name: string
  readonly siteGroupingId: Tenant
  /** Ids, names and counts. No patient data: it goes to logs and pagers. */
  readonly detail: Readonly<Record<string, string | number>>
}

/** Hears of alerts: a host that pages somebody provides it. It cannot fail, and is waited for. */
export const OnAlert: Context.Reference<(alert: Alert) => Effect.Effect<void>> = Context.Reference(
  "careline/application/OnAlert",
  { defaultValue: () => (_alert: Alert) => Effect.void }
)

/** Alerts so far, by `alert`. */
export const alertsRaised = Metric.counter("careline_alerts_total", {
  description: "Alerts that were raised",
  incremental: true
})

export const raise = Effect.fnUntraced(function* (alert: Alert, words: string) {
  const { detail, name, siteGroupingId } = alert
  yield* Effect.logError(words).pipe(Effect.annotateLogs({ ...detail, alert: name, siteGrouping: siteGroupingId }))
  yield* Metric.update(Metric.withAttributes(alertsRaised, { alert: name }), 1)
  yield* (yield* OnAlert)(alert)
})
