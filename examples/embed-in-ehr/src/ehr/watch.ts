/** Looking again and again: when PostgreSQL notifies, and now and then in any case. */
import { setTimeout as pause } from "node:timers/promises"
import type { Pool } from "pg"
import { logError } from "./log.ts"

export interface Watch {
  /** Looks again soon. */
  readonly wake: () => void
  /** Resolves when nothing looks any more. */
  readonly close: () => Promise<void>
}

const RECONNECT_MILLIS = 1_000

const listen = async (pool: Pool, channel: string, wake: () => void, signal: AbortSignal): Promise<void> => {
  const client = await pool.connect()
  const ended = Promise.withResolvers<void>()
  client.on("error", () => ended.resolve())
  client.on("end", () => ended.resolve())
  signal.addEventListener("abort", () => ended.resolve(), { once: true })
  if (signal.aborted) ended.resolve()
  client.on("notification", wake)
  try {
    await client.query(`listen ${channel}`)
    // Something may have come while nobody listened.
    wake()
    await ended.promise
  } finally {
    // Thrown away: whoever got it next would still listen.
    client.release(true)
  }
}

/** Runs `look` at once, after each notification and every so many milliseconds; never two at a time. */
export const watch = (pool: Pool, channel: string, everyMillis: number, look: () => Promise<void>): Watch => {
  const closing = new AbortController()
  const { signal } = closing
  let woken = false
  let endPause = () => {}
  const wake = () => {
    woken = true
    endPause()
  }

  const looking = async () => {
    while (!signal.aborted) {
      woken = false
      await look().catch((error: unknown) => logError(`look at ${channel}`, error))
      if (woken) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMillis)
        endPause = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  const listening = async () => {
    while (!signal.aborted) {
      await listen(pool, channel, wake, signal).catch((error: unknown) => logError(`listen to ${channel}`, error))
      // Aborted is as good as over.
      await pause(RECONNECT_MILLIS, undefined, { signal }).catch(() => undefined)
    }
  }

  const running = Promise.all([looking(), listening()])
  return {
    wake,
    close: async () => {
      closing.abort()
      wake()
      await running
    }
  }
}
