/** A line whose provider is Twilio, as requests meet it, at an address where nobody listens: whatever it sends does not leave. */
import { TwilioTelephony } from "@careline/adapter-twilio"
import { TelephonyProviders } from "@careline/ports"
import { Layer, Redacted } from "effect"
import { issueToken, makeAuthenticate, type Role } from "../src/index.ts"

export const accountSid = `AC${"3d".repeat(16)}`
export const authToken = "http-test-auth-token"
export const publicUrl = "https://clinic.example.com"
export const secret = Redacted.make("a-test-secret-of-at-least-32-bytes!")

export const twilio = TelephonyProviders.layer.pipe(
  Layer.provide(
    TwilioTelephony.layer({
      accountSid,
      authTokens: [Redacted.make(authToken)],
      apiKey: null,
      messagingServiceSid: null,
      baseUrl: "http://127.0.0.1:9",
      publicUrl,
      // What is refused is refused at once; a busy machine must not make it something that hangs.
      timeoutMillis: 10_000
    })
  )
)

export const authenticate = makeAuthenticate({ source: { _tag: "Secret", secret }, issuer: null, audience: null })

/** A token that works for an hour. */
export const tokenOf = (sub: string, roles: ReadonlyArray<Role>, siteGroupingIds: ReadonlyArray<string> = []) =>
  issueToken(secret, { sub, roles, siteGroupingIds }, { expiresIn: "1h" })
