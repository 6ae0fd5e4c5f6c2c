/** Checks that a messaging profile and its numbers deliver to this host, in the form that it reads. */
import { CallbackUrl, Diagnosis } from "@careline/adapter-kit"
import { PROVIDER } from "../client/TelnyxOptions.ts"

/** What is looked at of a messaging profile. Telnyx may leave any of it out. */
export interface Profile {
  readonly enabled?: boolean
  readonly webhook_url?: string | null
  readonly webhook_api_version?: string
}

/** What is looked at of a number with that profile. */
export interface ProfileNumber {
  readonly phone_number?: string
  readonly features?: { readonly sms?: object | null }
}

/** The only one that says what happened in `data`. */
const API_VERSION = "2"

/** One URL gets texts and reports, so either of our paths will do. */
const isOurs = (publicUrl: string, url: unknown): boolean =>
  (["sms", "status"] as const).some((kind) => Diagnosis.isSameUrl(url, CallbackUrl.ofKind(publicUrl, PROVIDER, kind)))

export const ofProfile = (id: string, publicUrl: string, profile: Profile): ReadonlyArray<Diagnosis.Finding> => {
  const { enabled, webhook_api_version: version, webhook_url: url } = profile
  const subject = `The messaging profile ${id}`
  return [
    Diagnosis.ok("credentials", `The API key is accepted, and the messaging profile ${id} is the account's`),
    ...(enabled === false
      ? [Diagnosis.error("numbers", `${subject} is disabled, so nothing is sent: enable it in Telnyx's portal`)]
      : []),
    isOurs(publicUrl, url)
      ? Diagnosis.ok("webhooks", `Texts and reports are delivered to ${Diagnosis.shown(String(url))}`)
      : Diagnosis.otherUrl(subject, url, CallbackUrl.ofKind(publicUrl, PROVIDER, "sms")),
    ...(version === API_VERSION
      ? []
      : [
          Diagnosis.error(
            "webhooks",
            `${subject} delivers webhooks of the API version ${Diagnosis.word(version)}, which the host refuses: set its ` +
              `webhook API version to ${API_VERSION}`
          )
        ])
  ]
}

export const ofNumbers = (id: string, numbers: ReadonlyArray<ProfileNumber>): ReadonlyArray<Diagnosis.Finding> => {
  if (numbers.length === 0) {
    return [
      Diagnosis.warning("numbers", `The messaging profile ${id} has no number: assign it to the numbers that text`)
    ]
  }
  const silent = numbers.filter(({ features }) => features?.sms === null)
  const texting = numbers.length - silent.length
  return [
    Diagnosis.ok(
      "numbers",
      `${texting === 1 ? "1 number of the messaging profile" : `${texting} numbers of the messaging profile`} can text`
    ),
    ...silent.map(({ phone_number: number }) =>
      Diagnosis.warning("numbers", `${number} cannot text: it has no SMS feature`)
    )
  ]
}
