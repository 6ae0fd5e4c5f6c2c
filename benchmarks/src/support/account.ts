/** The one account, number and public URL of all benchmarks. */
import { signTwilioWebhook } from "@careline/testkit/simulators"

export const accountSid = `AC${"bc".repeat(16)}`
export const authToken = "benchmark-auth-token"
export const publicUrl = "https://clinic.example.com"
export const line = "+12025550100"
export const path = "/api/v1/webhooks/twilio/sms"

export interface SignedRequest {
  readonly body: string
  readonly signature: string
}

/** The text number `sequence`, of one of `contacts` contacts, as Twilio would post it. */
export const signedText = (sequence: number, contacts: number, run: number): SignedRequest => {
  const form: ReadonlyArray<readonly [string, string]> = [
    ["ToCountry", "US"],
    ["SmsMessageSid", sid(sequence, run)],
    ["NumMedia", "0"],
    ["SmsSid", sid(sequence, run)],
    ["SmsStatus", "received"],
    ["Body", `Can she take the pill with food? This is question number ${sequence}.`],
    ["To", line],
    ["NumSegments", "1"],
    ["MessageSid", sid(sequence, run)],
    ["AccountSid", accountSid],
    ["From", contactOf(sequence % contacts)],
    ["ApiVersion", "2010-04-01"]
  ]
  return {
    body: new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])).toString(),
    signature: signTwilioWebhook(authToken, publicUrl + path, form)
  }
}

export const sid = (sequence: number, run: number): string =>
  `SM${run.toString(16).padStart(8, "0")}${sequence.toString(16).padStart(24, "0")}`

/** Numbers of area codes that exist, so that every check of a number does its work. */
export const contactOf = (index: number): string => `+1303${String(2_000_000 + index).padStart(7, "0")}`
