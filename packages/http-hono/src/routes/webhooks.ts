/** Where providers call. Nothing is parsed here: the adapter gets the bytes as they came. */
import type { IncomingMessage } from "node:http"
import { answerWebhook, type Intake, Limits, WebhookHttp, type WebhookRequest } from "@careline/application"
import type { Telephony, TelephonyProviders } from "@careline/ports"
import { Cause, Effect, Exit } from "effect"
import type { Context, Hono } from "hono"
import type { HostRuntime } from "../HostRuntime.ts"

/** Node's own request, where the host runs on Node: its target is as it came over the wire, which the signature covers. */
const incomingOf = (context: Context): IncomingMessage | undefined =>
  (context.env as { readonly incoming?: IncomingMessage } | undefined)?.incoming

const targetOf = (context: Context): string => incomingOf(context)?.url ?? WebhookHttp.targetOf(context.req.raw)

/** Node has them in lower case already. Only `set-cookie`, which no request has, would be a list. */
const headersOf = (context: Context): Telephony.RawRequest["headers"] => {
  const incoming = incomingOf(context)
  if (incoming === undefined) return context.req.header()
  return incoming.headers as Readonly<Record<string, string | undefined>>
}

const answer = Effect.fnUntraced(function* (context: Context) {
  const { webhookBytes } = yield* Limits.Limits
  const request: WebhookRequest = {
    method: context.req.method,
    target: targetOf(context),
    headers: headersOf(context),
    body: yield* Effect.promise(() => WebhookHttp.readBody(context.req.raw, webhookBytes))
  }
  return yield* answerWebhook(request, crypto.randomUUID())
})

export const mountWebhooks = (
  app: Hono,
  runtime: HostRuntime<Intake | TelephonyProviders.TelephonyProviders>
): void => {
  const handle = async (context: Context): Promise<Response> => {
    const exit = await runtime.runPromiseExit(answer(context))
    // The client went away while its body was read: nobody hears the answer.
    if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
    return WebhookHttp.toResponse(exit.value)
  }
  for (const path of ["/api/v1/webhooks/*", "/api/webhooks/*"]) app.on(["POST", "GET"], path, handle)
}
