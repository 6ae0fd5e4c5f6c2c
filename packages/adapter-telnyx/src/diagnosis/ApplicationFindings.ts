/** Checks that calls to our numbers reach this host or its fallback, and that calls can leave. */
import { CallbackUrl, Diagnosis } from "@careline/adapter-kit"
import { type Telephony } from "@careline/ports"
import { PROVIDER } from "../client/TelnyxOptions.ts"

/** What is looked at of a TeXML application. Telnyx may leave any of it out. */
export interface Application {
  readonly active?: boolean
  readonly voice_url?: string | null
  readonly voice_fallback_url?: string | null
  readonly voice_method?: string | null
  readonly status_callback?: string | null
  readonly status_callback_method?: string | null
  readonly outbound?: { readonly outbound_voice_profile_id?: string | null } | null
}

/** What is looked at of a number of the account. */
export interface Line {
  readonly phone_number?: string
  readonly connection_id?: string | null
  readonly messaging_profile_id?: string | null
}

/** What is told of one of its URLs. */
const ofUrl = (
  publicUrl: string,
  subject: string,
  kind: Telephony.WebhookKind,
  url: string | null | undefined
): ReadonlyArray<Diagnosis.Finding> => {
  const wanted = CallbackUrl.ofKind(publicUrl, PROVIDER, kind)
  return Diagnosis.isSameUrl(url, wanted) ? [] : [Diagnosis.otherUrl(subject, url, wanted)]
}

/** Of a GET nothing is signed, so it is refused. */
const ofMethod = (subject: string, method: string | null | undefined): ReadonlyArray<Diagnosis.Finding> =>
  (method ?? "post").toLowerCase() === "post"
    ? []
    : [
        Diagnosis.error(
          "webhooks",
          `${subject} delivers by ${Diagnosis.word(method)}, which the host refuses: set the method to POST`
        )
      ]

export const ofApplication = (
  id: string,
  publicUrl: string,
  application: Application
): ReadonlyArray<Diagnosis.Finding> => {
  const subject = `the TeXML application ${id}`
  const voice = `The voice URL of ${subject}`
  const status = `The status callback of ${subject}`
  const faults = [
    ...ofUrl(publicUrl, voice, "call", application.voice_url),
    ...ofMethod(voice, application.voice_method),
    ...ofUrl(publicUrl, `The voice fallback URL of ${subject}`, "fallback", application.voice_fallback_url),
    ...ofUrl(publicUrl, status, "call-status", application.status_callback),
    ...ofMethod(status, application.status_callback_method)
  ]
  return [
    ...(application.active === false
      ? [
          Diagnosis.error(
            "numbers",
            `T${subject.slice(1)} is not active, so no call is taken: activate it in the portal`
          )
        ]
      : []),
    ...(application.outbound?.outbound_voice_profile_id
      ? []
      : [
          Diagnosis.error(
            "numbers",
            `T${subject.slice(1)} has no outbound voice profile, so no call is put through: choose one for it in the portal`
          )
        ]),
    ...faults,
    ...(faults.length === 0
      ? [
          Diagnosis.ok(
            "webhooks",
            `Calls are delivered to ${Diagnosis.shown(CallbackUrl.ofKind(publicUrl, PROVIDER, "call"))}`
          )
        ]
      : [])
  ]
}

/** Only numbers that text here are looked at: others are for something else. */
export const ofLines = (
  id: string,
  messagingProfileId: string,
  lines: ReadonlyArray<Line>
): ReadonlyArray<Diagnosis.Finding> => {
  const ours = lines.filter(({ messaging_profile_id: profile }) => profile === messagingProfileId)
  const elsewhere = ours.filter(({ connection_id: connection }) => connection !== id)
  return [
    ...elsewhere.map(({ connection_id: connection, phone_number: number }) =>
      Diagnosis.error(
        "numbers",
        `Calls to ${number} go ${connection ? `to the connection ${Diagnosis.word(connection)}` : "nowhere"}: connect it to the ` +
          `TeXML application ${id}`
      )
    ),
    ...(ours.length > 0 && elsewhere.length === 0
      ? [
          Diagnosis.ok(
            "numbers",
            `${ours.length === 1 ? "1 number is" : `${ours.length} numbers are`} connected to the TeXML application ${id}`
          )
        ]
      : [])
  ]
}

/** Without the account's id nothing that is lost on the way is ever found. */
export const noAccount: Diagnosis.Finding = Diagnosis.warning(
  "webhooks",
  "A call whose webhooks are lost is not found, because calls are listed by account: set TELNYX_ACCOUNT_SID, which stands in " +
    "the webhooks of calls as AccountSid"
)

export const account = (sid: string): Diagnosis.Finding =>
  Diagnosis.ok("credentials", `The calls of the account ${sid} can be listed`)
