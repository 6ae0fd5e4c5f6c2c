/** Raises alerts to the operators of a host. Does nothing unless a host provides it; alerts are also logged and counted. */
import { Context, Effect } from "effect"

/** Something that began to need somebody, or (`isOver`) needs nobody any more. Names and counts only: no patient's data. */
export interface Alert {
  /** What it is about: `break_glass`, `intake`, `number_pool`, `number_order`. */
  readonly subject: string
  /** What it is: `open`, `spooling`, `low`, `over_budget`. */
  readonly condition: string
  readonly isOver: boolean
  readonly detail: Readonly<Record<string, string | number | null>>
}

/** Who is told. */
export interface AlertsShape {
  /** Tells of one alert. Must not fail, and must not take long. */
  readonly raise: (alert: Alert) => Effect.Effect<void>
}

/** Who is told: nobody, unless a host says whom. */
export const Alerts: Context.Reference<AlertsShape> = Context.Reference("careline/ports/Alerts", {
  defaultValue: (): AlertsShape => ({ raise: () => Effect.void })
})
