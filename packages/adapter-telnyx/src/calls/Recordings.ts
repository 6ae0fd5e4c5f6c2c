/** Recordings at Telnyx, by their id. Source: developers.telnyx.com/api-reference/call-recordings. */
import { type Telephony, TelephonyError } from "@careline/ports"
import { Effect } from "effect"
import { type Requester, type Fail, unlessGone } from "../client/Request.ts"
import { isRecordingSid } from "./CallSid.ts"
import * as Files from "../media/Files.ts"
import type { TelnyxSettings } from "../client/TelnyxOptions.ts"

/** Transcriptions of one recording that are looked at. */
const LISTED_TRANSCRIPTIONS = 20

export const make = (options: TelnyxSettings, { ask }: Requester, fail: Fail): Telephony.Recordings => {
  const notFound = (operation: string, message: string) =>
    Effect.fail(fail(operation, new TelephonyError.NotFound({ message, code: null })))
  const known = (operation: string, recording: string) =>
    isRecordingSid(recording) ? Effect.succeed(recording) : notFound(operation, "not an id of a recording")

  return {
    fetch: Effect.fn("Telnyx.recordings.fetch")(function* (recording, maxBytes) {
      const id = yield* known("recordings.fetch", recording)
      // The link of the webhook is good for ten minutes; each look makes a new one.
      const found = yield* ask("recordings.fetch", (sdk, bounds) => sdk.recordings.retrieve(id, bounds))
      const { mp3, wav } = (found as typeof found | null)?.data?.download_urls ?? {}
      const url: unknown = wav ?? mp3
      if (typeof url !== "string") return yield* notFound("recordings.fetch", "there is no file of it yet")
      return yield* Effect.mapError(Files.fetchSigned(options, url, maxBytes), (reason) =>
        fail("recordings.fetch", reason)
      )
    }),

    delete: Effect.fn("Telnyx.recordings.delete")(function* (recording) {
      const id = yield* known("recordings.delete", recording)
      // Deleting what is not there is done.
      yield* unlessGone(ask("recordings.delete", (sdk, bounds) => sdk.recordings.delete(id, bounds)))
    }),

    transcript: Effect.fn("Telnyx.recordings.transcript")(function* (recording) {
      const id = yield* known("recordings.transcript", recording)
      const query = { filter: { recording_id: id }, "page[size]": LISTED_TRANSCRIPTIONS }
      const found = yield* ask("recordings.transcript", async (sdk, bounds) =>
        sdk.recordingTranscriptions.list(query, bounds)
      )
      const written = (found as typeof found | null)?.data?.find(
        ({ recording_id: of, status }) => of === id && status === "completed"
      )
      return written === undefined ? null : { text: written.transcription_text ?? "", confidence: null }
    })
  }
}
