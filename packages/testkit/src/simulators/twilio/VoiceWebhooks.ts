/** How Twilio asks what a call does and reports on it: twilio.com/docs/voice/twiml. */
import type { Happened } from "../core/CallEngine.ts"
import type { Delivery } from "../core/InboundText.ts"
import type { LiveCall, LiveLeg } from "../core/LiveCall.ts"
import type { KeptRecording } from "../core/Recordings.ts"
import { type Callback, statusOf, TwimlCalls, type TwimlCallsOptions } from "../core/TwimlCalls.ts"
import type { Rendered } from "../core/Voice.ts"
import type { Form } from "../core/WebhookRequest.ts"
import * as Twiml from "./Twiml.ts"
import * as VoiceWire from "./VoiceWire.ts"
import type { WebhookSender } from "./WebhookSender.ts"
import * as Wire from "./Wire.ts"

export interface VoiceWebhooksOptions extends TwimlCallsOptions {
  readonly accountSid: string
  readonly sender: WebhookSender
  /** The base URL of the API, in what webhooks say of recordings. */
  readonly apiUrl: () => string
}

/** twilio.com/docs/api/errors/11200 and 12100. */
const NOT_RETRIEVED = "11200"
const NOT_PARSED = "12100"

export class VoiceWebhooks extends TwimlCalls<VoiceWebhooksOptions> {
  readonly errorPrompt = "say en-US: We are sorry. An application error has occurred. Goodbye."
  readonly newCallId = (): string => Wire.newSid("CA")
  protected readonly lost = "absent"
  readonly newRecordingId = (): string => Wire.newSid("RE")
  protected readonly read = Twiml.read

  protected deliverQuestion(url: string, form: Form): Promise<Delivery> {
    return this.options.sender.deliver(url, form)
  }

  protected deliverReport(url: string, form: Form): Promise<Delivery> {
    return this.options.sender.deliver(url, form)
  }

  /** The URL of a number is told of the end alone, and of calls that came in. */
  protected callbackOf({ isInbound, settings }: LiveCall): Callback {
    return isInbound
      ? { url: this.options.callStatusUrl ?? null, events: ["completed"] }
      : { url: settings.StatusCallback ?? null, events: (settings.StatusCallbackEvent ?? "completed").split(" ") }
  }

  protected baseForm(call: LiveCall, leg: LiveLeg): Form {
    return VoiceWire.baseForm(this.options.accountSid, call, leg)
  }

  protected happenedForm(happened: Happened): Form {
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
          ["RecordingUrl", VoiceWire.recordingUrl(this.options.apiUrl(), this.options.accountSid, id)],
          ["RecordingDuration", String(seconds)],
          ["Digits", "#"]
        ]
      }
      case "Connected": {
        const { leg } = happened
        return [
          ["DialCallStatus", statusOf(leg)],
          ["DialCallSid", leg.id],
          ["DialBridged", String(leg.status === "completed")],
          ...(leg.status === "completed" ? [["DialCallDuration", String(leg.seconds ?? 0)] as const] : [])
        ]
      }
      default:
        return []
    }
  }

  protected failureForm(url: string, answer: Rendered | undefined): Form {
    return [
      ["ErrorCode", (answer?.violation ?? null) === null ? NOT_RETRIEVED : NOT_PARSED],
      ["ErrorUrl", url]
    ]
  }

  protected progressForm(call: LiveCall, leg: LiveLeg, sequence: number): Form {
    return VoiceWire.progressForm(this.options.accountSid, call, leg, sequence)
  }

  protected recordingForm(recording: KeptRecording): Form {
    return VoiceWire.recordingForm(this.options.accountSid, recording, this.options.apiUrl())
  }

  protected transcriptionForm(call: LiveCall, recording: KeptRecording): Form {
    return VoiceWire.transcriptionForm(this.options.accountSid, call, recording, this.options.apiUrl())
  }
}
