/** Which URLs may be downloaded from, before any name is resolved. */
import { isIP } from "node:net"

export interface AllowedUrls {
  /** Host names, in lower case: `api.twilio.com`, or `*.twiliocdn.com` for every name below `twiliocdn.com`. */
  readonly hosts: ReadonlyArray<string>
  /** The URL of a simulator or a proxy that an operator configured. */
  readonly trustedOrigin: string | null
}

export interface AllowedUrl {
  readonly url: URL
  /** Whether its origin is the operator's, so that its address is not looked at. */
  readonly isTrusted: boolean
}

/** The host of a URL as a connection takes it: an IPv6 address without its brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, "$1")

const isListed = (host: string, pattern: string): boolean =>
  pattern.startsWith("*.") ? host.length > pattern.length - 1 && host.endsWith(pattern.slice(1)) : host === pattern

const originOf = (url: string | null): string | null => (url !== null && URL.canParse(url) ? new URL(url).origin : null)

/**
 * The URL, when it may be downloaded from; otherwise `null`. It is an https URL of a listed host, on the port of https and
 * without credentials of its own, or one of the trusted origin. No origin is left for one without TLS: `from` is the URL
 * that redirected here.
 */
export const allowedUrl = (reference: string, allowed: AllowedUrls, from: URL | null): AllowedUrl | null => {
  const base = from ?? undefined
  if (!URL.canParse(reference, base?.href)) return null
  const url = new URL(reference, base)
  if (url.username !== "" || url.password !== "") return null
  if (from?.protocol === "https:" && url.protocol !== "https:") return null
  const isWeb = url.protocol === "https:" || url.protocol === "http:"
  if (isWeb && url.origin === originOf(allowed.trustedOrigin)) return { url, isTrusted: true }
  const host = hostOf(url)
  if (url.protocol !== "https:" || url.port !== "" || isIP(host) !== 0) return null
  return allowed.hosts.some((pattern) => isListed(host, pattern)) ? { url, isTrusted: false } : null
}
