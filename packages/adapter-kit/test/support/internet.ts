/** An internet of one machine: real servers, the certificate of every host on them, and names that resolve as a test says. */
import type { LookupAddress } from "node:dns"
import { createServer as createPlainServer, type RequestListener, type Server } from "node:http"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import { connect } from "node:tls"
import { Effect } from "effect"
import { generate } from "selfsigned"
import type { Network } from "../../src/download/index.ts"

/** Public addresses, which nothing here ever connects to. */
export const PUBLIC_V4: LookupAddress = { address: "93.184.215.14", family: 4 }
export const PUBLIC_V6: LookupAddress = { address: "2606:2800:21f:cb07:6820:80da:af6b:8b2c", family: 6 }

const listen = (server: Server) =>
  Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )

/** A server without TLS on a private address, as a simulator is; its origin. */
export const servePlain = (handle: RequestListener) =>
  Effect.map(listen(createPlainServer(handle)), (port) => `http://127.0.0.1:${port}`)

const certificates = Effect.runSync(
  Effect.cached(
    Effect.promise(() =>
      generate([{ name: "commonName", value: "api.twilio.com" }], {
        keyType: "ec",
        algorithm: "sha256",
        extensions: [
          {
            name: "subjectAltName",
            altNames: ["api.twilio.com", "media.twiliocdn.com", "twiliocdn.com"].map((value) => ({ type: 2, value }))
          }
        ]
      })
    )
  )
)

/**
 * All of the public internet: whatever address is connected to, this server answers. `resolved` are the names that were
 * resolved, `connected` the addresses that connections were allowed to be made to.
 */
export const serveInternet = Effect.fnUntraced(function* (
  handle: RequestListener,
  lookup: (host: string) => ReadonlyArray<LookupAddress> = () => [PUBLIC_V4]
) {
  const { cert, private: key } = yield* certificates
  const port = yield* listen(createServer({ cert, key }, handle))
  const resolved: Array<string> = []
  const connected: Array<string> = []
  const network: Network = {
    lookup: (host, done) => {
      resolved.push(host)
      done(null, lookup(host))
    },
    connect: (options) => {
      const { host = "", lookup: pinned } = options
      if (pinned === undefined) connected.push(host)
      else {
        pinned(host, { all: true }, (_error, addresses) =>
          connected.push(...[addresses].flat().map((one) => (typeof one === "string" ? one : one.address)))
        )
      }
      const { lookup: _, ...others } = options
      return connect({ ...others, host: "127.0.0.1", port, ca: cert })
    }
  }
  return { network, resolved, connected }
})
