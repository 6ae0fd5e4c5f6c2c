/** A status callback as Twilio signs it, with a status that nobody knows: it is verified, and nothing is kept of it. */
import { CallbackUrl, type Diagnosis } from "@careline/adapter-kit"
import { Redacted } from "effect"
import * as Signature from "../webhooks/Signature.ts"
import { PROVIDER, type TwilioSettings } from "../client/TwilioOptions.ts"

const STATUS = "careline-self-test"
const NO_MESSAGE = `SM${"0".repeat(32)}`

export const make = ({
  accountSid,
  authTokens,
  publicUrl
}: Pick<TwilioSettings, "accountSid" | "authTokens" | "publicUrl">): Diagnosis.SelfTest => {
  const url = CallbackUrl.ofKind(publicUrl, PROVIDER, "status")
  const form = new URLSearchParams({
    AccountSid: accountSid,
    MessageSid: NO_MESSAGE,
    SmsSid: NO_MESSAGE,
    MessageStatus: STATUS,
    SmsStatus: STATUS
  })
  return {
    url,
    headers: {
      "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
      "x-twilio-signature": Signature.sign(Redacted.value(authTokens[0]), url, form)
    },
    body: form.toString(),
    expects: 204,
    proves: "the host takes what Twilio signs for its public URL",
    otherwise: {
      403:
        "The host does not accept a signature for this URL. Twilio signs the URL that it calls, so the host's PUBLIC_URL " +
        "must be that URL's beginning, and no proxy may change the path or the query on the way. Or the host runs with " +
        "another TWILIO_AUTH_TOKEN",
      500: "The host runs with another TWILIO_ACCOUNT_SID, or it failed: see its log"
    }
  }
}
