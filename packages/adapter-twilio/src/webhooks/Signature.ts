/**
 * `X-Twilio-Signature`: base64(HMAC-SHA1(auth token, URL + each parameter's name and value, sorted by name)).
 * Source: twilio.com/docs/usage/security. Twilio's SDK is not needed for it, and is not loaded.
 */
import { createHmac, timingSafeEqual } from "node:crypto"

const SIGNATURE_BYTES = 20
const DEFAULT_PORTS: Readonly<Record<string, string>> = { "https:": ":443", "http:": ":80" }

/** Names and values, each pair read once: whoever sent them is not known yet. */
export type Parameters = Iterable<readonly [name: string, value: string]>

/** Name and value pairs as Twilio concatenates them: names by code unit, the values of one name once each and sorted. */
const canonical = (parameters: Parameters): string => {
  const byName = new Map<string, Set<string>>()
  for (const [name, value] of parameters) {
    const values = byName.get(name)
    if (values === undefined) byName.set(name, new Set([value]))
    else values.add(value)
  }
  let text = ""
  for (const name of [...byName.keys()].sort()) for (const value of [...byName.get(name)!].sort()) text += name + value
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
export const sign = (token: string, url: string, parameters: Parameters): string =>
  hash(token, (signedForms(url)[0] ?? url) + canonical(parameters)).toString("base64")

const bytesOf = (signature: string | undefined): Buffer | null => {
  const given = Buffer.from(signature ?? "", "base64")
  return given.length === SIGNATURE_BYTES ? given : null
}

/** Whether the header holds a signature at all, whoever made it: without one nothing has to be read. */
export const isSigned = (signature: string | undefined): boolean => bytesOf(signature) !== null

/**
 * Whether one of the tokens signed these parameters for this URL. `url` is the configured one with the request's own path
 * and query, never one made from a `Host` header. Takes the same time for every wrong signature; never throws.
 */
export const verify = (
  tokens: ReadonlyArray<string>,
  signature: string | undefined,
  url: string,
  parameters: Parameters
): boolean => {
  const given = bytesOf(signature)
  if (given === null) return false
  const text = canonical(parameters)
  const forms = signedForms(url)
  return tokens.some((token) => forms.some((form) => timingSafeEqual(hash(token, form + text), given)))
}
