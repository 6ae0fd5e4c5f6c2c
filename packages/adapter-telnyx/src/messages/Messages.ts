/** Sends and looks up texts at Telnyx. */
import type { SendOutcome } from "@careline/domain"
import { CallbackUrl, ProviderFailure } from "@careline/adapter-kit"
import { type Telephony, TelephonyError } from "@careline/ports"
import { Clock, Effect, Predicate } from "effect"
import type { Requester } from "../client/Request.ts"
import * as ErrorCode from "../client/ErrorCode.ts"
import { isMessageId } from "./MessageId.ts"
import * as Reconciliation from "./Reconciliation.ts"
import * as Status from "./Status.ts"
import { PROVIDER } from "../client/TelnyxOptions.ts"

/** How many detail records between two numbers a look for a lost text reads, and how many of them at once. */
const LISTED_RECORDS = 1_000
const LISTED_AT_ONCE = 50

/** Further back than any attempt that is still looked for. */
const RECORDS_OF = "last_3_days"

export const make = (
  publicUrl: string,
  { ask, call }: Requester,
  fail: (operation: string, reason: TelephonyError.TelephonyErrorReason) => TelephonyError.TelephonyError
): Telephony.Messages => {
  return {
    send: Effect.fn("Telnyx.messages.send")(
      function* (message): Effect.fn.Return<SendOutcome.SendOutcome, ProviderFailure.Failure> {
        const sent = yield* call((sdk, request) =>
          sdk.messages.send(
            {
              to: message.to,
              from: message.from,
              ...(message.body === "" ? {} : { text: message.body }),
              ...(message.mediaUrls.length === 0 ? {} : { media_urls: [...message.mediaUrls] }),
              // Telnyx knows no reference of ours: the callback URL is the one thing of ours that it keeps.
              webhook_url: CallbackUrl.ofAttempt(publicUrl, PROVIDER, message.attemptId)
            },
            request
          )
        )
        // The SDK gives whatever JSON came, or null for none.
        const id: unknown = (sent as typeof sent | null)?.data?.id
        if (!isMessageId(id)) return { _tag: "Unknown", detail: "the answer names no message" }
        const status = Status.toDeliveryStatus(String(sent.data?.to?.[0]?.status))
        return { _tag: "Accepted", providerMessageId: id, status: status ?? "accepted" }
      },
      Effect.catch((failure) => Effect.succeed(ProviderFailure.toOutcome(failure, ErrorCode.toReason)))
    ),

    find: Effect.fn("Telnyx.messages.find")(function* (attempt) {
      const askedAtMillis = yield* Clock.currentTimeMillis
      const { isComplete, records } = yield* ask("messages.find", async (sdk, request) => {
        const found: Array<Reconciliation.DetailRecord> = []
        const listing = sdk.detailRecords.list(
          {
            filter: {
              record_type: "messaging",
              // A name of its own, because the type knows only some of the ranges.
              ["date_range" as string]: RECORDS_OF,
              cld: attempt.to,
              cli: attempt.from
            },
            sort: ["-created_at"],
            "page[size]": LISTED_AT_ONCE
          } as Parameters<typeof sdk.detailRecords.list>[0],
          request
        )
        for await (const record of listing) {
          if (found.length === LISTED_RECORDS) return { records: found, isComplete: false }
          found.push(record as Reconciliation.DetailRecord)
        }
        return { records: found, isComplete: true }
      })
      return Reconciliation.conclude(attempt, { records, isComplete, askedAtMillis })
    }),

    status: Effect.fn("Telnyx.messages.status")(function* (providerMessageId) {
      const refuse = (reason: TelephonyError.TelephonyErrorReason) => fail("messages.status", reason)
      if (!isMessageId(providerMessageId)) {
        return yield* refuse(new TelephonyError.NotFound({ message: "not an id of a message", code: null }))
      }
      const { data } = yield* ask("messages.status", (sdk, request) =>
        sdk.messages.retrieve(providerMessageId, request)
      )
      if (data?.id !== providerMessageId || !("to" in data)) {
        return yield* refuse(
          new TelephonyError.Unavailable({ message: "the answer names another message", code: null })
        )
      }
      const recipient = data.to?.[0]
      const wireStatus = Predicate.hasProperty(recipient, "status") ? String(recipient.status) : ""
      const status = Status.toDeliveryStatus(wireStatus) ?? "accepted"
      const error = data.errors?.[0]
      const hasFailed = status === "failed" || status === "undelivered"
      return {
        status,
        failureReason: hasFailed ? (error === undefined ? "other" : ErrorCode.ofReport(error)) : null,
        errorCode: error?.code ?? null
      }
    })
  }
}
