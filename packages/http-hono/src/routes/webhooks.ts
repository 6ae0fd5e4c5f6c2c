/** Where providers call. Nothing is parsed here: the adapter gets the bytes as they came. */
import type { IncomingMessage } from "node:http"
import { type Intake, receiveWebhook } from "@careline/application"
import type { Telephony, TelephonyProviders } from "@careline/ports"
import { Exit } from "effect"
import type { Context, Hono } from "hono"
import type { HostRuntime } from "../HostRuntime.ts"
import * as Problem from "../Problem.ts"
import { logFault, problemResponse } from "../Respond.ts"

/** A text of 1600 characters, percent-encoded four bytes each, with ten media URLs fits. */
export const MAX_WEBHOOK_BYTES = 64 * 1024

const tooLarge = Problem.problem("body-too-large", 413, "The body is too large", {
  detail: `A webhook may have ${MAX_WEBHOOK_BYTES} bytes`
})

const KINDS: ReadonlyArray<Telephony.WebhookKind> = ["sms", "status"]

/** Node's own request, where the host runs on Node: its target is as it came over the wire, which the signature covers. */
const incomingOf = (context: Context): IncomingMessage | undefined =>
  (context.env as { readonly incoming?: IncomingMessage } | undefined)?.incoming

const targetOf = (context: Context): string => {
  const { url } = context.req
  return incomingOf(context)?.url ?? url.slice(url.indexOf("/", url.indexOf("//") + 2))
}

/** Node has them in lower case already. Only `set-cookie`, which no request has, would be a list. */
const headersOf = (context: Context): Telephony.RawRequest["headers"] => {
  const incoming = incomingOf(context)
  if (incoming === undefined) return context.req.header()
  return incoming.headers as Readonly<Record<string, string | undefined>>
}

const rawRequest = async (context: Context): Promise<Telephony.RawRequest | null> => {
  if (Number(context.req.header("content-length") ?? 0) > MAX_WEBHOOK_BYTES) return null
  const body = new Uint8Array(await context.req.arrayBuffer())
  return body.byteLength > MAX_WEBHOOK_BYTES
    ? null
    : { method: context.req.method, target: targetOf(context), headers: headersOf(context), body }
}

export const mountWebhooks = (
  app: Hono,
  runtime: HostRuntime<Intake | TelephonyProviders.TelephonyProviders>
): void => {
  for (const kind of KINDS) {
    const handle = async (context: Context): Promise<Response> => {
      const request = await rawRequest(context)
      if (request === null) return problemResponse(context, tooLarge)
      const exit = await runtime.runPromiseExit(receiveWebhook(context.req.param("provider") ?? "", kind, request))
      if (Exit.isSuccess(exit)) {
        const { body, headers, status } = exit.value
        return new Response(status === 204 ? null : body, { status, headers })
      }
      const problem = Problem.ofCause(exit.cause)
      await runtime.runPromiseExit(logFault(context, exit.cause, problem.status))
      return problemResponse(context, problem)
    }
    for (const prefix of ["/api/v1/webhooks", "/api/webhooks"]) {
      app.on(["POST", "GET"], `${prefix}/:provider/${kind}`, handle)
    }
  }
}
