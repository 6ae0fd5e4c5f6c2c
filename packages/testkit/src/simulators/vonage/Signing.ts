/** How Vonage signs its webhooks, written from its documentation, apart from any adapter: a JWT over a hash of the body. */
import { createHash, createHmac, randomUUID } from "node:crypto"

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")

export interface SigningOptions {
  readonly apiKey: string
  readonly applicationId: string
  readonly secret: string
  /** In seconds since 1970. */
  readonly issuedAt: number
}

/** The header that signs a body. */
export const sign = ({ apiKey, applicationId, issuedAt, secret }: SigningOptions, body: string): string => {
  const claims = {
    iat: issuedAt,
    jti: randomUUID(),
    iss: "Vonage",
    payload_hash: createHash("sha256").update(body).digest("hex"),
    api_key: apiKey,
    application_id: applicationId
  }
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`
  return `Bearer ${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`
}
