/**
 * `X-Twilio-Signature`: base64(HMAC-SHA1(auth token, URL + each parameter's name and value, sorted by name)).
 * Source: twilio.com/docs/usage/security. Twilio's SDK is not needed for it, and is not loaded.
 */
import { createHmac, timingSafeEqual } from "node:crypto"

const SIGNATURE_BYTES = 20
const DEFAULT_PORTS: Readonly<Record<string, string>> = { "https:": ":443", "http:": ":80" }

/** Name and value pairs as Twilio concatenates them: names by code unit, the values of one name once each and sorted. */
const canonical = (parameters: URLSearchParams): string => {
  let text = ""
  for (const name of [...new Set(parameters.keys())].sort()) {
    for (const value of [...new Set(parameters.getAll(name))].sort()) text += name + value
  }
  return text
}

/** An apostrophe of the query is sent as it is or as `%27`, and either may be what was signed. */
const apostrophes = (rest: string): ReadonlyArray<string> =>
  /'|%27/.test(rest) ? [...new Set([rest, rest.replaceAll("'", "%27"), rest.replaceAll("%27", "'")])] : [rest]

/**
 * The forms of a URL that Twilio may have signed: with the port or without it, by product; without user info, by the
 * documentation, or with it, by the SDKs' own vectors. Never the fragment, which holds connection overrides.
 */
const signedForms = (url: string): ReadonlyArray<string> => {
  const match = /^(https?:)\/\/([^/?#@]*@)?([^/?#:@]+|\[[^\]]+\])(:\d+)?([^#]*)/i.exec(url)
  if (match === null) return []
  const [, scheme = "", user = "", host = "", port = "", rest = ""] = match
  const ports = [port, port === "" ? (DEFAULT_PORTS[scheme.toLowerCase()] ?? "") : ""]
  const users = user === "" ? [""] : ["", user]
  return apostrophes(rest).flatMap((end) =>
    users.flatMap((before) => ports.map((after) => `${scheme}//${before}${host}${after}${end}`))
  )
}

const hash = (token: string, text: string): Buffer => createHmac("sha1", token).update(text, "utf8").digest()

/** As Twilio signs parameters for a URL: without user info, with the port that is written. */
export const sign = (token: string, url: string, parameters: URLSearchParams): string =>
  hash(token, (signedForms(url)[0] ?? url) + canonical(parameters)).toString("base64")

/**
 * Whether one of the tokens signed these parameters for this URL. `url` is the configured one with the request's own path
 * and query, never one made from a `Host` header. Takes the same time for every wrong signature; never throws.
 */
export const verify = (
  tokens: ReadonlyArray<string>,
  signature: string | undefined,
  url: string,
  parameters: URLSearchParams
): boolean => {
  const given = Buffer.from(signature ?? "", "base64")
  if (given.length !== SIGNATURE_BYTES) return false
  const text = canonical(parameters)
  const forms = signedForms(url)
  return tokens.some((token) => forms.some((form) => timingSafeEqual(hash(token, form + text), given)))
}
