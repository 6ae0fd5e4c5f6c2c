/**
 * `Authorization: Bearer <JWT>` of a webhook, an HS256 of claims that hold the hash of the body.
 * Source: developer.vonage.com/getting-started/concepts/webhooks. Vonage's SDK is not needed for it, and is
 * not loaded.
 */
import { TelephonyError } from "@careline/ports"
import { Predicate } from "effect"
import { createHash, createHmac, timingSafeEqual } from "node:crypto"
import * as Field from "../client/Field.ts"

const BEARER = /^Bearer +(\S+)$/i
const TOKEN = /^([\w-]+)\.([\w-]+)\.([\w-]{43})$/
const ISSUER = "Vonage"

/** How far Vonage's clock may be ahead of ours. */
export const MAX_AHEAD_MILLIS = 300_000
/** Vonage repeats a webhook for 24 hours, and does not say that it signs it anew; and its clock may be behind ours. */
export const MAX_AGE_MILLIS = 26 * 60 * 60_000

export interface Keys {
  readonly apiKey: string
  readonly applicationId: string
  /** Any of them may have signed. */
  readonly secrets: ReadonlyArray<string>
}

const objectIn = (part: string): unknown => {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"))
  } catch {
    return null
  }
}

/** Whether one of the secrets signed the token. Takes the same time for every wrong signature; never throws. */
export const isSigned = (secrets: ReadonlyArray<string>, token: string): boolean => {
  if (!TOKEN.test(token)) return false
  const end = token.lastIndexOf(".")
  const given = Buffer.from(token.slice(end + 1), "base64url")
  return secrets.some((secret) =>
    timingSafeEqual(createHmac("sha256", secret).update(token.slice(0, end)).digest(), given)
  )
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url")

/** The `Authorization` of a body, as Vonage signs it with the first secret. */
export const sign = (
  { apiKey, applicationId, secrets: [secret = ""] }: Keys,
  body: string,
  nowMillis: number
): string => {
  const claims = {
    iat: Math.floor(nowMillis / 1000),
    iss: ISSUER,
    payload_hash: createHash("sha256").update(body).digest("hex"),
    api_key: apiKey,
    application_id: applicationId
  }
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`
  return `Bearer ${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`
}

const forged = (message: string) => new TelephonyError.InvalidSignature({ message })

/** Ours, or not named at all. */
const isOurs = (claimed: unknown, ours: string): boolean => claimed === undefined || claimed === ours

const faultOfClaims = (claims: unknown, keys: Keys, body: Uint8Array, nowMillis: number): string | null => {
  const issuedAt = Field.of(claims, "iat")
  if (Field.of(claims, "iss") !== ISSUER) return "The issuer is another one"
  if (Field.of(claims, "payload_hash") !== createHash("sha256").update(body).digest("hex"))
    return "The body is another one"
  if (!isOurs(Field.of(claims, "api_key"), keys.apiKey)) return "The account is not ours"
  if (!isOurs(Field.of(claims, "application_id"), keys.applicationId)) return "The application is not ours"
  if (!Predicate.isNumber(issuedAt)) return "The signature has no time"
  const ageMillis = nowMillis - issuedAt * 1000
  if (!(ageMillis >= -MAX_AHEAD_MILLIS)) return "The signature is of the future"
  return ageMillis <= MAX_AGE_MILLIS ? null : "The signature is too old"
}

/**
 * What a webhook by GET is signed over: its parameters as JSON, in their order. One whose token covers an empty body instead
 * covers none of them, and whoever saw it once could ask with others. A name that comes twice has no place in it.
 */
export const contentOf = (query: URLSearchParams): Uint8Array | null => {
  const parameters = [...query]
  const byName = new Map(parameters)
  return byName.size < parameters.length ? null : new TextEncoder().encode(JSON.stringify(Object.fromEntries(byName)))
}

/**
 * What keeps a webhook from being Vonage's to us, and `null` when nothing does. `read` gives the bytes that have to be
 * covered, and is asked only once the token is known to be signed; `null` where nothing can cover them.
 *
 * Nothing of a token is read before, so the answer to a wrong one is the same whatever account it names. It may come
 * again: the secret may have been changed at Vonage and not here.
 */
export const verify = (
  keys: Keys,
  authorization: string | undefined,
  read: () => Uint8Array | null,
  nowMillis: number
): TelephonyError.InvalidSignature | TelephonyError.Unverifiable | null => {
  const token = BEARER.exec(authorization?.trim() ?? "")?.[1]
  if (token === undefined) {
    // After an internal error Vonage does not sign, and it does not come again after a 4xx.
    return new TelephonyError.Unverifiable({ message: "The webhook is not signed" })
  }
  if (!isSigned(keys.secrets, token)) {
    return new TelephonyError.Unverifiable({ message: "The signature matches none of our secrets" })
  }
  const [header = "", claims = ""] = token.split(".")
  // `none` and others are not Vonage's, whoever signed them.
  if (Field.of(objectIn(header), "alg") !== "HS256") return forged("The token is not an HS256")
  const content = read()
  if (content === null) return forged("A parameter comes twice")
  const fault = faultOfClaims(objectIn(claims), keys, content, nowMillis)
  return fault === null ? null : forged(fault)
}
