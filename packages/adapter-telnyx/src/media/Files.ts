/** Where Telnyx keeps recordings and pictures. Each is fetched from there and from nowhere else. */
import { TelephonyError } from "@careline/ports"
import { download, type Download } from "@careline/adapter-kit/download"
import { Effect, Redacted } from "effect"
import type { TelnyxSettings } from "../client/TelnyxOptions.ts"

type Options = Pick<TelnyxSettings, "apiKey" | "baseUrl" | "timeoutMillis">

const TELNYX = "*.telnyx.com"

/** Amazon's S3 in any region, with the bucket in the path or before it. Other machines there are anybody's. */
const S3 = /^([a-z0-9-]+\.)*s3([.-][a-z0-9-]+)?\.amazonaws\.com$/

const forbidden = new TelephonyError.Refused({ message: "not a URL of the provider's", code: "forbidden_url" })

const hostOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).hostname : null)

const isTelnyx = (url: string, baseUrl: string | null): boolean =>
  hostOf(url)?.endsWith(".telnyx.com") === true ||
  (baseUrl !== null && URL.canParse(url) && new URL(url).origin === new URL(baseUrl).origin)

const get = (
  { baseUrl, timeoutMillis }: Options,
  url: string,
  maxBytes: number,
  hosts: ReadonlyArray<string>,
  headers: Readonly<Record<string, string>>
): Effect.Effect<Download, TelephonyError.TelephonyErrorReason> =>
  download(url, { hosts, trustedOrigin: baseUrl, headers, maxBytes, timeoutMillis })

/**
 * What a link of the API's leads to: it is signed, so no credentials are sent with it, which S3 would refuse beside the
 * signature. A link that is fresh and refused may be good later.
 */
export const fetchSigned = (
  options: Options,
  url: string,
  maxBytes: number
): Effect.Effect<Download, TelephonyError.TelephonyErrorReason> => {
  const host = hostOf(url) ?? ""
  return get(options, url, maxBytes, S3.test(host) ? [TELNYX, host] : [TELNYX], {}).pipe(
    Effect.mapError((reason) =>
      reason._tag === "Unauthorised"
        ? new TelephonyError.Unavailable({ message: "the link was refused", code: null })
        : reason
    )
  )
}

/** A picture of a text. The key leaves for the URL's own origin, which has to be Telnyx's or the operator's. */
export const fetchOwn = (
  options: Options,
  url: string,
  maxBytes: number
): Effect.Effect<Download, TelephonyError.TelephonyErrorReason> =>
  Effect.suspend(() =>
    isTelnyx(url, options.baseUrl)
      ? get(options, url, maxBytes, [TELNYX, "s3.amazonaws.com"], {
          authorization: `Bearer ${Redacted.value(options.apiKey)}`
        })
      : Effect.fail(forbidden)
  )
