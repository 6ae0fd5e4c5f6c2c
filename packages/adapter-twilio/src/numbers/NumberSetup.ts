/** Compares the setup of a number with the one that brings its texts and calls here. */
import { CallbackUrl, Diagnosis } from "@careline/adapter-kit"
import { type Numbers } from "@careline/ports"
import { type IncomingNumber, RETRIES, type Service, type Wanted } from "./NumberFindings.ts"
import { PROVIDER } from "../client/TwilioOptions.ts"

/** Where everything should come to. */
export const wantedAt = (publicUrl: string): Wanted => ({
  sms: CallbackUrl.ofKind(publicUrl, PROVIDER, "sms"),
  call: CallbackUrl.ofKind(publicUrl, PROVIDER, "call"),
  fallback: CallbackUrl.ofKind(publicUrl, PROVIDER, "fallback"),
  callStatus: CallbackUrl.ofKind(publicUrl, PROVIDER, "call-status")
})

const METHOD = "POST"

/** What is said of a number when it is bought, and when it is set right. */
export const settings = ({ call, callStatus, fallback, sms }: Wanted) => ({
  smsUrl: sms + RETRIES,
  smsMethod: METHOD,
  voiceUrl: call,
  voiceMethod: METHOD,
  voiceFallbackUrl: fallback,
  voiceFallbackMethod: METHOD,
  statusCallback: callStatus,
  statusCallbackMethod: METHOD
})

/** An application or a trunk would stand in the place of the number's own URLs. */
export const withoutOthers = { smsApplicationSid: "", voiceApplicationSid: "", trunkSid: "" }

/** The texts and calls of a number on a trunk come to no webhook. */
export const withoutWebhooks = {
  smsUrl: "",
  smsApplicationSid: "",
  voiceUrl: "",
  voiceFallbackUrl: "",
  voiceApplicationSid: "",
  statusCallback: ""
}

const isSet = (sid: string | null): boolean => (sid ?? "") !== ""
const isPost = (method: string | null): boolean => (method ?? METHOD).toUpperCase() === METHOD

const leads = (url: string | null, method: string | null, wanted: string): boolean =>
  Diagnosis.isSameUrl(url, wanted) && isPost(method)

const textsLeadHere = (number: IncomingNumber, service: Service | null, { sms }: Wanted): boolean => {
  const isByService =
    service !== null && service.numbers.has(number.phoneNumber) && service.useInboundWebhookOnNumber !== true
  return isByService
    ? leads(service.inboundRequestUrl, service.inboundMethod, sms)
    : !isSet(number.smsApplicationSid) && leads(number.smsUrl, number.smsMethod, sms)
}

const callsLeadHere = (number: IncomingNumber, { call, callStatus, fallback }: Wanted): boolean =>
  !isSet(number.voiceApplicationSid) &&
  !isSet(number.trunkSid) &&
  leads(number.voiceUrl, number.voiceMethod, call) &&
  leads(number.voiceFallbackUrl, number.voiceFallbackMethod, fallback) &&
  leads(number.statusCallback, number.statusCallbackMethod, callStatus)

/** A number without a capability is not asked for its webhook. A service's own URL is a matter for the service. */
export const faultsOf = (
  number: IncomingNumber,
  service: Service | null,
  wanted: Wanted
): ReadonlyArray<Numbers.Misconfiguration> => {
  const { capabilities, phoneNumber } = number
  return [
    ...(capabilities?.sms === true && !textsLeadHere(number, service, wanted) ? (["sms_webhook"] as const) : []),
    ...(capabilities?.voice === true && !callsLeadHere(number, wanted) ? (["voice_webhook"] as const) : []),
    ...(service === null || service.numbers.has(phoneNumber) ? [] : (["messaging_attachment"] as const))
  ]
}
