/** Where a request came from, for what is counted by address. */
import type { IncomingMessage } from "node:http"
import { isIPv6 } from "node:net"
import type { Context } from "hono"

/** Nobody tells, as with a request that never went through a socket. */
const UNKNOWN = "unknown"

const peerOf = (context: Context): string =>
  (context.env as { readonly incoming?: IncomingMessage } | undefined)?.incoming?.socket.remoteAddress ?? UNKNOWN

/** Of IPv6 the network: who has one address has 2^64 of them (RFC 6177). */
const networkOf = (address: string): string => {
  if (!isIPv6(address) || address.startsWith("::ffff:")) return address
  const [head = "", tail] = address.split("::")
  const groups = head.split(":")
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(":").length
  const whole =
    tail === undefined ? groups : [...groups, ...Array<string>(Math.max(missing, 0)).fill("0"), ...tail.split(":")]
  return `${whole.slice(0, 4).join(":")}::/64`
}

/**
 * The address of the client. Each proxy in front of the host adds one entry to `X-Forwarded-For`: with `proxies` of them
 * that many are to be trusted, counted from the end; what stands before them anybody may have written.
 */
export const clientAddress = (context: Context, proxies: number): string => {
  if (proxies === 0) return networkOf(peerOf(context))
  const forwarded = (context.req.header("x-forwarded-for") ?? "").split(",").map((entry) => entry.trim())
  const address = forwarded.at(-proxies)
  return networkOf(address === undefined || address === "" ? peerOf(context) : address)
}
