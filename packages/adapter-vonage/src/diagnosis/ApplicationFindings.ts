/** Checks that an application and its numbers deliver to this host, and that its key is ours. */
import { CallbackUrl, Diagnosis } from "@careline/adapter-kit"
import { type Telephony } from "@careline/ports"
import { Option, Predicate, Schema } from "effect"
import { createPublicKey } from "node:crypto"
import * as Digits from "../client/Digits.ts"
import * as Field from "../client/Field.ts"
import { PROVIDER, type VonageSettings } from "../client/VonageOptions.ts"

/** As the SDK gives it: the wire's own names are kept. All but the id may be missing. */
const Application = Schema.Struct({
  id: Schema.NonEmptyString,
  keys: Schema.optionalKey(Schema.Unknown),
  capabilities: Schema.optionalKey(Schema.Unknown)
})
export type Application = typeof Application.Type
export const decode: (answer: unknown) => Option.Option<Application> = Schema.decodeUnknownOption(Application)

/** An account without numbers answers `{}`. */
const OwnedNumbers = Schema.Struct({
  count: Schema.optionalKey(Schema.Number),
  numbers: Schema.optionalKey(
    Schema.Array(Schema.Struct({ msisdn: Schema.Unknown, features: Schema.optionalKey(Schema.Unknown) }))
  )
})
export type OwnedNumbers = typeof OwnedNumbers.Type
export type OwnedNumber = NonNullable<OwnedNumbers["numbers"]>[number]

/** `none` for an error, which Vonage also sends with a 200. */
export const decodeNumbers = (answer: unknown): Option.Option<OwnedNumbers> =>
  Predicate.hasProperty(answer, "error-code") ? Option.none() : Schema.decodeUnknownOption(OwnedNumbers)(answer)

const spkiOf = (pem: unknown): string | null => {
  try {
    return createPublicKey(String(pem)).export({ type: "spki", format: "der" }).toString("base64")
  } catch {
    return null
  }
}

const ofKey = (id: string, keys: unknown, privateKey: string): Diagnosis.Finding => {
  const registered = spkiOf(Field.of(keys, "public_key"))
  if (registered === null) {
    return Diagnosis.error(
      "credentials",
      `The application ${id} has no public key: register that of VONAGE_PRIVATE_KEY`
    )
  }
  return registered === spkiOf(privateKey)
    ? Diagnosis.ok("credentials", `VONAGE_PRIVATE_KEY is the key of the application ${id}`)
    : Diagnosis.error(
        "credentials",
        `VONAGE_PRIVATE_KEY is not the key of the application ${id}, so nothing can be sent: make a new pair in Vonage's ` +
          "dashboard, or put in the right one"
      )
}

/** What Vonage calls a webhook, and how it calls one where nothing else is said. */
interface Webhook {
  readonly field: string
  readonly carried: string
  readonly usualMethod: "GET" | "POST"
}

const known: Readonly<Partial<Record<Telephony.WebhookKind, Webhook>>> = {
  sms: { field: "inbound_url", carried: "texts", usualMethod: "POST" },
  status: { field: "status_url", carried: "reports", usualMethod: "POST" },
  call: { field: "answer_url", carried: "calls", usualMethod: "GET" },
  fallback: { field: "fallback_answer_url", carried: "calls that were not answered there", usualMethod: "GET" },
  "call-status": { field: "event_url", carried: "reports on calls", usualMethod: "POST" }
}

const ofWebhook = (
  id: string,
  publicUrl: string,
  webhooks: unknown,
  kind: Telephony.WebhookKind
): ReadonlyArray<Diagnosis.Finding> => {
  const described = known[kind]
  if (described === undefined) return []
  const { carried, field, usualMethod } = described
  const webhook = Field.of(webhooks, field)
  const url = Field.of(webhook, "address")
  const wanted = CallbackUrl.ofKind(publicUrl, PROVIDER, kind)
  const subject = `The ${field} of the application ${id}`
  if (!Diagnosis.isSameUrl(url, wanted)) return [Diagnosis.otherUrl(subject, url, wanted)]
  const method = Field.textOf(Field.of(webhook, "http_method")) || usualMethod
  return [
    method.toUpperCase() === "POST"
      ? Diagnosis.ok("webhooks", `The application's ${carried} are delivered to ${Diagnosis.shown(wanted)}`)
      : Diagnosis.error("webhooks", `${subject} is called by ${Diagnosis.word(method)}: set its method to POST`)
  ]
}

