/** How Twilio asks what a call does and reports on it: twilio.com/docs/voice/twiml. */
import type { Asked, CallWire, Happened, Report } from "../core/CallEngine.ts"
import type { LiveCall, LiveLeg } from "../core/LiveCall.ts"
import type { KeptRecording } from "../core/Recordings.ts"
import type { NumberMarket } from "../core/NumberMarket.ts"
import type { Rendered } from "../core/Voice.ts"
import * as WebhookRequest from "../core/WebhookRequest.ts"
import * as Twiml from "./Twiml.ts"
import * as VoiceWire from "./VoiceWire.ts"
import type { Form, WebhookSender } from "./WebhookSender.ts"
import * as Wire from "./Wire.ts"

export interface VoiceUrls {
  /** Where calls are delivered, and where when that fails. */
  readonly voiceUrl?: string | undefined
  readonly voiceFallbackUrl?: string | undefined
  /** Where the end of a call to one of the numbers is reported. */
  readonly callStatusUrl?: string | undefined
}

export interface VoiceWebhooksOptions extends VoiceUrls {
  readonly accountSid: string
  readonly sender: WebhookSender
  /** Numbers that may be shown as the caller; any may when not given. */
  readonly numbers?: ReadonlyArray<string> | undefined
  readonly market: NumberMarket
  /** The base URL of the API, in what webhooks say of recordings. */
  readonly apiUrl: () => string
}

/** twilio.com/docs/api/errors/11200 and 12100. */
const NOT_RETRIEVED = "11200"
const NOT_PARSED = "12100"

/** As `StatusCallbackEvent` names them: every end is `completed`. */
const eventOf = ({ isOver, status }: LiveLeg): string =>
  isOver ? "completed" : status === "in_progress" ? "answered" : status

const happenedForm = (happened: Happened, origin: string, accountSid: string): Form => {
  switch (happened._tag) {
    case "Pressed":
      return [
        ["Digits", happened.digits],
        ["FinishedOnKey", ""]
      ]
    case "Recorded": {
      const { id, seconds } = happened.recording
      return [
        ["RecordingSid", id],
        ["RecordingUrl", VoiceWire.recordingUrl(origin, accountSid, id)],
        ["RecordingDuration", String(seconds)],
        ["Digits", "#"]
      ]
    }
    case "Connected": {
      const { leg } = happened
      return [
        ["DialCallStatus", VoiceWire.statusOf(leg)],
        ["DialCallSid", leg.id],
        ["DialBridged", String(leg.status === "completed")],
        ...(leg.status === "completed" ? [["DialCallDuration", String(leg.seconds ?? 0)] as const] : [])
      ]
    }
    default:
      return []
  }
}

export class VoiceWebhooks implements CallWire<Twiml.Reporting> {
  readonly errorPrompt = "say en-US: We are sorry. An application error has occurred. Goodbye."
  private readonly options: VoiceWebhooksOptions
  private sequence = 0

  constructor(options: VoiceWebhooksOptions) {
    this.options = options
  }

  readonly newCallId = (): string => Wire.newSid("CA")
  readonly newRecordingId = (): string => Wire.newSid("RE")
  readonly inboundUrl = (to: string): string => this.options.market.callsTo(to, this.options.voiceUrl ?? "")

