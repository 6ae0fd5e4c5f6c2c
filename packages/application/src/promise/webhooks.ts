/** Between the web's own `Request` and `Response`, which every framework can make, and a webhook. */
import type { Telephony } from "@careline/ports"

/** Path and query as they came; a `Request` knows them only as a part of its URL. */
export const targetOf = ({ url }: Request): string => url.slice(url.indexOf("/", url.indexOf("//") + 2))

/** A reply as a response. */
export const toResponse = ({ body, headers, status }: Telephony.HttpReply): Response =>
  new Response(status === 204 ? null : body, { status, headers })
