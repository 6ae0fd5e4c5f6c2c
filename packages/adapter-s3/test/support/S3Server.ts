/**
 * A bucket on this machine, as Amazon describes it: signatures, checksums, encryption headers, parts, and answers that say
 * something else than asked for. The real SDK talks to it.
 */
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http"
import { type Account, type Refusal, refusalOf } from "./SigV4.ts"

export const account: Account = { accessKeyId: "canary-key-id", secretAccessKey: "canary-secret-access-key" }
export const BUCKET = "recordings"

interface Kept {
  readonly bytes: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** A request as it came over the wire. */
interface Sent {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

export interface S3Server {
  readonly url: string
  readonly sent: ReadonlyArray<Sent>
  /** By key, to be damaged. */
  readonly kept: Map<string, Kept>
  /** What comes in the place of the next answers: `reset` breaks the connection off, `hang` never answers. */
  readonly next: Array<Refusal | "reset" | "hang">
  /** Whether it knows checksums: older servers, and many that are not Amazon's, do not. */
  checksums: boolean
}

const refuse = (response: ServerResponse, { code, status }: Refusal): void => {
  response.writeHead(status, { "content-type": "application/xml" })
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>canary-message</Message></Error>`)
}

const overrides = (query: URLSearchParams): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...query].flatMap(([name, value]) =>
      name.startsWith("response-") ? [[name.slice("response-".length), value] as const] : []
    )
  )

const partOf = (range: string | undefined, size: number): readonly [number, number] | null => {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? []
  if (first + last === "") return null
  if (first === "") return [Math.max(0, size - Number(last)), size]
  return [Number(first), last === "" ? size : Math.min(size, Number(last) + 1)]
}

const answer = (server: S3Server, request: IncomingMessage, body: Buffer, response: ServerResponse): void => {
  const { headers, method = "", url = "" } = request
  const planned = server.next.shift()
  if (planned === "hang") return
  if (planned === "reset") return void request.socket.destroy()
  if (planned !== undefined) return refuse(response, planned)
  const refusal = refusalOf(request, body, account)
  if (refusal !== null) return refuse(response, refusal)
  const { pathname, searchParams } = new URL(url, server.url)
  const key = pathname.startsWith(`/${BUCKET}/`) ? pathname.slice(BUCKET.length + 2) : null
  if (key === null) return refuse(response, { status: 404, code: "NoSuchBucket" })

  if (method === "PUT") {
    const checksum = headers["x-amz-checksum-sha256"]
    const sha256 = createHash("sha256").update(body).digest("base64")
    if (server.checksums && checksum !== undefined && checksum !== sha256) {
      return refuse(response, { status: 400, code: "BadDigest" })
    }
    const own = Object.entries(headers).filter(([name]) => name.startsWith("x-amz-meta-") || name === "content-type")
    server.kept.set(key, { bytes: body, headers: Object.fromEntries(own) as Kept["headers"] })
    response.writeHead(200, {
      etag: `"${createHash("md5").update(body).digest("hex")}"`,
      ...(server.checksums && checksum !== undefined ? { "x-amz-checksum-sha256": checksum } : {})
    })
    return void response.end()
  }
  if (method === "DELETE") {
    server.kept.delete(key)
    return void response.writeHead(204).end()
  }
  const found = server.kept.get(key)
  if (found === undefined) return refuse(response, { status: 404, code: "NoSuchKey" })
  const size = found.bytes.length
  const part = partOf(headers.range, size)
  if (part !== null && part[0] >= size) {
    response.setHeader("content-range", `bytes */${size}`)
    return refuse(response, { status: 416, code: "InvalidRange" })
  }
  const [start, end] = part ?? [0, size]
  response.writeHead(part === null ? 200 : 206, {
    ...found.headers,
    ...overrides(searchParams),
    "accept-ranges": "bytes",
    "content-length": String(end - start),
    ...(part === null ? {} : { "content-range": `bytes ${start}-${end - 1}/${size}` })
  })
  response.end(found.bytes.subarray(start, end))
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The server, until the end of the scope. */
export const scoped = Effect.map(
  Effect.acquireRelease(
    Effect.callback<S3Server & { readonly close: () => Promise<void> }>((resume) => {
      const sent: Array<Sent> = []
      const server = createServer((request, response) => {
        const { headers, method = "", url = "" } = request
        sent.push({ method, url, headers })
        bodyOf(request).then(
          (body) => answer(made, request, body, response),
          () => response.destroy()
        )
      })
      const made = {
        url: "",
        sent,
        kept: new Map<string, Kept>(),
        next: [] as S3Server["next"],
        checksums: true,
        close: () =>
          new Promise<void>((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          })
      }
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        made.url = `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`
        resume(Effect.succeed(made))
      })
    }),
    (server) => Effect.promise(() => server.close())
  ),
  (server): S3Server => server
)
