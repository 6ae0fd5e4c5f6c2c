/** Sends texts through Vonage, and looks them up in Reports. */
import type { SendOutcome } from "@careline/domain"
import { ProviderFailure } from "@careline/adapter-kit"
import { type Telephony, TelephonyError } from "@careline/ports"
import { Clock, Effect, Option } from "effect"
import * as Request from "../client/Request.ts"
import * as ErrorCode from "../client/ErrorCode.ts"
import { isMessageUuid } from "./MessageUuid.ts"
import * as Reconciliation from "./Reconciliation.ts"
import * as SendRequest from "./SendRequest.ts"
import type { VonageSettings } from "../client/VonageOptions.ts"

export const make = (
  options: Pick<VonageSettings, "apiKey" | "publicUrl" | "reportsLookup">,
  access: Request.Access,
  fail: Request.Fail
): Pick<Telephony.Messages, "send"> & Partial<Telephony.Messages> => {
  const { apiKey, publicUrl, reportsLookup } = options
  const ask = Request.ask(access, fail)
  const report = Effect.fnUntraced(function* (operation: string, query: Readonly<Record<string, string>>) {
    const answer = yield* ask(operation, (sdk) => sdk.reports.getRecords({ ...Reconciliation.base(apiKey), ...query }))
    const decoded = Reconciliation.decode(answer)
    if (Option.isSome(decoded)) return decoded.value
    return yield* fail(operation, new TelephonyError.Unavailable({ message: "the answer is no report", code: null }))
  })

  const send: Telephony.Messages["send"] = Effect.fn("Vonage.messages.send")(
    function* (message): Effect.fn.Return<SendOutcome.SendOutcome, ProviderFailure.Failure> {
      const { messageUUID } = yield* Request.call(access, (sdk) =>
        sdk.messages.send(SendRequest.make(publicUrl, message))
      )
      return isMessageUuid(messageUUID)
        ? { _tag: "Accepted", providerMessageId: messageUUID, status: "accepted" }
        : { _tag: "Unknown", detail: "the answer names no message" }
    },
    Effect.catch((failure) => Effect.succeed(ProviderFailure.toOutcome(failure, ErrorCode.toReason)))
  )
  if (!reportsLookup) return { send }

  return {
    send,

    find: Effect.fn("Vonage.messages.find")(function* (attempt) {
      const window = Reconciliation.window(attempt, yield* Clock.currentTimeMillis)
      let page: ReturnType<typeof Reconciliation.nextPage> | undefined
      for (let count = 0; count < Reconciliation.MAX_PAGES && page !== null; count++) {
        const answer = yield* report("messages.find", { ...window, ...page })
        const found = Reconciliation.find(attempt.attemptId, answer.records)
        if (found !== null) return found
        page = Reconciliation.nextPage(answer)
      }
      return Reconciliation.notShown
    }),

    status: Effect.fn("Vonage.messages.status")(function* (providerMessageId) {
      const notFound = (message: string) =>
        fail("messages.status", new TelephonyError.NotFound({ message, code: null }))
      if (!isMessageUuid(providerMessageId)) return yield* notFound("not an id of a message")
      const { records } = yield* report("messages.status", { id: providerMessageId })
      const record = records.find(({ messageId }) => messageId === providerMessageId)
      return record === undefined ? yield* notFound("Reports does not show it") : Reconciliation.statusOf(record)
    })
  }
}
