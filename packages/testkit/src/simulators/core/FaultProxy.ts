/**
 * Stands between an adapter and its provider, and loses answers: the request arrives, is processed, and nobody hears of it.
 * The worst that a network does to a text.
 */
import { createServer, request as requestHttp, type IncomingMessage, type ServerResponse } from "node:http"
import { Effect, type Scope } from "effect"

export interface FaultProxyOptions {
  /** The provider's base URL. */
  readonly target: string
  /** Whether the answer to a POST that the provider has processed is lost. */
  readonly loses: () => boolean
}

export interface FaultProxy {
  /** What stands in the place of the target. */
  readonly url: string
  /** Answers lost so far. */
  readonly lost: () => number
}

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const forward = (target: URL, request: IncomingMessage, body: Buffer) =>
  new Promise<{ readonly answer: IncomingMessage; readonly body: Buffer }>((resolve, reject) => {
    const onward = requestHttp(
      { host: target.hostname, port: target.port, method: request.method, path: request.url, headers: request.headers },
      (answer) => bodyOf(answer).then((answered) => resolve({ answer, body: answered }), reject)
    )
    onward.once("error", reject)
    onward.end(body)
  })

const start = ({ loses, target }: FaultProxyOptions) =>
  new Promise<FaultProxy & { readonly close: () => Promise<void> }>((resolve) => {
    const provider = new URL(target)
    let lost = 0
    const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const { answer, body } = await forward(provider, request, await bodyOf(request))
      if (request.method === "POST" && loses()) {
        lost++
        response.socket?.resetAndDestroy()
      } else {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        response.end(body)
      }
    }
    const server = createServer((request, response) => {
      handle(request, response).catch(() => response.socket?.resetAndDestroy())
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = address !== null && typeof address === "object" ? address.port : 0
      resolve({
        url: `http://127.0.0.1:${port}${provider.pathname.replace(/\/$/, "")}`,
        lost: () => lost,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          })
      })
    })
  })

/** A proxy for as long as the scope is open. */
export const scoped = (options: FaultProxyOptions): Effect.Effect<FaultProxy, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => start(options)),
    ({ close }) => Effect.promise(close)
  )