  readonly ask = async (call: LiveCall, url: string, happened: Happened): Promise<Asked<Twiml.Reporting>> => {
    const { accountSid, apiUrl, voiceFallbackUrl } = this.options
    const form: Form = [
      ...VoiceWire.baseForm(accountSid, call, call.own),
      ...happenedForm(happened, apiUrl(), accountSid)
    ]
    const isFirst = happened._tag === "Began"
    const documents: Array<Rendered> = []
    if (isFirst && call.faults.has("callTwice")) documents.push((await this.fetch(call, url, form)).rendered)
    const failure = isFirst && call.faults.has("hostUnreachable") ? NOT_RETRIEVED : null
    if (failure === null) {
      const { instructions, rendered } = await this.fetch(call, url, form)
      documents.push(rendered)
      if (instructions !== null) return { documents, url, instructions }
    }
    // That of the number: calls that we place were given none.
    if (voiceFallbackUrl === undefined || !call.isInbound) return { documents, url, instructions: null }
    const code = failure ?? (documents.at(-1)?.violation === null ? NOT_RETRIEVED : NOT_PARSED)
    const fallback = await this.fetch(call, voiceFallbackUrl, [...form, ["ErrorCode", code], ["ErrorUrl", url]])
    return {
      documents: [...documents, fallback.rendered],
      url: voiceFallbackUrl,
      instructions: fallback.instructions
    }
  }

  readonly progressed = (call: LiveCall, leg: LiveLeg, extra: Twiml.Reporting | null): ReadonlyArray<Report> => {
    const { accountSid, callStatusUrl, sender } = this.options
    const event = eventOf(leg)
    const callback =
      leg !== call.own
        ? { url: extra?.callback ?? null, events: extra?.events ?? [] }
        : call.isInbound
          ? { url: callStatusUrl ?? null, events: ["completed"] }
          : {
              url: call.settings.StatusCallback ?? null,
              events: (call.settings.StatusCallbackEvent ?? "completed").split(" ")
            }
    if (callback.url === null || !callback.events.includes(event)) return []
    const { url } = callback
    const form = VoiceWire.progressForm(accountSid, call, leg, this.sequence++)
    return [() => sender.deliver(url, form)]
  }

  readonly recorded = (call: LiveCall, recording: KeptRecording, extra: Twiml.Reporting): ReadonlyArray<Report> => {
    const { accountSid, apiUrl, sender } = this.options
    const { callback, events, isTranscribed, transcribeCallback } = extra
    const isLost = recording.state === "lost"
    recording.isTranscribed = isTranscribed && !isLost
    const form = VoiceWire.recordingForm(accountSid, recording, apiUrl())
    const written = VoiceWire.transcriptionForm(accountSid, call, recording, apiUrl())
    return [
      ...(callback !== null && events.includes(isLost ? "absent" : "completed")
        ? [() => sender.deliver(callback, form)]
        : []),
      ...(recording.isTranscribed && transcribeCallback !== null
        ? [() => sender.deliver(transcribeCallback, written)]
        : [])
    ]
  }

  private async fetch(
    call: LiveCall,
    url: string,
    form: Form
  ): Promise<{ readonly rendered: Rendered; readonly instructions: ReadonlyArray<Twiml.TwimlInstruction> | null }> {
    const delivery = await this.options.sender.deliver(url, form)
    const { answer, body, contentType } = delivery
    const about = { url, status: typeof answer === "number" ? answer : 0, contentType: contentType || null, body }
    if (!WebhookRequest.isAccepted(delivery)) return { rendered: { ...about, violation: null }, instructions: null }
    const { instructions, violation } = Twiml.read(contentType, body, url)
    const foreign = instructions === null ? null : this.foreignCallerId(call, instructions)
    if (foreign !== null) return { rendered: { ...about, violation: foreign }, instructions: null }
    return { rendered: { ...about, violation }, instructions }
  }

  /** twilio.com/docs/voice/twiml/dial, "callerId": a number of the call or of the account. */
  private foreignCallerId(call: LiveCall, instructions: ReadonlyArray<Twiml.TwimlInstruction>): string | null {
    const { numbers } = this.options
    const isAllowed = (shown: string) =>
      numbers === undefined || numbers.includes(shown) || shown === call.from || shown === call.to
    const wrong = instructions.find(
      (one) => one._tag === "Connect" && one.callerId !== null && !isAllowed(one.callerId)
    )
    return wrong === undefined ? null : "<Dial> with a callerId that is not the account's"
  }
}
