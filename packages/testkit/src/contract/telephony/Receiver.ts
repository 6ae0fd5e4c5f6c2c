/** The host of the suite: a real HTTP server that takes the provider's webhooks in and answers as Careline does. */
import { type CallId, CallPlan } from "@careline/domain"
import { CallbackUrl } from "@careline/adapter-kit"
import { type Telephony, TelephonyError } from "@careline/ports"
import type { TelephonyEvent } from "@careline/ports"
import { createServer } from "node:http"
import { Context, Effect, Exit, Layer, Result } from "effect"

/** A webhook as it came, and what the adapter made of it. */
export interface Delivered {
  readonly kind: Telephony.WebhookKind
  readonly request: Telephony.RawRequest
  /** `null` for a defect, which no adapter may have. */
  readonly result: Result.Result<Telephony.Received, TelephonyError.TelephonyError> | null
  /** What was answered. */
  readonly status: number
  /** The same as a whole; `null` for what was not taken. */
  readonly reply: Telephony.HttpReply | null
}

/** What every call does that comes from now on, and the id that it is kept under; `null`: it is not kept. */
export interface Planned {
  readonly plan: CallPlan.CallPlan
  readonly callId: CallId | null
}

/** The id of a call where a test does not choose another. */
export const CALL_ID = "01980000-0000-7000-8000-00000000ca11" as CallId

const unplanned: Planned = { plan: { _tag: "Hangup", say: [] }, callId: CALL_ID }

export class Receiver extends Context.Service<
  Receiver,
  {
    /** `PUBLIC_URL` of the host. */
    readonly publicUrl: string
    /** Where a provider delivers a kind of webhook. */
    readonly urlOf: (provider: string, kind: Telephony.WebhookKind) => string
    /** How long the adapter under test waits for its provider, in milliseconds: a limit on real I/O, not a pause. */
    readonly patienceMillis: number
    /** Everything that came so far, in its order. */
    readonly delivered: ReadonlyArray<Delivered>
    /** The events that the adapter made of it. */
    readonly events: () => ReadonlyArray<TelephonyEvent>
    /** Webhooks go to this adapter from now on. */
    readonly serve: (telephony: Telephony.TelephonyService) => void
    /** Calls do this from now on. */
    readonly plan: (plan: CallPlan.CallPlan, callId?: CallId | null) => void
  }
>()("careline/testkit/contract/Receiver") {}

const eventsOf = ({ result }: Delivered): ReadonlyArray<TelephonyEvent> =>
  result !== null && Result.isSuccess(result) ? result.success.events : []

/** What the call does next that a webhook is about; none when it is not about a call, or only reports. */
const stepAfter = (
  kind: Telephony.WebhookKind,
  { events, turn }: Telephony.Received,
  { callId, plan }: Planned
): Telephony.CallStep | undefined => {
  if (turn !== undefined) {
    return { callId: kind === "fallback" ? null : turn.callId, ...CallPlan.next(plan, turn.at, turn.turn) }
  }
  return events.some(({ _tag }) => _tag === "CallReceived")
    ? { callId: kind === "fallback" ? null : callId, at: "", node: plan }
    : undefined
}

/** What an adapter makes of a request, whatever happens in it. */
export const receive = (
  telephony: Telephony.TelephonyService,
  kind: Telephony.WebhookKind,
  request: Telephony.RawRequest,
  planned: Planned = unplanned
): Effect.Effect<Delivered> =>
  Effect.map(Effect.exit(Effect.result(telephony.webhooks.receive(kind, request))), (exit): Delivered => {
    const result = Exit.isSuccess(exit) ? exit.value : null
    if (result === null) return { kind, request, result, status: 500, reply: null }
    if (Result.isFailure(result)) {
      return { kind, request, result, status: TelephonyError.webhookStatus(result.failure.reason), reply: null }
    }
    const reply = telephony.webhooks.reply(kind, stepAfter(kind, result.success, planned))
    return { kind, request, result, status: reply.status, reply }
  })

const KIND = /\/(sms|status|call|call-status|recording|transcription|fallback)(\?|$)/

const start = Effect.fnUntraced(function* (patienceMillis: number) {
  const delivered: Array<Delivered> = []
  let telephony: Telephony.TelephonyService | null = null
  let planned = unplanned

  const server = yield* Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const made = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const target = request.url ?? "/"
          const kind = KIND.exec(target)?.[1] as Telephony.WebhookKind | undefined
          if (telephony === null || kind === undefined) return response.writeHead(404).end()
          const raw: Telephony.RawRequest = {
            method: request.method ?? "POST",
            target,
            headers: request.headers as Telephony.RawRequest["headers"],
            body: new Uint8Array(Buffer.concat(chunks))
          }
          Effect.runFork(
            Effect.map(receive(telephony, kind, raw, planned), (one) => {
              delivered.push(one)
              response.writeHead(one.status, one.reply?.headers ?? {})
              response.end(one.reply === null || one.status === 204 ? undefined : one.reply.body)
            })
          )
        })
      })
      made.listen(0, "127.0.0.1", () => resume(Effect.succeed(made)))
    }),
    (running) =>
      Effect.callback<void>((resume) => {
        running.close(() => resume(Effect.void))
        running.closeAllConnections()
      })
  )
  const address = server.address()
  const publicUrl = `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`
  return Receiver.of({
    publicUrl,
    patienceMillis,
    urlOf: (provider, kind) => CallbackUrl.ofKind(publicUrl, provider, kind),
    delivered,
    events: () => delivered.flatMap(eventsOf),
    serve: (served) => {
      telephony = served
    },
    plan: (plan, callId = CALL_ID) => {
      planned = { plan, callId }
    }
  })
})

export const layer = (patienceMillis: number): Layer.Layer<Receiver> => Layer.effect(Receiver, start(patienceMillis))
