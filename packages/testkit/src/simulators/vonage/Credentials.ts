/** Who is let in: a JWT of the application for messages (RS256), the account's key and secret for reports (Basic). */
import { createPublicKey, type KeyObject, timingSafeEqual, verify } from "node:crypto"
import type { IncomingMessage } from "node:http"

export interface CredentialsOptions {
  readonly apiKey: string
  readonly apiSecret: string
  readonly applicationId: string
  /** Of the application, as a PEM. Only its public half is used. */
  readonly privateKey: string
}

const objectOf = (part: string | undefined): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8")) as Readonly<Record<string, unknown>>
  } catch {
    return {}
  }
}

export class Credentials {
  private readonly options: CredentialsOptions
  private readonly publicKey: KeyObject

  constructor(options: CredentialsOptions) {
    this.options = options
    this.publicKey = createPublicKey(options.privateKey)
  }

  isApplication({ headers }: IncomingMessage): boolean {
    const [header, payload, signature] = (headers.authorization ?? "").replace(/^Bearer /, "").split(".")
    if (signature === undefined || objectOf(header).alg !== "RS256") return false
    const isSigned = verify(
      "sha256",
      Buffer.from(`${header}.${payload}`),
      this.publicKey,
      Buffer.from(signature, "base64url")
    )
    const { application_id: applicationId, exp, iat } = objectOf(payload)
    // The SDK signs by this machine's time.
    const now = Date.now() / 1000
    return (
      isSigned &&
      applicationId === this.options.applicationId &&
      typeof iat === "number" &&
      (exp === undefined || (typeof exp === "number" && exp > now))
    )
  }

  isAccount({ headers }: IncomingMessage): boolean {
    const { apiKey, apiSecret } = this.options
    const wanted = Buffer.from(`Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString("base64")}`)
    const given = Buffer.from(headers.authorization ?? "")
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  }
}
