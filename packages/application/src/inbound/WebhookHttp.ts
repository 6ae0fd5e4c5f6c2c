/** Converts the web's `Request` and `Response`, which every framework can make, from and to a webhook. */
import type { Telephony } from "@careline/ports"

/** Path and query as they came; a `Request` knows them only as a part of its URL. */
export const targetOf = ({ url }: Request): string => url.slice(url.indexOf("/", url.indexOf("//") + 2))

/**
 * The body of a request, or `null` as soon as it is larger than it may be: nothing beyond that is kept. Who has the announced
 * length at hand spares the request its `Headers`.
 */
export const readBody = async (
  request: Request,
  maxBytes: number,
  length: string | null = request.headers.get("content-length")
): Promise<Uint8Array | null> => {
  if (Number(length ?? 0) > maxBytes) return null
  // A server lets no more through than the length that was announced.
  if (length !== null) return new Uint8Array(await request.arrayBuffer())
  const chunks: Array<Uint8Array> = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) return null
    chunks.push(chunk)
  }
  return joined(chunks, size)
}

const joined = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  const body = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.byteLength
  }
  return body
}

/** A reply as a response. */
export const toResponse = ({ body, headers, status }: Telephony.HttpReply): Response =>
  new Response(status === 204 ? null : body, { status, headers })
