/** A speech endpoint that reads requests as OpenAI's does: a real server, strict about the form that it is sent. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect, Redacted } from "effect"
import type { OpenAiOptions } from "../src/index.ts"

export interface Taken {
  readonly authorization: string | undefined
  readonly fields: Readonly<Record<string, string>>
  readonly file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array }
}

/** Answers a request that was found in order. */
export type Answer = (response: ServerResponse, taken: Taken) => void

export const sendJson = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { "content-type": "application/json" })
  response.end(JSON.stringify(body))
}

const known = new Set(["model", "language", "response_format"])

/** What is wrong with the form, in a word; or what it holds. */
const read = async (request: IncomingMessage): Promise<Taken | string> => {
  if (request.method !== "POST" || request.url !== "/v1/audio/transcriptions") return "path"
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const headers = { "content-type": request.headers["content-type"] ?? "" }
  const fields: Record<string, string> = {}
  let file: Taken["file"] | null = null
  for (const [name, value] of await new Response(Buffer.concat(chunks), { headers }).formData()) {
    if (typeof value !== "string") {
      if (name !== "file" || file !== null) return "file"
      file = { name: value.name, type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) }
    } else if (!known.has(name) || name in fields) return name
    else fields[name] = value
  }
  if (file === null) return "file"
  if (fields.model === undefined) return "model"
  if (fields.language !== undefined && !/^[a-z]{2}$/.test(fields.language)) return "language"
  return { authorization: request.headers.authorization, fields, file }
}

/** Options that point at a new endpoint, and what it took. */
export const serve = Effect.fnUntraced(function* (answer: Answer) {
  const taken: Array<Taken> = []
  const server = createServer((request, response) => {
    void read(request).then((one) => {
      if (typeof one === "string") return sendJson(response, 400, { error: { message: `Invalid: ${one}` } })
      taken.push(one)
      return answer(response, one)
    })
  })
  const port = yield* Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )
  const options: OpenAiOptions = {
    url: `http://127.0.0.1:${port}/v1`,
    apiKey: Redacted.make("canary-key"),
    model: "whisper-1",
    timeoutMillis: 5000
  }
  return { options, taken }
})
