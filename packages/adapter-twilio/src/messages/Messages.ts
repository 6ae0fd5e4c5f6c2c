/** Sends and looks up texts at Twilio. */
import type { SendOutcome } from "@careline/domain"
import { CallbackUrl, ProviderFailure } from "@careline/adapter-kit"
import { type Telephony, TelephonyError } from "@careline/ports"
import { Clock, Effect } from "effect"
import * as Request from "../client/Request.ts"
import * as ErrorCode from "../client/ErrorCode.ts"
import { isMessageSid } from "./MessageSid.ts"
import * as Reconciliation from "./Reconciliation.ts"
import * as Status from "./Status.ts"
import type { Client } from "../client/TwilioClient.ts"
import { PROVIDER, type TwilioSettings } from "../client/TwilioOptions.ts"

/** How many messages between two numbers a look for a lost one reads, and how many of them at once. */
const LISTED_MESSAGES = 2_000
const LISTED_AT_ONCE = 500

export const make = (
  options: Pick<TwilioSettings, "messagingServiceSid" | "publicUrl">,
  client: Effect.Effect<Client, ProviderFailure.Failure>,
  fail: Request.Fail
): Telephony.Messages => {
  const { messagingServiceSid, publicUrl } = options
  const ask = Request.ask(client, fail)

  return {
    send: Effect.fn("Twilio.messages.send")(
      function* (message): Effect.fn.Return<SendOutcome.SendOutcome, ProviderFailure.Failure> {
        const sent = yield* Request.call(client, (sdk) =>
          sdk.messages.create({
            to: message.to,
            // Named beside a Messaging Service as well: the service must not choose another sender.
            from: message.from,
            ...(message.body === "" ? {} : { body: message.body }),
            ...(message.mediaUrls.length === 0 ? {} : { mediaUrl: [...message.mediaUrls] }),
            ...(messagingServiceSid === null ? {} : { messagingServiceSid }),
            statusCallback: CallbackUrl.ofAttempt(publicUrl, PROVIDER, message.attemptId)
          })
        )
        return isMessageSid(sent.sid)
          ? {
              _tag: "Accepted",
              providerMessageId: sent.sid,
              status: Status.toDeliveryStatus(sent.status) ?? "accepted"
            }
          : { _tag: "Unknown", detail: "the answer names no message" }
      },
      Effect.catch((failure) => Effect.succeed(ProviderFailure.toOutcome(failure, ErrorCode.toReason)))
    ),

    // Without a filter on the date: that of a message that has not left yet is not set, and would hide it.
    find: Effect.fn("Twilio.messages.find")(function* (attempt) {
      const askedAtMillis = yield* Clock.currentTimeMillis
      const messages = yield* ask("messages.find", (sdk) =>
        sdk.messages.list({ to: attempt.to, from: attempt.from, limit: LISTED_MESSAGES, pageSize: LISTED_AT_ONCE })
      )
      return Reconciliation.conclude(attempt, {
        messages,
        isComplete: messages.length < LISTED_MESSAGES,
        askedAtMillis
      })
    }),

    status: Effect.fn("Twilio.messages.status")(function* (providerMessageId) {
      const refuse = (reason: TelephonyError.TelephonyErrorReason) => fail("messages.status", reason)
      if (!isMessageSid(providerMessageId)) {
        return yield* refuse(new TelephonyError.NotFound({ message: "not an id of a message", code: null }))
      }
      const message = yield* ask("messages.status", (sdk) => sdk.messages(providerMessageId).fetch())
      if (message.sid !== providerMessageId) {
        return yield* refuse(
          new TelephonyError.Unavailable({ message: "the answer names another message", code: null })
        )
      }
      const errorCode = message.errorCode === null || message.errorCode === undefined ? null : String(message.errorCode)
      const status = Status.toDeliveryStatus(message.status) ?? "accepted"
      return {
        status,
        failureReason: status === "failed" || status === "undelivered" ? ErrorCode.toReason(errorCode) : null,
        errorCode
      }
    })
  }
}