/** Texts of the older version have another form. */
const ofVersion = (id: string, version: unknown): ReadonlyArray<Diagnosis.Finding> =>
  version === undefined || version === "v1"
    ? []
    : [
        Diagnosis.error(
          "webhooks",
          `The application ${id} delivers webhooks of the Messages API ${Diagnosis.word(version)}, which the host cannot ` +
            "read: set its version to v1"
        )
      ]

/** What is not signed is not taken: an application made long ago may still call without. */
const ofSigning = (id: string, isSigned: unknown): ReadonlyArray<Diagnosis.Finding> =>
  isSigned === false
    ? [
        Diagnosis.error(
          "webhooks",
          `The application ${id} does not sign the webhooks of calls, which the host does not take: switch signed callbacks on`
        )
      ]
    : []

const ofVoice = (id: string, publicUrl: string, voice: unknown): ReadonlyArray<Diagnosis.Finding> => {
  if (!Predicate.isObject(voice)) {
    return [
      Diagnosis.error(
        "webhooks",
        `The application ${id} has no Voice capability: switch it on, with the answer URL ` +
          Diagnosis.shown(CallbackUrl.ofKind(publicUrl, PROVIDER, "call"))
      )
    ]
  }
  const webhooks = Field.of(voice, "webhooks")
  return [
    ...(["call", "fallback", "call-status"] as const).flatMap((kind) => ofWebhook(id, publicUrl, webhooks, kind)),
    ...ofSigning(id, Field.of(voice, "signed_callbacks"))
  ]
}

export const ofApplication = (
  options: Pick<VonageSettings, "apiKey" | "applicationId" | "publicUrl">,
  privateKey: string,
  { capabilities, keys }: Application
): ReadonlyArray<Diagnosis.Finding> => {
  const { apiKey, applicationId: id, publicUrl } = options
  const messages = Field.of(capabilities, "messages")
  const webhooks = Field.of(messages, "webhooks")
  return [
    Diagnosis.ok(
      "credentials",
      `The API secret is accepted, and the application ${id} belongs to the account ${apiKey}`
    ),
    ofKey(id, keys, privateKey),
    ...(Predicate.isObject(messages)
      ? [
          ...ofWebhook(id, publicUrl, webhooks, "sms"),
          ...ofWebhook(id, publicUrl, webhooks, "status"),
          ...ofVersion(id, Field.of(messages, "version"))
        ]
      : [
          Diagnosis.error(
            "webhooks",
            `The application ${id} has no Messages capability: switch it on, with the inbound URL ` +
              Diagnosis.shown(CallbackUrl.ofKind(publicUrl, PROVIDER, "sms"))
          )
        ]),
    ...ofVoice(id, publicUrl, Field.of(capabilities, "voice"))
  ]
}

export const ofNumbers = (id: string, numbers: ReadonlyArray<OwnedNumber>): ReadonlyArray<Diagnosis.Finding> => {
  if (numbers.length === 0) {
    return [Diagnosis.warning("numbers", `No number is linked to the application ${id}: link the numbers that text`)]
  }
  const mute = numbers.filter(({ features }) => Array.isArray(features) && !features.includes("VOICE"))
  const silent = numbers.filter(({ features }) => Array.isArray(features) && !features.includes("SMS"))
  const texting = numbers.length - silent.length
  return [
    Diagnosis.ok(
      "numbers",
      `${texting === 1 ? "1 number of the application" : `${texting} numbers of the application`} can text. What is texted to ` +
        "them comes only while the account's default SMS setting is the Messages API, which Vonage does not tell"
    ),
    ...silent.map(({ msisdn }) =>
      Diagnosis.warning(
        "numbers",
        `${Digits.toE164(msisdn) ?? "A number that is none"} cannot text: it has no SMS feature`
      )
    ),
    ...mute.map(({ msisdn }) =>
      Diagnosis.warning(
        "numbers",
        `${Digits.toE164(msisdn) ?? "A number that is none"} cannot be called: it has no VOICE feature`
      )
    )
  ]
}
