/** The HTTP server under a simulator, on 127.0.0.1. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"

export const MAX_REQUEST_BYTES = 1024 * 1024

export interface HttpServer {
  readonly url: string
  /** Ends what hangs as well. */
  readonly close: () => Promise<void>
}

/** A request with its body, `null` when it is too large. */
export interface Incoming {
  readonly request: IncomingMessage
  readonly url: URL
  readonly body: string | null
}

const readBody = async (request: IncomingMessage): Promise<string | null> => {
  const chunks: Array<Buffer> = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= MAX_REQUEST_BYTES) chunks.push(chunk)
  }
  return size > MAX_REQUEST_BYTES ? null : Buffer.concat(chunks).toString("utf8")
}

/** `port` 0 is a free one. A handler that throws is answered with `crashed`. */
export const listen = (
  port: number,
  handle: (incoming: Incoming, response: ServerResponse) => Promise<void>,
  crashed: (response: ServerResponse) => void
): Promise<HttpServer> =>
  new Promise((resolve, reject) => {
    const answer = async (request: IncomingMessage, response: ServerResponse) => {
      const body = await readBody(request)
      await handle({ request, body, url: new URL(`http://127.0.0.1${request.url ?? "/"}`) }, response)
    }
    const server = createServer((request, response) => {
      answer(request, response).catch(() => {
        if (!response.headersSent) crashed(response)
      })
    })
    server.once("error", reject)
    server.listen(port, "127.0.0.1", () => {
      const address = server.address()
      resolve({
        url: `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : port}`,
        close: () =>
          new Promise<void>((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          })
      })
    })
  })

/** A parameter that counts, such as a page or its size. */
export const naturalOf = (text: string | null, otherwise: number): number =>
  text !== null && /^\d{1,9}$/.test(text) ? Number(text) : otherwise

export const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {}
): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(JSON.stringify(body))
}
