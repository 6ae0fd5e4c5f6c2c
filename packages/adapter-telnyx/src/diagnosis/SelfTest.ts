/** Tries that nothing unsigned is taken: we hold only Telnyx's public key, and cannot sign as it does. */
import { CallbackUrl, type Diagnosis } from "@careline/adapter-kit"
import { PROVIDER, type TelnyxSettings } from "../client/TelnyxOptions.ts"

export const make = ({ publicUrl }: Pick<TelnyxSettings, "publicUrl">): Diagnosis.SelfTest => ({
  url: CallbackUrl.ofKind(publicUrl, PROVIDER, "sms"),
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ data: { event_type: "careline.self_test", payload: {} } }),
  expects: 403,
  proves:
    "the host is reached, and refuses what is not signed. Whether it accepts Telnyx's signature cannot be tried from here, " +
    "because only Telnyx can sign: text one of the numbers",
  otherwise: { 200: "An unsigned webhook was taken: that is not a host that checks signatures" }
})
