/** Webhooks as functions from the web's own `Request` to its `Response`, which any framework can mount. */
import type { Telephony } from "@careline/ports"
import type { WebhookRequest } from "../ReceiveWebhook.ts"

/** Path and query as they came; a `Request` knows them only as a part of its URL. */
const targetOf = ({ url }: Request): string => url.slice(url.indexOf("/", url.indexOf("//") + 2))

/** The bytes as they came, or `null` as soon as there are too many. */
const bodyOf = async (request: Request, maxBytes: number): Promise<Uint8Array | null> => {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return null
  const chunks: Array<Uint8Array> = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) return null
    chunks.push(chunk)
  }
  const body = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.byteLength
  }
  return body
}

export const toWebhookRequest = async (request: Request, maxBytes: number): Promise<WebhookRequest> => ({
  method: request.method,
  target: targetOf(request),
  headers: Object.fromEntries(request.headers),
  body: await bodyOf(request, maxBytes)
})

export const toResponse = ({ body, headers, status }: Telephony.HttpReply): Response =>
  new Response(status === 204 ? null : body, { status, headers })
