/** The host of the suite: a real HTTP server that takes the provider's webhooks in and answers as Careline does. */
import { CallbackUrl, type Telephony, TelephonyError } from "@careline/ports"
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
}

export class Receiver extends Context.Service<
  Receiver,
  {
    /** `PUBLIC_URL` of the host. */
    readonly publicUrl: string
    /** Where a provider delivers texts (`sms`) and reports (`status`). */
    readonly urlOf: (provider: string, kind: Telephony.WebhookKind) => string
    /** Everything that came so far, in its order. */
    readonly delivered: ReadonlyArray<Delivered>
    /** The events that the adapter made of it. */
    readonly events: () => ReadonlyArray<TelephonyEvent>
    /** Webhooks go to this adapter from now on. */
    readonly serve: (telephony: Telephony.TelephonyService) => void
  }
>()("careline/testkit/contract/Receiver") {}

const eventsOf = ({ result }: Delivered): ReadonlyArray<TelephonyEvent> =>
  result !== null && Result.isSuccess(result) ? result.success.events : []

/** What an adapter makes of a request, whatever happens in it. */
export const receive = (
  telephony: Telephony.TelephonyService,
  kind: Telephony.WebhookKind,
  request: Telephony.RawRequest
): Effect.Effect<Delivered> =>
  Effect.map(Effect.exit(Effect.result(telephony.webhooks.receive(kind, request))), (exit): Delivered => {
    const result = Exit.isSuccess(exit) ? exit.value : null
    const status =
      result === null
        ? 500
        : Result.isSuccess(result)
          ? telephony.webhooks.reply(kind).status
          : TelephonyError.webhookStatus(result.failure.reason)
    return { kind, request, result, status }
  })

const start = Effect.gen(function* () {
  const delivered: Array<Delivered> = []
  let telephony: Telephony.TelephonyService | null = null

  const server = yield* Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const made = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const target = request.url ?? "/"
          const kind = /\/(sms|status)(\?|$)/.exec(target)?.[1] as Telephony.WebhookKind | undefined
          if (telephony === null || kind === undefined) return response.writeHead(404).end()
          const raw: Telephony.RawRequest = {
            method: request.method ?? "POST",
            target,
            headers: request.headers as Telephony.RawRequest["headers"],
            body: new Uint8Array(Buffer.concat(chunks))
          }
          const { reply } = telephony.webhooks
          Effect.runFork(
            Effect.map(receive(telephony, kind, raw), (one) => {
              delivered.push(one)
              const isTaken = one.result !== null && Result.isSuccess(one.result)
              response.writeHead(one.status, isTaken ? reply(kind).headers : {})
              response.end(isTaken && one.status !== 204 ? reply(kind).body : undefined)
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
    urlOf: (provider, kind) => CallbackUrl.ofKind(publicUrl, provider, kind),
    delivered,
    events: () => delivered.flatMap(eventsOf),
    serve: (served) => {
      telephony = served
    }
  })
})

export const layer: Layer.Layer<Receiver> = Layer.effect(Receiver, start)
