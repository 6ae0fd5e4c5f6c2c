/** Recordings and pictures at Twilio: fetched with our credentials from Twilio's own API, and from nowhere else. */
import type { TelephonyError } from "@careline/ports"
import { download, type Download } from "@careline/adapter-kit/download"
import { Effect, Redacted } from "effect"
import type { TwilioSettings } from "../client/TwilioOptions.ts"

const API_ORIGIN = "https://api.twilio.com"
/** Where Twilio keeps what it stores with Amazon: its regions are Virginia, Ireland and Sydney. */
const S3_REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2"]
const S3_HOSTS = [
  "s3.amazonaws.com",
  "s3-external-1.amazonaws.com",
  "*.s3.amazonaws.com",
  ...S3_REGIONS.flatMap((region) => [
    `s3.${region}.amazonaws.com`,
    `s3-${region}.amazonaws.com`,
    `*.s3.${region}.amazonaws.com`,
    `*.s3-${region}.amazonaws.com`
  ])
]

/** Pictures are redirected to its content network, or to Amazon's storage, where our credentials do not go. */
export const HOSTS: ReadonlyArray<string> = ["api.twilio.com", "*.twiliocdn.com", ...S3_HOSTS]

type Options = Pick<TwilioSettings, "accountSid" | "apiKey" | "authTokens" | "baseUrl" | "timeoutMillis">

const withoutSlash = (url: string): string => url.replace(/\/+$/, "")

/** A resource of the API, by the path that the API gives for it. */
export const urlOf = ({ baseUrl }: Pick<Options, "baseUrl">, path: string): string =>
  withoutSlash(baseUrl ?? API_ORIGIN) + path

/** A picture of a text by its two ids; `null` for a URL that is not one of the account's. */
export const mediaOf = (
  { accountSid, baseUrl }: Pick<Options, "accountSid" | "baseUrl">,
  url: string
): { readonly messageSid: string; readonly mediaSid: string } | null => {
  const account = [API_ORIGIN, ...(baseUrl === null ? [] : [withoutSlash(baseUrl)])]
    .map((origin) => `${origin}/2010-04-01/Accounts/${accountSid}/Messages/`)
    .find((start) => url.startsWith(start))
  const found = /^([SM]M[0-9a-fA-F]{32})\/Media\/(ME[0-9a-fA-F]{32})$/.exec(url.slice(account?.length ?? 0))
  const [, messageSid, mediaSid] = found ?? []
  return account === undefined || messageSid === undefined || mediaSid === undefined ? null : { messageSid, mediaSid }
}

const authorization = ({ accountSid, apiKey, authTokens }: Options): string => {
  const [user, password] = apiKey === null ? [accountSid, authTokens[0]] : [apiKey.sid, apiKey.secret]
  return `Basic ${Buffer.from(`${user}:${Redacted.value(password)}`).toString("base64")}`
}

/** The credentials leave for the URL's own origin, which has to be Twilio's or the operator's. */
export const fetch = (
  options: Options,
  url: string,
  maxBytes: number
): Effect.Effect<Download, TelephonyError.TelephonyErrorReason> =>
  Effect.suspend(() =>
    download(url, {
      hosts: HOSTS,
      trustedOrigin: options.baseUrl,
      headers: { authorization: authorization(options) },
      maxBytes,
      timeoutMillis: options.timeoutMillis
    })
  )
