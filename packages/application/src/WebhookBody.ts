/** The bytes of a webhook, as they came. */

/** The body of a request, or `null` as soon as it is larger than it may be: nothing beyond that is kept. */
export const readBody = async (request: Request, maxBytes: number): Promise<Uint8Array | null> => {
  const length = request.headers.get("content-length")
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
