/** How Telnyx asks what a call does and reports on it: developers.telnyx.com/docs/voice/programmable-voice/texml-instruction-fetching. */
import { randomUUID } from "node:crypto"
import type { Asked, CallWire, Happened, Report } from "../core/CallEngine.ts"
import type { LiveCall, LiveLeg } from "../core/LiveCall.ts"
import type { KeptRecording } from "../core/Recordings.ts"
import type { NumberMarket } from "../core/NumberMarket.ts"
import type { Rendered } from "../core/Voice.ts"
import * as WebhookRequest from "../core/WebhookRequest.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"
import type { SignedLinks } from "./SignedLinks.ts"
import * as Texml from "./Texml.ts"
import * as VoiceWire from "./VoiceWire.ts"
import type { Form, WebhookSender } from "./WebhookSender.ts"

/** What the TeXML application has. */
export interface VoiceUrls {
  /** Where calls are delivered (`voice_url`), and where when that fails (`voice_fallback_url`). */
  readonly voiceUrl?: string | undefined
  readonly voiceFallbackUrl?: string | undefined
  /** Where calls are reported that name no URL for it (`status_callback`). */
  readonly callStatusUrl?: string | undefined
}

export interface VoiceWebhooksOptions extends VoiceUrls, VoiceWire.VoiceAccount {
  readonly sender: WebhookSender
  readonly links: SignedLinks
  /** Numbers that may be shown as the caller; any may when not given. */
  readonly numbers?: ReadonlyArray<string> | undefined
  readonly market: NumberMarket
}

const EVERYTHING = ["initiated", "ringing", "answered", "completed"]

/** As `statusCallbackEvent` names them: every end is `completed`. */
const eventOf = ({ isOver, status }: LiveLeg): string =>
  isOver ? "completed" : status === "in_progress" ? "answered" : status

export class VoiceWebhooks implements CallWire<Texml.Reporting> {
  readonly errorPrompt = "say en-US: We're sorry, an application error has occurred."
  private readonly options: VoiceWebhooksOptions
  private readonly sequences = new Map<string, number>()

  constructor(options: VoiceWebhooksOptions) {
    this.options = options
  }

  readonly newCallId = (): string => VoiceWire.newCallSid()
  readonly newRecordingId = (): string => randomUUID()
  readonly inboundUrl = (to: string): string => this.options.market.callsTo(to, this.options.voiceUrl ?? "")

  readonly ask = async (call: LiveCall, url: string, happened: Happened): Promise<Asked<Texml.Reporting>> => {
    const { voiceFallbackUrl } = this.options
    const form: Form = [...VoiceWire.baseForm(this.options, call, call.own), ...this.formOf(happened)]
    const isFirst = happened._tag === "Began"
    const documents: Array<Rendered> = []
    if (isFirst && call.faults.has("callTwice")) documents.push((await this.fetch(call, url, form)).rendered)
    if (!isFirst || !call.faults.has("hostUnreachable")) {
      const { instructions, rendered } = await this.fetch(call, url, form)
      documents.push(rendered)
      if (instructions !== null) return { documents, url, instructions }
    }
    // That of the application: a call that we place is given none.
    if (voiceFallbackUrl === undefined || !call.isInbound) return { documents, url, instructions: null }
    const fallback = await this.fetch(call, voiceFallbackUrl, form)
    return {
      documents: [...documents, fallback.rendered],
      url: voiceFallbackUrl,
      instructions: fallback.instructions
    }
  }

  readonly progressed = (call: LiveCall, leg: LiveLeg, extra: Texml.Reporting | null): ReadonlyArray<Report> => {
    const { callStatusUrl, sender } = this.options
    const { StatusCallback: ownUrl, StatusCallbackEvent: ownEvents } = call.settings
    const callback =
      leg !== call.own
        ? { url: extra?.callback ?? null, events: extra?.events ?? [] }
        : ownUrl === undefined
          ? { url: callStatusUrl ?? null, events: EVERYTHING }
          : { url: ownUrl, events: (ownEvents ?? "").split(" ") }
    const { events, url } = callback
    if (url === null || !events.includes(eventOf(leg))) return []
    const sequence = this.sequences.get(leg.id) ?? 0
    this.sequences.set(leg.id, sequence + 1)
    const form = VoiceWire.progressForm(this.options, call, leg, sequence)
    return [() => sender.report(url, form)]
  }

  readonly recorded = (call: LiveCall, recording: KeptRecording, extra: Texml.Reporting): ReadonlyArray<Report> => {
    const { links, sender } = this.options
    const { callback, events, isTranscribed, transcriptionCallback } = extra
    const isLost = recording.state === "lost"
    recording.isTranscribed = isTranscribed && !isLost
    const link = links.to(recording.id, SimulatedTime.now())
    const made = VoiceWire.recordingForm(this.options, recording, link)
    const written = VoiceWire.transcriptionForm(this.options, call, recording, link)
    return [
      ...(callback !== null && events.includes(isLost ? "absent" : "completed")
        ? [() => sender.report(callback, made)]
        : []),
      ...(recording.isTranscribed && transcriptionCallback !== null
        ? [() => sender.report(transcriptionCallback, written)]
        : [])
    ]
  }

  /** What the request for the next document says of how the last one ended. */
  private formOf(happened: Happened): Form {
    switch (happened._tag) {
      case "Pressed":
        return [["Digits", happened.digits]]
      case "Recorded": {
        const { recording } = happened
        return recording.state === "lost"
          ? []
          : [
              ["RecordingSid", recording.id],
              ["RecordingUrl", this.options.links.to(recording.id, SimulatedTime.now())],
              ["RecordingDuration", String(recording.seconds)]
            ]
      }
      case "Connected": {
        const { leg } = happened
        return [
          ["DialCallSid", leg.id],
          ["DialCallSidLegacy", leg.id],
          ["DialCallStatus", VoiceWire.statusOf(leg)],
          ...(leg.status === "completed" ? [["DialCallDuration", String(leg.seconds ?? 0)] as const] : [])
        ]
      }
      default:
        return []
    }
  }

  private async fetch(
    call: LiveCall,
    url: string,
    form: Form
  ): Promise<{ readonly rendered: Rendered; readonly instructions: ReadonlyArray<Texml.TexmlInstruction> | null }> {
    const delivery = await this.options.sender.ask(url, form)
    const { answer, body, contentType } = delivery
    const about = { url, status: typeof answer === "number" ? answer : 0, contentType: contentType || null, body }
    if (!WebhookRequest.isAccepted(delivery)) return { rendered: { ...about, violation: null }, instructions: null }
    const { instructions, violation } = Texml.read(contentType, body, url)
    const foreign = instructions === null ? null : this.foreignCallerId(call, instructions)
    if (foreign !== null) return { rendered: { ...about, violation: foreign }, instructions: null }
    return { rendered: { ...about, violation }, instructions }
  }

  /** A number that is neither of the call nor of the account is not shown: the caller-id policy. */
  private foreignCallerId(call: LiveCall, instructions: ReadonlyArray<Texml.TexmlInstruction>): string | null {
    const { numbers } = this.options
    const isAllowed = (shown: string) =>
      numbers === undefined || numbers.includes(shown) || shown === call.from || shown === call.to
    const wrong = instructions.find(
      (one) => one._tag === "Connect" && one.callerId !== null && !isAllowed(one.callerId)
    )
    return wrong === undefined ? null : "<Dial> with a callerId that is not the account's"
  }
}
