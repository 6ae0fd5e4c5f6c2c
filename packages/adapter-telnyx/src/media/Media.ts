/**
 * What came with texts, at Telnyx, by the URL of the webhook: there for 30 days, and deleted by nobody before. Source:
 * developers.telnyx.com/docs/messaging/messages/receive-sms-and-mms-messages.
 */
import type { Telephony } from "@careline/ports"
import { Effect } from "effect"
import type { Fail } from "../client/Request.ts"
import * as Files from "./Files.ts"
import type { TelnyxSettings } from "../client/TelnyxOptions.ts"

export const make = (options: TelnyxSettings, fail: Fail): Pick<Telephony.InboundMedia, "fetch"> => ({
  fetch: Effect.fn("Telnyx.media.fetch")((url: string, maxBytes: number) =>
    Effect.mapError(Files.fetchOwn(options, url, maxBytes), (reason) => fail("media.fetch", reason))
  )
})
