/** Routes that providers call. Nothing is parsed here: the adapter gets the bytes as they came. */
import type { IncomingMessage } from "node:http"
import {
  answerWebhook,
  Limits,
  noteRefusal,
  WebhookHttp,
  type WebhookRequest,
  type WebhookServices
} from "@careline/application"
import type { Telephony } from "@careline/ports"
import { Cause, Effect, Exit } from "effect"
import type { Context, Hono } from "hono"
import { clientAddress } from "../http/ClientAddress.ts"
import type { HostRuntime } from "../http/HostRuntime.ts"
import type { HttpOptions } from "../http/HttpOptions.ts"
import { ofFailure } from "../http/Problem.ts"
import { limiter } from "../openapi/RequestRates.ts"
import { nameRequest } from "../http/RequestId.ts"
import { problemResponse } from "../openapi/Respond.ts"

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

const answer = Effect.fnUntraced(function* (context: Context, proxies: number) {
  const { webhookBytes } = yield* Limits.Limits
  const headers = headersOf(context)
  const length = headers["content-length"] ?? null
  const request: WebhookRequest = {
    method: context.req.method,
    target: targetOf(context),
    headers,
    body: yield* Effect.promise(() => WebhookHttp.readBody(context.req.raw, webhookBytes, length))
  }
  return yield* answerWebhook(request, nameRequest(context), clientAddress(context, proxies))
})

export const mountWebhooks = (
  app: Hono,
  runtime: HostRuntime<WebhookServices>,
  { proxies, unsignedPerAddress }: Pick<HttpOptions, "proxies" | "unsignedPerAddress">
): void => {
  const count = limiter(unsignedPerAddress)
  const handle = async (context: Context): Promise<Response> => {
    const exit = await runtime.runPromiseExit(answer(context, proxies))
    // The client went away while its body was read: nobody hears the answer.
    if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
    if (!exit.value.isStrangers) return WebhookHttp.toResponse(exit.value)
    // Only then: what a provider signed is taken, however much comes from where it does.
    const address = clientAddress(context, proxies)
    const refused = await Effect.runPromise(Effect.option(Effect.flip(count(address))))
    if (refused._tag === "None") return WebhookHttp.toResponse(exit.value)
    const problem = ofFailure(refused.value)
    await runtime.runPromiseExit(noteRefusal({ operation: "webhook", status: problem.status, user: null, address }))
    return problemResponse(context, problem)
  }
  for (const path of ["/api/v1/webhooks/*", "/api/webhooks/*"]) app.on(["POST", "GET"], path, handle)
}
