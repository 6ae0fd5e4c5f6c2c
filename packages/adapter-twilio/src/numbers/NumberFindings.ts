/** Checks that texts and calls to our numbers reach this host, and that texts come again when it was down. */
import { Diagnosis } from "@careline/adapter-kit"

/** What is looked at of a number of the account. */
export interface IncomingNumber {
  readonly phoneNumber: string
  readonly capabilities: { readonly sms?: boolean; readonly voice?: boolean } | null
  readonly smsUrl: string | null
  readonly smsMethod: string | null
  /** `AP…`: its URL stands in the place of the number's. */
  readonly smsApplicationSid: string | null
  readonly voiceUrl: string | null
  readonly voiceMethod: string | null
  readonly voiceFallbackUrl: string | null
  readonly voiceFallbackMethod: string | null
  /** Where the end of a call is reported. */
  readonly statusCallback: string | null
  readonly statusCallbackMethod: string | null
  /** `AP…` and `TK…`: they stand in the place of the number's voice URLs. */
  readonly voiceApplicationSid: string | null
  readonly trunkSid: string | null
}

/** Where everything should come to. */
export interface Wanted {
  readonly sms: string
  readonly call: string
  readonly fallback: string
  readonly callStatus: string
}

/** What is looked at of a Messaging Service. */
export interface Service {
  readonly sid: string
  readonly inboundRequestUrl: string | null
  readonly inboundMethod: string | null
  readonly useInboundWebhookOnNumber: boolean | null
  /** Its senders, in E.164. */
  readonly numbers: ReadonlySet<string>
}

interface Webhook {
  /** Whose it is, for the words. */
  readonly subject: string
  readonly url: string | null
  readonly method: string | null
}

/** Appended to a webhook's URL: five more tries, after any failure. twilio.com/docs/usage/webhooks/webhooks-connection-overrides. */
export const RETRIES = "#rc=5&rp=all"

/** Whether Twilio comes again after a 5xx. By default it does only when it could not connect. */
export const isRetried = (url: string): boolean => {
  const overrides = new URLSearchParams(url.split("#")[1] ?? "")
  const policy = (overrides.get("rp") ?? "ct").split(",")
  return overrides.get("rc") !== "0" && (policy.includes("all") || policy.includes("5xx"))
}

const count = (numbers: number): string => (numbers === 1 ? "1 number" : `${numbers} numbers`)

const faultOf = ({ method, subject, url }: Webhook, wanted: string): Diagnosis.Finding | null => {
  if (!Diagnosis.isSameUrl(url, wanted)) return Diagnosis.otherUrl(subject, url, wanted)
  return (method ?? "POST").toUpperCase() === "POST"
    ? null
    : Diagnosis.warning("webhooks", `${subject} delivers by ${Diagnosis.word(method)}: set the method to POST`)
}

/** All webhooks that should be `wanted`. */
const ofWebhooks = (webhooks: ReadonlyArray<Webhook>, wanted: string): ReadonlyArray<Diagnosis.Finding> => {
  const faults = webhooks.flatMap((webhook) => faultOf(webhook, wanted) ?? [])
  const right = webhooks.filter(({ url }) => Diagnosis.isSameUrl(url, wanted))
  const once = right.filter(({ url }) => !isRetried(url ?? ""))
  return [
    ...faults,
    ...(right.length > 0 && faults.length === 0
      ? [Diagnosis.ok("webhooks", `Texts are delivered to ${Diagnosis.shown(wanted)}`)]
      : []),
    ...(once.length === 0
      ? []
      : [
          Diagnosis.warning(
            "webhooks",
            `A text is lost when the host answers 5xx, because Twilio does not come again by itself: append ${RETRIES} to ` +
              `the URL of ${once.map(({ subject }) => subject).join(", ")}`
          )
        ])
  ]
}

const webhookOf = ({ phoneNumber, smsMethod, smsUrl }: IncomingNumber): Webhook => ({
  subject: phoneNumber,
  url: smsUrl,
  method: smsMethod
})

/** Of numbers whose own URL counts. */
const ofOwnWebhooks = (numbers: ReadonlyArray<IncomingNumber>, wanted: string): ReadonlyArray<Diagnosis.Finding> => {
  const isElsewhere = ({ smsApplicationSid }: IncomingNumber) => (smsApplicationSid ?? "") !== ""
  return [
    ...numbers
      .filter(isElsewhere)
      .map(({ phoneNumber, smsApplicationSid }) =>
        Diagnosis.warning(
          "webhooks",
          `${phoneNumber} delivers where the TwiML application ${Diagnosis.word(smsApplicationSid)} says, which is not ` +
            `looked at here: take the application off, or set its message URL to ${Diagnosis.shown(wanted)}`
        )
      ),
    ...ofWebhooks(
      numbers.filter((number) => !isElsewhere(number)).map((number) => webhookOf(number)),
      wanted
    )
  ]
}

