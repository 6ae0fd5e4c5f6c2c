/**
 * A provider for tests of use cases: it keeps what it is asked to send and answers as it is told. Webhooks it has none:
 * such tests put events in the inbox. What a real provider's wire looks like is the simulators' business.
 */
import type { SendOutcome } from "@careline/domain"
import { Telephony } from "@careline/ports"
import { Context, Effect, Layer, Ref } from "effect"

interface Script {
  readonly sent: ReadonlyArray<Telephony.OutboundMessage>
  readonly outcome: (message: Telephony.OutboundMessage, index: number) => SendOutcome.SendOutcome
  readonly found: (attempt: Telephony.SentAttempt) => Telephony.FindResult
}

export class MemoryTelephony extends Context.Service<
  MemoryTelephony,
  {
    /** What was handed over so far, in its order. */
    readonly sent: Effect.Effect<ReadonlyArray<Telephony.OutboundMessage>>
    /** What comes of each text from now on; `index` counts the texts from 0. Before, all are accepted. */
    readonly answer: (outcome: Script["outcome"]) => Effect.Effect<void>
    /** What looks find from now on. Before, nobody can tell. */
    readonly find: (found: Script["found"]) => Effect.Effect<void>
  }
>()("careline/testkit/memory/MemoryTelephony") {}

const accepted: Script["outcome"] = (_message, index) => ({
  _tag: "Accepted",
  providerMessageId: `memory-${index + 1}`,
  status: "accepted"
})

/** What the provider of these tests can do. */
export const capabilities: Telephony.Capabilities = {
  messages: {
    mms: { maxMedia: 10, maxTextLength: 1600 },
    maxTextLength: 1600,
    attemptEcho: "callback_url",
    find: "by_content",
    findAfterMillis: 0,
    status: "none"
  },
  webhooks: { unsigned: "forged", signatureCovers: "bytes", signatureMaxAgeMillis: null, namesKeywords: false },
  voice: null,
  media: "none",
  history: { messages: false, calls: false, recordings: false },
  numbers: null,
  optOutReplies: "application"
}

const providerOf = (script: Ref.Ref<Script>): Telephony.TelephonyService =>
  Telephony.make({
    provider: "memory",
    capabilities,
    webhooks: {
      receive: () => Effect.succeed({ account: "memory", events: [] }),
      reply: () => ({ status: 204, headers: {}, body: "" })
    },
    messages: {
      send: (message) =>
        Ref.modify(script, (before) => [
          before.outcome(message, before.sent.length),
          { ...before, sent: [...before.sent, message] }
        ]),
      find: (attempt) => Effect.map(Ref.get(script), ({ found }) => found(attempt))
    }
  })

export const layer: Layer.Layer<Telephony.Telephony | MemoryTelephony> = Layer.effectContext(
  Effect.map(
    Ref.make<Script>({
      sent: [],
      outcome: accepted,
      found: () => ({ _tag: "CannotTell", detail: "nothing was scripted" })
    }),
    (script) =>
      Context.make(Telephony.Telephony, providerOf(script)).pipe(
        Context.add(
          MemoryTelephony,
          MemoryTelephony.of({
            sent: Effect.map(Ref.get(script), ({ sent }) => sent),
            answer: (outcome) => Ref.update(script, (before) => ({ ...before, outcome })),
            find: (found) => Ref.update(script, (before) => ({ ...before, found }))
          })
        )
      )
  )
)
