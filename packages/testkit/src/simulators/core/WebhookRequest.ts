/** One try at a webhook, over plain sockets: it has to know whether it failed to connect, to be answered, or halfway. */
import { Agent as HttpAgent, request as requestHttp } from "node:http"
import { Agent as HttpsAgent, request as requestHttps } from "node:https"

/** The parameters of a form, in their order. */
export type Form = ReadonlyArray<readonly [string, string]>

/** As it is sent. */
export const encode = (form: Form): string =>
  new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])).toString()

/** How a try at a webhook ended: with a status, never connected, not answered in time, or cut off. */
export type Answer = number | "connection" | "timeout" | "reset"

export interface WebhookAnswer {
  readonly answer: Answer
  readonly contentType: string
  readonly body: string
  /** Whether the answer had begun and broke off: such a try is not repeated. */
  readonly isPartial: boolean
}

export interface WebhookRequest {
  /** `POST` when not given. */
  readonly method?: "GET" | "POST" | undefined
  /** Without a fragment. User info in it is sent as Basic authentication. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Until the connection is there; until the answer, and between two packets of it. In milliseconds. */
  readonly timeouts: { readonly connectTimeout: number; readonly readTimeout: number }
  /** What is left of the time for all tries, in milliseconds. */
  readonly totalTime: number
}

/** More of an answer than this is not kept. */
const MAX_ANSWER_BYTES = 64 * 1024

// A connection of its own for each try: one that was kept could be closed under it, which would look like a reset.
const agents = { http: new HttpAgent({ keepAlive: false }), https: new HttpsAgent({ keepAlive: false }) }

const nobody = (answer: Answer): WebhookAnswer => ({ answer, contentType: "", body: "", isPartial: false })

export const send = ({
  body,
  headers,
  method = "POST",
  timeouts,
  totalTime,
  url
}: WebhookRequest): Promise<WebhookAnswer> =>
  new Promise((resolve) => {
    if (!URL.canParse(url)) return resolve(nobody("connection"))
    const isTls = url.toLowerCase().startsWith("https:")
    const content = Buffer.from(body)
    let failure: Answer = "connection"
    const request = (isTls ? requestHttps : requestHttp)(url, {
      method,
      agent: isTls ? agents.https : agents.http,
      headers: { ...headers, "content-length": content.length }
    })
    const giveUp = (answer: Answer) => () => {
      failure = answer
      request.destroy(new Error(String(answer)))
    }
    const connecting = setTimeout(giveUp("connection"), timeouts.connectTimeout)
    const everything = setTimeout(giveUp("timeout"), Math.max(1, totalTime))
    const end = (answer: WebhookAnswer) => {
      clearTimeout(connecting)
      clearTimeout(everything)
      resolve(answer)
    }
    request.once("socket", (socket) =>
      socket.once(isTls ? "secureConnect" : "connect", () => {
        clearTimeout(connecting)
        failure = "reset"
        socket.setTimeout(timeouts.readTimeout, giveUp("timeout"))
      })
    )
    request.on("error", () => end(nobody(failure)))
    request.on("response", (response) => {
      const chunks: Array<Buffer> = []
      let size = 0
      const finish = (isPartial: boolean) =>
        end({
          answer: response.statusCode ?? 0,
          contentType: response.headers["content-type"] ?? "",
          body: Buffer.concat(chunks).toString("utf8"),
          isPartial
        })
      response.on("data", (chunk: Buffer) => {
        size += chunk.length
        if (size <= MAX_ANSWER_BYTES) chunks.push(chunk)
      })
      response.once("end", () => finish(false))
      response.once("error", () => finish(true))
    })
    request.end(content)
  })

export const isAccepted = ({ answer, isPartial }: WebhookAnswer): boolean =>
  typeof answer === "number" && answer >= 200 && answer < 300 && !isPartial

/** The same JSON as no serializer of ours would write it: a space after each field's name, and its letters escaped. */
export const unusualJson = (json: string): string =>
  json
    .replaceAll('":', '": ')
    .replace(/[^\x20-\x7E]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`)