/** A service's URL stands in the place of its numbers' URLs, unless it leaves that to them. */
const ofService = (
  service: Service,
  numbers: ReadonlyArray<IncomingNumber>,
  wanted: string
): ReadonlyArray<Diagnosis.Finding> => {
  const members = numbers.filter(({ phoneNumber }) => service.numbers.has(phoneNumber))
  const others = numbers.filter(({ phoneNumber }) => !service.numbers.has(phoneNumber))
  const subject = `The Messaging Service ${service.sid}`
  return [
    ...(members.length === 0
      ? [Diagnosis.error("numbers", `${subject} has no number of this account: add the numbers that text to it`)]
      : [Diagnosis.ok("numbers", `${subject} has ${count(members.length)}`)]),
    ...others.map(({ phoneNumber }) =>
      Diagnosis.warning("numbers", `${phoneNumber} is not in ${subject}, so texts from it are refused: add it`)
    ),
    ...(service.useInboundWebhookOnNumber === true
      ? ofOwnWebhooks(members, wanted)
      : ofWebhooks([{ subject, url: service.inboundRequestUrl, method: service.inboundMethod }], wanted)),
    ...ofOwnWebhooks(others, wanted)
  ]
}

/** Whether the calls to a number come here, when all is well and when it is not, and whether their end is reported. */
const ofCalls = (number: IncomingNumber, wanted: Wanted): ReadonlyArray<Diagnosis.Finding> => {
  const { phoneNumber: subject } = number
  const elsewhere = [number.voiceApplicationSid, number.trunkSid].find((sid) => (sid ?? "") !== "")
  if (elsewhere !== undefined) {
    return [
      Diagnosis.warning(
        "webhooks",
        `Calls to ${subject} go where ${Diagnosis.word(elsewhere)} says, which is not looked at here: take it off the number, ` +
          `or let it deliver calls to ${Diagnosis.shown(wanted.call)}`
      )
    ]
  }
  const of = (what: string) => `The ${what} of ${subject}`
  return [
    faultOf({ subject: of("voice URL"), url: number.voiceUrl, method: number.voiceMethod }, wanted.call),
    faultOf(
      { subject: of("voice fallback URL"), url: number.voiceFallbackUrl, method: number.voiceFallbackMethod },
      wanted.fallback
    ),
    faultOf(
      { subject: of("status callback URL"), url: number.statusCallback, method: number.statusCallbackMethod },
      wanted.callStatus
    )
  ].flatMap((fault) => fault ?? [])
}

const ofVoice = (numbers: ReadonlyArray<IncomingNumber>, wanted: Wanted): ReadonlyArray<Diagnosis.Finding> => {
  const calling = numbers.filter(({ capabilities }) => capabilities?.voice === true)
  const mute = numbers.filter((number) => !calling.includes(number))
  const faults = calling.flatMap((number) => ofCalls(number, wanted))
  return [
    ...mute.map(({ phoneNumber }) =>
      Diagnosis.warning("numbers", `${phoneNumber} cannot be called: it has no voice capability`)
    ),
    ...faults,
    ...(calling.length > 0 && faults.length === 0
      ? [Diagnosis.ok("webhooks", `Calls are delivered to ${Diagnosis.shown(wanted.call)}`)]
      : [])
  ]
}

export const find = (
  numbers: ReadonlyArray<IncomingNumber>,
  service: Service | null,
  wanted: Wanted
): ReadonlyArray<Diagnosis.Finding> => {
  const texting = numbers.filter(({ capabilities }) => capabilities?.sms === true)
  const silent = numbers.filter((number) => !texting.includes(number))
  return [
    ...(numbers.length === 0
      ? [Diagnosis.warning("numbers", "The account has no number: buy one, or port yours to Twilio")]
      : [Diagnosis.ok("numbers", `${count(texting.length)} of the account can text`)]),
    ...silent.map(({ phoneNumber }) =>
      Diagnosis.warning("numbers", `${phoneNumber} cannot text: it has no SMS capability`)
    ),
    ...(service === null ? ofOwnWebhooks(texting, wanted.sms) : ofService(service, texting, wanted.sms)),
    ...ofVoice(numbers, wanted)
  ]
}
