/** The Telephony port on Twilio, over the official SDK. */
import type { SendOutcome } from "@careline/domain"
import { Telephony, TelephonyError } from "@careline/ports"
import { Clock, DateTime, Effect, Layer, Redacted } from "effect"
import * as ErrorCode from "./ErrorCode.ts"
import * as Inbound from "./Inbound.ts"
import * as Reconciliation from "./Reconciliation.ts"
import * as SendFailure from "./SendFailure.ts"
import * as Signature from "./Signature.ts"
import * as Status from "./Status.ts"
import * as StatusCallback from "./StatusCallback.ts"
import * as TwilioClient from "./TwilioClient.ts"
import * as Config from "./TwilioConfig.ts"
import type { TwilioOptions } from "./TwilioOptions.ts"

export const PROVIDER = "twilio"

/** Messages between two numbers that a look for a lost one reads, newest first. */
const LISTED_MESSAGES = 200

export const capabilities: Telephony.Capabilities = {
  messages: {
    mms: { maxMedia: 10 },
    maxTextLength: 1600,
    attemptEcho: "callback_url",
    find: "by_content",
    // Twilio may go on for some 26 s after its client gave up (github.com/twilio/twilio-ruby/issues/519).
    findAfterMillis: 30_000
  },
  optOutReplies: "provider"
}

const fail = (operation: string, reason: TelephonyError.TelephonyErrorReason) =>
  new TelephonyError.TelephonyError({ provider: PROVIDER, operation, reason })

const FORM = /^application\/x-www-form-urlencoded\b/i

const decoder = new TextDecoder()

const makeWebhooks = (options: TwilioOptions): Telephony.Webhooks => {
  const origin = options.publicUrl.replace(/\/+$/, "")
  const tokens = options.authTokens.map((token) => Redacted.value(token))
  const refuse = (reason: TelephonyError.TelephonyErrorReason) => Effect.fail(fail("webhooks.receive", reason))
  return {
    receive: (kind, request) =>
      Effect.suspend(() => {
        const form =
          request.method === "POST" && FORM.test(request.headers["content-type"] ?? "")
            ? new URLSearchParams(decoder.decode(request.body))
            : new URLSearchParams()
        const url = origin + request.target
        if (!Signature.verify(tokens, request.headers["x-twilio-signature"], url, form)) {
          return refuse(new TelephonyError.InvalidSignature({ message: "The signature does not match" }))
        }
        const query = new URLSearchParams(request.target.split("?")[1])
        // Twilio calls by GET when it is told to; the parameters are in the URL then.
        const parameters = request.method === "GET" ? query : form
        if (parameters.get("AccountSid") !== options.accountSid) {
          return refuse(new TelephonyError.MalformedWebhook({ message: "AccountSid is not ours" }))
        }
        const event = kind === "sms" ? Inbound.decode(parameters) : StatusCallback.decode(parameters, query)
        return event instanceof TelephonyError.MalformedWebhook
          ? refuse(event)
          : Effect.succeed({ account: options.accountSid, events: event === null ? [] : [event] })
      }),
    // Text of any other kind would be sent to the contact (twilio.com/docs/messaging/twiml).
    reply: (kind) =>
      kind === "sms"
        ? {
            status: 200,
            headers: { "content-type": "text/xml; charset=utf-8" },
            body: '<?xml version="1.0" encoding="UTF-8"?><Response/>'
          }
        : { status: 204, headers: {}, body: "" }
  }
}

const makeMessages = (options: TwilioOptions, client: Effect.Effect<TwilioClient.Client>): Telephony.Messages => {
  const callbackOf = (attemptId: string) => {
    const url = new URL(`${options.publicUrl.replace(/\/+$/, "")}/api/v1/webhooks/${PROVIDER}/status`)
    url.searchParams.set(StatusCallback.ATTEMPT_PARAMETER, attemptId)
    return url.href
  }
  const call = <A>(use: (client: TwilioClient.Client) => Promise<A>) =>
    Effect.flatMap(client, (sdk) => Effect.tryPromise({ try: () => use(sdk), catch: SendFailure.inspect }))
  const ask = <A>(operation: string, use: (client: TwilioClient.Client) => Promise<A>) =>
    Effect.mapError(call(use), (failure) => fail(operation, SendFailure.toReason(failure)))

  return {
    send: Effect.fn("Twilio.messages.send")(
      function* (message) {
        const sent = yield* call((sdk) =>
          sdk.messages.create({
            to: message.to,
            from: message.from,
            ...(message.body === "" ? {} : { body: message.body }),
            ...(message.mediaUrls.length === 0 ? {} : { mediaUrl: [...message.mediaUrls] }),
            ...(options.messagingServiceSid === null ? {} : { messagingServiceSid: options.messagingServiceSid }),
            statusCallback: callbackOf(message.attemptId)
          })
        )
        return typeof sent.sid === "string" && sent.sid !== ""
          ? ({
              _tag: "Accepted",
              providerMessageId: sent.sid,
              status: Status.toDeliveryStatus(sent.status) ?? "accepted"
            } satisfies SendOutcome.SendOutcome)
          : ({ _tag: "Unknown", detail: "the answer names no message" } satisfies SendOutcome.SendOutcome)
      },
      Effect.catch((failure: SendFailure.Failure) => Effect.succeed(SendFailure.toOutcome(failure)))
    ),

    find: Effect.fn("Twilio.messages.find")(function* (attempt) {
      const listed = yield* ask("messages.find", (sdk) =>
        sdk.messages.list({ to: attempt.to, from: attempt.from, limit: LISTED_MESSAGES })
      )
      const found = Reconciliation.match(attempt, listed)
      if (found !== null) return found
      const age = (yield* Clock.currentTimeMillis) - DateTime.toEpochMillis(attempt.startedAt)
      return age < capabilities.messages.findAfterMillis
        ? { _tag: "CannotTell" as const, detail: "too early to tell" }
        : { _tag: "Absent" as const }
    }),

    status: Effect.fn("Twilio.messages.status")(function* (providerMessageId) {
      const message = yield* ask("messages.status", (sdk) => sdk.messages(providerMessageId).fetch())
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

export const make = Effect.fnUntraced(function* (options: TwilioOptions) {
  const client = yield* TwilioClient.make(options)
  return Telephony.make({
    provider: PROVIDER,
    capabilities,
    webhooks: makeWebhooks(options),
    messages: makeMessages(options, client)
  })
})

export const layer = (options: TwilioOptions): Layer.Layer<Telephony.Telephony> =>
  Layer.effect(Telephony.Telephony, make(options))

/** Configured by the environment: see `TwilioConfig`. */
export const layerConfig = Layer.effect(Telephony.Telephony, Effect.flatMap(Config.config, make))
