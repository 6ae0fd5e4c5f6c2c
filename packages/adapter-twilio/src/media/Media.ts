/** What came with texts, at Twilio, by the URL of the webhook. Source: twilio.com/docs/messaging/api/media-resource. */
import { type ProviderFailure } from "@careline/adapter-kit"
import { type Telephony, TelephonyError } from "@careline/ports"
import { Effect } from "effect"
import * as Request from "../client/Request.ts"
import * as Files from "./Files.ts"
import type { Client } from "../client/TwilioClient.ts"
import type { TwilioSettings } from "../client/TwilioOptions.ts"

export const make = (
  options: TwilioSettings,
  client: Effect.Effect<Client, ProviderFailure.Failure>,
  fail: Request.Fail
): Telephony.InboundMedia => {
  const known = (operation: string, url: string) => {
    const media = Files.mediaOf(options, url)
    return media === null
      ? Effect.fail(
          fail(operation, new TelephonyError.Refused({ message: "not a URL of the account's", code: "forbidden_url" }))
        )
      : Effect.succeed(media)
  }
  return {
    fetch: Effect.fn("Twilio.media.fetch")(function* (url, maxBytes) {
      yield* known("media.fetch", url)
      return yield* Effect.mapError(Files.fetch(options, url, maxBytes), (reason) => fail("media.fetch", reason))
    }),
    delete: Effect.fn("Twilio.media.delete")(function* (url) {
      const { mediaSid, messageSid } = yield* known("media.delete", url)
      return yield* Request.deleted(
        Request.ask(client, fail)("media.delete", (sdk) => sdk.messages(messageSid).media(mediaSid).remove())
      )
    })
  }
}
