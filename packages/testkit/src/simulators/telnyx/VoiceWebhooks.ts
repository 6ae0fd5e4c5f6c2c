/** How Telnyx asks what a call does and reports on it: developers.telnyx.com/docs/voice/programmable-voice/texml-instruction-fetching. */
import { randomUUID } from "node:crypto"
import type { Happened } from "../core/CallEngine.ts"
import type { Delivery } from "../core/InboundText.ts"
import type { LiveCall, LiveLeg } from "../core/LiveCall.ts"
import type { KeptRecording } from "../core/Recordings.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"
import { LEG_EVENTS } from "../core/Twiml.ts"
import { type Callback, statusOf, TwimlCalls, type TwimlCallsOptions } from "../core/TwimlCalls.ts"
import type { Form } from "../core/WebhookRequest.ts"
import type { SignedLinks } from "./SignedLinks.ts"
import * as Texml from "./Texml.ts"
import * as VoiceWire from "./VoiceWire.ts"
import type { WebhookSender } from "./WebhookSender.ts"

export interface VoiceWebhooksOptions extends TwimlCallsOptions, VoiceWire.VoiceAccount {
  readonly sender: WebhookSender
  readonly links: SignedLinks
}

export class VoiceWebhooks extends TwimlCalls<VoiceWebhooksOptions> {
  readonly errorPrompt = "say en-US: We're sorry, an application error has occurred."
  readonly newCallId = (): string => VoiceWire.newCallSid()
  protected readonly lost = "completed"
  readonly newRecordingId = (): string => randomUUID()
  protected readonly read = Texml.read

  protected deliverQuestion(url: string, form: Form): Promise<Delivery> {
    return this.options.sender.ask(url, form)
  }

  protected deliverReport(url: string, form: Form): Promise<Delivery> {
    return this.options.sender.report(url, form)
  }

  protected callbackOf({ settings }: LiveCall): Callback {
    const { StatusCallback: url, StatusCallbackEvent: events = "" } = settings
    return url === undefined
      ? { url: this.options.callStatusUrl ?? null, events: LEG_EVENTS }
      : { url, events: events.split(" ") }
  }

  protected baseForm(call: LiveCall, leg: LiveLeg): Form {
    return VoiceWire.baseForm(this.options, call, leg)
  }

  protected happenedForm(happened: Happened): Form {
    switch (happened._tag) {
      case "Pressed":
        return [["Digits", happened.digits]]
      case "Recorded": {
        const { recording } = happened
        return recording.state === "lost"
          ? []
          : [
              ["RecordingSid", recording.id],
              ["RecordingUrl", this.linkTo(recording)],
              ["RecordingDuration", String(recording.seconds)]
            ]
      }
      case "Connected": {
        const { leg } = happened
        return [
          ["DialCallSid", leg.id],
          ["DialCallSidLegacy", leg.id],
          ["DialCallStatus", statusOf(leg)],
          ...(leg.status === "completed" ? [["DialCallDuration", String(leg.seconds ?? 0)] as const] : [])
        ]
      }
      default:
        return []
    }
  }

  protected failureForm(): Form {
    return []
  }

  protected progressForm(call: LiveCall, leg: LiveLeg, sequence: number): Form {
    return VoiceWire.progressForm(this.options, call, leg, sequence)
  }

  protected recordingForm(recording: KeptRecording): Form {
    return VoiceWire.recordingForm(this.options, recording, this.linkTo(recording))
  }

  protected transcriptionForm(call: LiveCall, recording: KeptRecording): Form {
    return VoiceWire.transcriptionForm(this.options, call, recording, this.linkTo(recording))
  }

  private linkTo({ id }: KeptRecording): string {
    return this.options.links.to(id, SimulatedTime.now())
  }
}
