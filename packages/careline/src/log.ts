/** Sends the log to a backend's own logger. */
import { type Layer, Logger, type LogLevel, References } from "effect"

/** One line of the log. It holds ids and names, never what somebody wrote and no number. */
export interface LogEntry {
  readonly level: LogLevel.LogLevel
  readonly message: string
  readonly annotations: Readonly<Record<string, unknown>>
}

/** Where the log goes. What it throws is lost: nothing else may fail for it. */
export type Log = (entry: LogEntry) => void

export const logLayer = (log: Log): Layer.Layer<never> =>
  Logger.layer([
    Logger.make(({ fiber, logLevel, message }) => {
      const annotations = { ...fiber.getRef(References.CurrentLogAnnotations) }
      try {
        log({ level: logLevel, message: [message].flat().map(String).join(" "), annotations })
      } catch {
        // There is nowhere left to say it.
      }
    })
  ])
