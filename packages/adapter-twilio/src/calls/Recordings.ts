/** Recordings at Twilio, by their SID. Sources: twilio.com/docs/voice/api/recording, /docs/voice/api/recording-transcription. */
import { type ProviderFailure } from "@careline/adapter-kit"
import { type Telephony, TelephonyError } from "@careline/ports"
import { Effect } from "effect"
import * as Request from "../client/Request.ts"
import { isRecordingSid } from "./CallSid.ts"
import * as Files from "../media/Files.ts"
import type { Client } from "../client/TwilioClient.ts"
import type { TwilioSettings } from "../client/TwilioOptions.ts"

/** Transcriptions of one recording that are looked at. */
const LISTED_TRANSCRIPTIONS = 20

export const make = (
  options: TwilioSettings,
  client: Effect.Effect<Client, ProviderFailure.Failure>,
  fail: Request.Fail
): Telephony.Recordings => {
  const ask = Request.ask(client, fail)
  const known = (operation: string, recording: string) =>
    isRecordingSid(recording)
      ? Effect.succeed(recording)
      : Effect.fail(fail(operation, new TelephonyError.NotFound({ message: "not an id of a recording", code: null })))

  return {
    fetch: Effect.fn("Twilio.recordings.fetch")(function* (recording, maxBytes) {
      const sid = yield* known("recordings.fetch", recording)
      const url = Files.urlOf(options, `/2010-04-01/Accounts/${options.accountSid}/Recordings/${sid}.wav`)
      return yield* Effect.mapError(Files.fetch(options, url, maxBytes), (reason) => fail("recordings.fetch", reason))
    }),

    delete: Effect.fn("Twilio.recordings.delete")(function* (recording) {
      const sid = yield* known("recordings.delete", recording)
      return yield* Request.deleted(ask("recordings.delete", (sdk) => sdk.recordings(sid).remove()))
    }),

    transcript: Effect.fn("Twilio.recordings.transcript")(function* (recording) {
      const sid = yield* known("recordings.transcript", recording)
      const all = yield* ask("recordings.transcript", (sdk) =>
        sdk.recordings(sid).transcriptions.list({ limit: LISTED_TRANSCRIPTIONS, pageSize: LISTED_TRANSCRIPTIONS })
      )
      const written = all.find(({ status }) => status === "completed")
      return written === undefined ? null : { text: written.transcriptionText ?? "", confidence: null }
    })
  }
}
