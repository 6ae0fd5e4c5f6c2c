/** What Acme shows of calls, recordings and files when it is asked, and what it received. */
import { randomUUID } from "node:crypto"
import type { ServerResponse } from "node:http"
import { SimulatorKit } from "../../src/simulators/index.ts"
import type { Extra } from "./AcmeVoice.ts"

const { HttpServer } = SimulatorKit

type Calls = SimulatorKit.CallEngine<Extra>
interface File {
  readonly bytes: Uint8Array
  readonly contentType: string
}

const send = (response: ServerResponse, { bytes, contentType }: File): void => {
  response.writeHead(200, { "content-type": contentType, "content-length": bytes.length })
  response.end(bytes)
}

const gone = (response: ServerResponse): void => HttpServer.json(response, 404, { code: "not-found" })

const callOf = ({ endedAt, from, id, isInbound, own, to }: SimulatorKit.LiveCall) => ({
  id,
  from: from?.slice(1) ?? "0",
  to: to.slice(1),
  inbound: isInbound,
  over: endedAt !== null,
  at: endedAt?.getTime() ?? 0,
  status: own.status,
  seconds: own.status === "completed" ? own.seconds : null
})

const historyOf = (calls: Calls, ledger: SimulatorKit.Ledger) => ({
  messages: ledger.messages.map(({ body, createdAt, direction, from, id, mediaUrls, to }) => ({
    kind: "text",
    id,
    from: from.slice(1),
    to: to.slice(1),
    text: body,
    media: mediaUrls.map((url) => ({ url, contentType: "image/png" })),
    at: createdAt.getTime(),
    inbound: direction === "inbound"
  })),
  calls: calls.calls.map(callOf),
  recordings: calls.recordings.all
    .filter(({ state }) => state === "kept")
    .map(({ callId, createdAt, id, seconds }) => ({ id: callId, recording: id, seconds, at: createdAt.getTime() }))
})

export const acmeVoiceApi = (calls: Calls, ledger: SimulatorKit.Ledger, origin: () => string) => {
  const files = new Map<string, File>()

  const file = (method: string, response: ServerResponse, path: string): void => {
    const found = files.get(path)
    if (found === undefined) return gone(response)
    if (method !== "DELETE") return send(response, found)
    files.delete(path)
    HttpServer.json(response, 200, {})
  }

  const recording = (method: string, response: ServerResponse, [, id = "", what]: ReadonlyArray<string>): void => {
    if (method === "DELETE") {
      return calls.recordings.delete(id) ? HttpServer.json(response, 200, {}) : gone(response)
    }
    if (what === "transcript") {
      const found = calls.recordings.find(id)
      return HttpServer.json(response, 200, { text: found?.isTranscribed === true ? found.words : null })
    }
    const found = calls.recordings.take(id)
    return found === undefined ? gone(response) : send(response, { bytes: found.bytes, contentType: "audio/wav" })
  }

  return {
    host: (one: File): string => {
      const path = `/files/${randomUUID()}`
      files.set(path, one)
      return origin() + path
    },
    /** Whether the request was for this, and is answered. */
    handle: (method: string, response: ServerResponse, { pathname }: URL): boolean => {
      const path = pathname.split("/").slice(1)
      if (path[0] === "files") file(method, response, pathname)
      else if (path[0] === "recordings") recording(method, response, path)
      else if (path[0] === "history") HttpServer.json(response, 200, historyOf(calls, ledger))
      else if (path[0] === "calls") {
        const call = calls.find(path[1] ?? "")
        if (call === undefined) gone(response)
        else HttpServer.json(response, 200, callOf(call))
      } else return false
      return true
    }
  }
}
