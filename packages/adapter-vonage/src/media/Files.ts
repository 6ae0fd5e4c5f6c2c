/**
 * Recordings and pictures at Vonage: fetched in the application's name from Vonage's own hosts, and from nowhere else.
 * Sources: developer.vonage.com/voice/voice-api/guides/recording, /messages/concepts/secure-inbound-media.
 */
import { ProviderFailure } from "@careline/adapter-kit"
import { TelephonyError } from "@careline/ports"
import { download, type Download } from "@careline/adapter-kit/download"
import { Effect } from "effect"
import * as Request from "../client/Request.ts"
import type { VonageSettings } from "../client/VonageOptions.ts"

/** Files are kept by the region that a call or a text was in: `api-us.nexmo.com`, `api-eu-3.vonage.com`. */
const HOSTS = ["*.nexmo.com", "*.vonage.com"]
const OWN_ORIGIN = /^https:\/\/(api[a-z0-9-]*\.nexmo\.com|([a-z0-9-]+\.)+vonage\.com)\//

const RECORDING = /^https?:\/\/[^/?#@\s\\]{1,255}\/v1\/files\/[\w-]{1,128}$/
const MEDIA = /^https?:\/\/[^/?#@\s\\]{1,255}\/v\d\/media\/[\w-]{1,128}(\.\w{1,8})?$/

/** Whether it may be the URL of a recording, on whichever host. */
export const isRecording = (url: unknown): url is string => typeof url === "string" && RECORDING.test(url)

/** Whether it may be the URL of what came with a text, on whichever host. */
export const isMedia = (url: unknown): url is string => typeof url === "string" && MEDIA.test(url)

const isTrusted = (url: string, apiBaseUrl: string | null): boolean =>
  apiBaseUrl !== null && URL.canParse(url) && new URL(url).origin === new URL(apiBaseUrl).origin

const forbidden = new TelephonyError.Refused({ message: "not a URL of Vonage's", code: "forbidden_url" })

/** The token leaves for the URL's own origin, which has to be Vonage's or the operator's. */
export const fetch = Effect.fnUntraced(function* (
  { apiBaseUrl, timeoutMillis }: Pick<VonageSettings, "apiBaseUrl" | "timeoutMillis">,
  access: Request.Access,
  url: string,
  maxBytes: number
): Effect.fn.Return<Download, TelephonyError.TelephonyErrorReason> {
  if (!OWN_ORIGIN.test(url) && !isTrusted(url, apiBaseUrl)) return yield* Effect.fail(forbidden)
  const authorization = yield* Effect.mapError(
    Request.call(access, (sdk) => sdk.bearer()),
    ProviderFailure.toReason
  )
  return yield* download(url, {
    hosts: HOSTS,
    trustedOrigin: apiBaseUrl,
    headers: { authorization },
    maxBytes,
    timeoutMillis
  })
})

/** The same, for a URL of a kind. */
export const fetchKnown = (
  isKnown: (url: unknown) => boolean,
  ...of: Parameters<typeof fetch>
): Effect.Effect<Download, TelephonyError.TelephonyErrorReason> =>
  isKnown(of[2]) ? fetch(...of) : Effect.fail(forbidden)
