/** Finds the address that a request came from, for limits by address. */
import type { IncomingMessage } from "node:http"
import { isIP, isIPv6 } from "node:net"
import type { Context } from "hono"

/** Nobody tells, as with a request that never went through a socket. */
const UNKNOWN = "unknown"

const peerOf = (context: Context): string =>
  (context.env as { readonly incoming?: IncomingMessage } | undefined)?.incoming?.socket.remoteAddress ?? UNKNOWN

const IPV4_IN_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** The address without a port, `203.0.113.9:51234` or `[2001:db8::1]:443`; `null` for what is none. */
const bare = (entry: string): string | null => {
  const address = /^\[(.+)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry
  const plain = IPV4_IN_IPV6.exec(address)?.[1] ?? address
  return isIP(plain) === 0 ? null : plain
}

/** Of IPv6 the network, in one way of writing: who has one address has 2^64 of them (RFC 6177). */
const networkOf = (address: string): string => {
  if (!isIPv6(address)) return address
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = [], tail = []] = written.split("::").map((part) => (part === "" ? [] : part.split(":")))
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill("0")
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(":")}::/64`
}

/**
 * The address of the client. Each proxy in front of the host adds one entry to `X-Forwarded-For`: with `proxies` of them
 * that many are to be trusted, counted from the end; what stands before them anybody may have written.
 */
export const clientAddress = (context: Context, proxies: number): string => {
  const forwarded = (context.req.header("x-forwarded-for") ?? "").split(",").map((entry) => entry.trim())
  const named = proxies === 0 ? undefined : forwarded.at(-proxies)
  const address = bare(named ?? "") ?? bare(peerOf(context))
  return address === null ? UNKNOWN : networkOf(address)
}
