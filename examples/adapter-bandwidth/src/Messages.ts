/** Handing texts over: https://dev.bandwidth.com/docs/messaging/createMessage */
import type { SendOutcome } from "@careline/domain"
import { type Telephony, TelephonyError } from "@careline/ports"
import { Effect, Option, Schema } from "effect"
import type { BandwidthClient } from "./BandwidthClient.ts"
import { PROVIDER } from "./BandwidthOptions.ts"
import * as SendFailure from "./SendFailure.ts"

const Created = Schema.fromJsonString(Schema.Struct({ id: Schema.NonEmptyString }))
const decode = Schema.decodeUnknownOption(Created)

const noMedia = new TelephonyError.TelephonyError({
  provider: PROVIDER,
  operation: "messages.send",
  reason: new TelephonyError.Unsupported({ message: "media are not sent", capability: "messages.mms" })
})

/** A 202 with an id. Any other 2xx may be of a text that leaves, and nobody knows which. */
const toOutcome = (body: string): SendOutcome.SendOutcome =>
  Option.match(decode(body), {
    onNone: () => ({ _tag: "Unknown", detail: "no readable answer" }),
    onSome: ({ id }) => ({ _tag: "Accepted", providerMessageId: id, status: "accepted" })
  })

/**
 * No `find`: the list of messages holds neither text nor tag, and two texts between the same numbers cannot be told apart
 * in it (https://dev.bandwidth.com/docs/messaging/getMessage).
 */
export const make = (client: BandwidthClient, applicationId: string): Pick<Telephony.Messages, "send"> => ({
  send: Effect.fn("bandwidth.messages.send")(function* (message) {
    if (message.mediaUrls.length > 0) return yield* noMedia
    return yield* Effect.match(
      client.createMessage({
        applicationId,
        from: message.from,
        to: [message.to],
        text: message.body,
        // Comes back in every callback of the text; up to 1024 characters, and no patient data.
        tag: message.attemptId
      }),
      {
        onFailure: SendFailure.ofNetwork,
        onSuccess: (answer) =>
          answer.status >= 200 && answer.status < 300 ? toOutcome(answer.body) : SendFailure.ofAnswer(answer)
      }
    )
  })
})
