/**
 * The one way in which recordings and pictures come from a provider. Their URLs stand in webhooks, and so may have been
 * written by somebody else (OWASP ASVS 5.0, 1.3.6 and 13.2.4): whichever they are, no request reaches a host that is not
 * listed, nor a machine that is not on the public internet, and no credential leaves for another origin.
 *
 * A host is resolved once and its addresses are all checked; the connection is made to those, whatever the name has
 * become since. Redirects are followed one by one, each under the same rules.
 */
import { TelephonyError } from "@careline/ports"
import { Effect } from "effect"
import * as ProviderFailure from "../ProviderFailure.ts"
import { forbidden, resolve } from "./Addresses.ts"
import { type AllowedUrl, allowedUrl } from "./AllowedUrl.ts"
import { type Answer, exchange } from "./Exchange.ts"
import { network as machine, type Network } from "./Network.ts"

/** How many redirects are followed. Twilio's recordings take one. */
export const MAX_REDIRECTS = 3

/** Where a download may go, with what, and how much it may bring. */
export interface DownloadOptions {
  /** Host names, in lower case: `api.twilio.com`, or `*.twiliocdn.com` for every name below `twiliocdn.com`. */
  readonly hosts: ReadonlyArray<string>
  /**
   * The URL of a simulator or a proxy that an operator configured; `null` for none. Its origin, and no other, may be
   * without TLS and on a private network.
   */
  readonly trustedOrigin: string | null
  /** Sent to the origin of the first URL only: credentials belong here, where that origin is theirs. */
  readonly headers: Readonly<Record<string, string>>
  /** Of the content. */
  readonly maxBytes: number
  /** For the whole, redirects included. */
  readonly timeoutMillis: number
}

/** What came. */
export interface Download {
  readonly bytes: Uint8Array
  /** As the server declares it, which proves nothing: `image/jpeg; q=1`. */
  readonly contentType: string | null
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

const noAnswer = new TelephonyError.Unavailable({ message: "no answer in time", code: null })
const tooManyRedirects = new TelephonyError.Refused({ message: "too many redirects", code: "too_many_redirects" })

const reasonOf = ({ headers, status }: Answer): TelephonyError.TelephonyErrorReason =>
  status === 410
    ? new TelephonyError.NotFound({ message: "HTTP 410", code: null })
    : TelephonyError.fromStatus(status, null, ProviderFailure.retryAfterMillis(headers["retry-after"]))

const follow = Effect.fnUntraced(function* (
  url: string,
  options: DownloadOptions,
  network: Network
): Effect.fn.Return<Download, TelephonyError.TelephonyErrorReason> {
  let target: AllowedUrl | null = allowedUrl(url, options, null)
  const origin = target?.url.origin
  for (let redirected = 0; redirected <= MAX_REDIRECTS; redirected++) {
    if (target === null) return yield* Effect.fail(forbidden)
    const current: URL = target.url
    const answer: Answer = yield* exchange(network, {
      url: current,
      addresses: target.isTrusted ? null : yield* resolve(network, current.hostname),
      headers: current.origin === origin ? options.headers : {},
      maxBytes: options.maxBytes
    })
    const { bytes, headers, status } = answer
    if (bytes !== null) return { bytes, contentType: headers["content-type"] ?? null }
    if (!redirects.has(status) || headers.location === undefined) return yield* Effect.fail(reasonOf(answer))
    target = allowedUrl(headers.location, options, current)
  }
  return yield* Effect.fail(tooManyRedirects)
})

/**
 * The bytes behind a URL that a provider gave. Fails with `Unauthorised` after 401 and 403, with `TelephonyError.NotFound` after 404 and
 * 410, with `RateLimited` after 429, with `TelephonyError.Unavailable` when the network, the server or the time fails, and with `TelephonyError.Refused`
 * when it must not be: `forbidden_url`, `too_many_redirects`, `too_large`, `content_encoding`. No URL, header or address
 * stands in an error.
 */
export const download = (
  url: string,
  options: DownloadOptions,
  network: Network = machine
): Effect.Effect<Download, TelephonyError.TelephonyErrorReason> =>
  Effect.timeoutOrElse(follow(url, options, network), {
    duration: options.timeoutMillis,
    orElse: () => Effect.fail(noAnswer)
  })
