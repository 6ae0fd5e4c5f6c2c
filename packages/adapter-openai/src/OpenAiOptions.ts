import type { Redacted } from "effect"

export interface OpenAiOptions {
  /** Base URL of an endpoint that speaks OpenAI's API, with its version: `https://api.openai.com/v1`. */
  readonly url: string
  /** `null` for servers of one's own that take none. */
  readonly apiKey: Redacted.Redacted | null
  /** A model that answers `verbose_json`, as `whisper-1` and its kin do. */
  readonly model: string
  /** How long one recording may take, in milliseconds. */
  readonly timeoutMillis: number
}

export const DEFAULT_MODEL = "whisper-1"

/** Whisper on a processor takes about as long as the recording. In milliseconds. */
export const DEFAULT_TIMEOUT_MILLIS = 120_000
