/**
 * `X-Twilio-Signature`: base64(HMAC-SHA1(auth token, URL + each parameter's name and value, sorted by name)).
 * Source: twilio.com/docs/usage/security. Twilio's SDK is not needed for it, and is not loaded.
 */
import { createHmac, timingSafeEqual } from "node:crypto"

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "https:": "443", "http:": "80" }

/** Name and value pairs as Twilio concatenates them: names by code unit, the values of one name once each and sorted. */
const canonical = (parameters: URLSearchParams): string => {
  let text = ""
  for (const name of [...new Set(parameters.keys())].sort()) {
    for (const value of [...new Set(parameters.getAll(name))].sort()) text += name + value
  }
  return text
}

/** Twilio leaves user info out and, for some products, adds or drops the port: the forms that it may have signed. */
const signedForms = (url: string): ReadonlyArray<string> => {
  const match = /^(https?:)\/\/(?:[^/?#@]*@)?([^/?#:]+|\[[^\]]+\])(:\d+)?([^#]*)/i.exec(url)
  if (match === null) return []
  const [, scheme = "", host = "", port = "", rest = ""] = match
  const withPort = `${scheme}//${host}${port === "" ? `:${DEFAULT_PORTS[scheme.toLowerCase()]}` : port}${rest}`
  const bare = `${scheme}//${host}${rest}`
  return port === "" ? [bare, withPort] : [withPort, bare]
}

const sign = (token: string, text: string): Buffer => createHmac("sha1", token).update(text, "utf8").digest()

/** Whether one of the tokens signed these parameters for this URL. Every wrong signature takes the same time. */
export const verify = (
  tokens: ReadonlyArray<string>,
  signature: string | undefined,
  url: string,
  parameters: URLSearchParams
): boolean => {
  const given = Buffer.from(signature ?? "", "base64")
  if (given.length !== 20) return false
  const text = canonical(parameters)
  return tokens.some((token) => signedForms(url).some((form) => timingSafeEqual(sign(token, form + text), given)))
}
