/** A report as Vonage signs it, with a status that nobody knows: it is verified, and nothing is kept of it. */
import { CallbackUrl, type Diagnosis } from "@careline/adapter-kit"
import { Redacted } from "effect"
import * as Signature from "../webhooks/Signature.ts"
import { PROVIDER, type VonageSettings } from "../client/VonageOptions.ts"

const STATUS = "careline-self-test"
const NO_MESSAGE = "00000000-0000-4000-8000-000000000000"

export const make = (
  options: Pick<VonageSettings, "apiKey" | "applicationId" | "publicUrl" | "signatureSecrets">,
  nowMillis: number
): Diagnosis.SelfTest => {
  const { apiKey, applicationId, publicUrl } = options
  const secrets = options.signatureSecrets.map((secret) => Redacted.value(secret))
  const body = JSON.stringify({ channel: "sms", message_uuid: NO_MESSAGE, status: STATUS })
  return {
    url: CallbackUrl.ofKind(publicUrl, PROVIDER, "status"),
    headers: {
      "content-type": "application/json",
      authorization: Signature.sign({ apiKey, applicationId, secrets }, body, nowMillis)
    },
    body,
    expects: 200,
    proves:
      "the host takes what is signed with VONAGE_SIGNATURE_SECRET. Whether that is the account's secret only a text can " +
      "show: Vonage does not tell it",
    otherwise: {
      403: "The host runs with another VONAGE_API_KEY or VONAGE_APPLICATION_ID, or its clock or this one is wrong",
      503: "The host runs with another VONAGE_SIGNATURE_SECRET, or a proxy takes the Authorization header away"
    }
  }
}
