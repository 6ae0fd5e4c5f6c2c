/** One request for bytes and its answer, read up to a limit. Redirects are answers here. */
import { TelephonyError } from "@careline/ports"
import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from "node:http"
import { request as requestHttps } from "node:https"
import { isIP, type LookupFunction } from "node:net"
import { Effect } from "effect"
import * as ProviderFailure from "../ProviderFailure.ts"
import type { Addresses } from "./Addresses.ts"
import { hostOf } from "./AllowedUrl.ts"
import type { Network } from "./Network.ts"

const HTTPS_PORT = 443

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Only a 200 is read. */
  readonly bytes: Uint8Array | null
}

export interface Request {
  readonly url: URL
  /** The only addresses that may be connected to; `null` where the operator vouches for the host. */
  readonly addresses: Addresses | null
  readonly headers: Readonly<Record<string, string>>
  readonly maxBytes: number
}

const tooLarge = new TelephonyError.Refused({ message: "more bytes than may be downloaded", code: "too_large" })
const encoded = new TelephonyError.Refused({ message: "an encoding that was not asked for", code: "content_encoding" })
const cutOff = new TelephonyError.Unavailable({ message: "the answer ended too early", code: null })

/** In the place of a resolver: whatever name is asked for, these are its addresses. */
const pin =
  (addresses: Addresses): LookupFunction =>
  (_host, { all }, done) =>
    all === true ? done(null, [...addresses]) : done(null, addresses[0].address, addresses[0].family)

const open = (network: Network, { addresses, headers, url }: Request) => {
  // A compressed answer is as large as its sender likes once it is unpacked.
  const options = { method: "GET", headers: { ...headers, "accept-encoding": "identity" } }
  if (url.protocol === "http:") return requestHttp(url, { ...options, agent: false })
  const host = hostOf(url)
  const port = url.port === "" ? HTTPS_PORT : Number(url.port)
  const lookup = addresses === null ? {} : { lookup: pin(addresses) }
  return requestHttps(url, {
    ...options,
    defaultPort: HTTPS_PORT,
    // No pool, whose connections were made for others, and no proxy of the environment, which would resolve anew.
    createConnection: () =>
      network.connect({ host, port, servername: isIP(host) === 0 ? host : "", rejectUnauthorized: true, ...lookup })
  })
}

/** What stands against reading the answer, by its headers. */
const objection = ({ headers }: IncomingMessage, maxBytes: number): TelephonyError.TelephonyErrorReason | null => {
  if (Number(headers["content-length"] ?? 0) > maxBytes) return tooLarge
  return (headers["content-encoding"] ?? "identity") === "identity" ? null : encoded
}

/** Interrupted, it ends the connection. */
export const exchange = (
  network: Network,
  request: Request
): Effect.Effect<Answer, TelephonyError.TelephonyErrorReason> =>
  Effect.callback((resume) => {
    const outgoing = open(network, request)
    const end = (outcome: Effect.Effect<Answer, TelephonyError.TelephonyErrorReason>) => {
      outgoing.destroy()
      resume(outcome)
    }
    outgoing.on("error", (error) => end(Effect.fail(ProviderFailure.toReason(ProviderFailure.ofNetwork(error)))))
    outgoing.on("response", (incoming) => {
      const { headers, statusCode: status = 0 } = incoming
      if (status !== 200) return end(Effect.succeed({ status, headers, bytes: null }))
      const against = objection(incoming, request.maxBytes)
      if (against !== null) return end(Effect.fail(against))
      const chunks: Array<Uint8Array> = []
      let size = 0
      incoming.on("data", (chunk: Uint8Array) => {
        size += chunk.byteLength
        if (size > request.maxBytes) return end(Effect.fail(tooLarge))
        chunks.push(chunk)
      })
      incoming.on("end", () => end(Effect.succeed({ status, headers, bytes: new Uint8Array(Buffer.concat(chunks)) })))
      incoming.on("error", () => end(Effect.fail(cutOff)))
    })
    outgoing.end()
    return Effect.sync(() => outgoing.destroy())
  })
