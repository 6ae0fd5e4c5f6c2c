/** How Vonage asks what a call does and reports on it: developer.vonage.com/voice/voice-api/webhook-reference. */
import { randomUUID } from "node:crypto"
import type { Asked, CallWire, Happened, Report } from "../core/CallEngine.ts"
import type { LiveCall, LiveLeg } from "../core/LiveCall.ts"
import type { KeptRecording } from "../core/Recordings.ts"
import type { NumberMarket } from "../core/NumberMarket.ts"
import type * as Voice from "../core/Voice.ts"
import * as WebhookRequest from "../core/WebhookRequest.ts"
import * as Ncco from "./Ncco.ts"
import * as VoiceWire from "./VoiceWire.ts"
import type { WebhookSender } from "./WebhookSender.ts"

/** The application's `answer_url`, `fallback_answer_url` and `event_url`. */
export interface VoiceUrls extends Voice.VoiceUrls {
  /** How the first two are asked; by `POST` when not given. */
  readonly answerMethod?: "GET" | "POST" | undefined
}

export interface VoiceWebhooksOptions extends VoiceUrls {
  readonly sender: WebhookSender
  /** Numbers that may be shown as the caller; any may when not given. */
  readonly numbers?: ReadonlyArray<string> | undefined
  readonly market: NumberMarket
  /** The base URL of the API, in what webhooks say of recordings. */
  readonly apiUrl: () => string
}

type Instructions = ReadonlyArray<Ncco.NccoInstruction>

interface Fetched {
  readonly rendered: Voice.Rendered
  /** `null` for nothing that can be played. */
  readonly instructions: Instructions | null
}

export class VoiceWebhooks implements CallWire<Ncco.Reporting> {
  readonly errorPrompt = null
  private readonly options: VoiceWebhooksOptions
  private readonly answered = new WeakSet<LiveLeg>()
  private readonly reporting = new WeakMap<LiveLeg, Ncco.Reporting>()
  /** What follows an action in its NCCO, by the URL that the action asks: carried out when nothing is answered there. */
  private readonly rest = new WeakMap<LiveCall, Map<string, Instructions>>()

  constructor(options: VoiceWebhooksOptions) {
    this.options = options
  }

  readonly newCallId = (): string => `CON-${randomUUID()}`
  readonly newRecordingId = (): string => randomUUID()
  readonly inboundUrl = (to: string): string => this.options.market.callsTo(to, this.options.voiceUrl ?? "")

  wasAnswered(leg: LiveLeg): boolean {
    return this.answered.has(leg)
  }

  readonly ask = async (call: LiveCall, url: string, happened: Happened): Promise<Asked<Ncco.Reporting>> => {
    const isFirst = happened._tag === "Began"
    const payload = this.payloadOf(call, happened)
    const documents: Array<Voice.Rendered> = []
    if (isFirst && call.faults.has("callTwice"))
      documents.push((await this.fetch(call, url, payload, happened)).rendered)
    const fetched =
      isFirst && call.faults.has("hostUnreachable") ? null : await this.fetch(call, url, payload, happened)
    if (fetched !== null) {
      documents.push(fetched.rendered)
      if (fetched.instructions !== null)
        return { documents, url, instructions: this.played(call, fetched.instructions) }
      if (fetched.rendered.violation !== null) await this.tellError(call)
    }
    return this.fallBack(call, url, happened, documents)
  }

  readonly progressed = (call: LiveCall, leg: LiveLeg, extra: Ncco.Reporting | null): ReadonlyArray<Report> => {
    if (extra !== null) this.reporting.set(leg, extra)
    if (leg.status === "in_progress") this.answered.add(leg)
    const url = this.eventUrlOf(call, leg)
    if (url === null) return []
    const report = (event: object): Report => {
      const payload = event
      return () => this.options.sender.report(url, payload)
    }
    switch (leg.status) {
      case "initiated":
        return [report(VoiceWire.progress(call, leg, "started"))]
      case "ringing":
        return [report(VoiceWire.progress(call, leg, "ringing"))]
      case "in_progress": {
        // A call that came in is asked about before anything is told of it.
        const before = call.isInbound && leg === call.own ? (["started", "ringing"] as const) : []
        return [...before, "answered" as const].map((status) => report(VoiceWire.progress(call, leg, status)))
      }
      default:
        return this.ended(call, leg, report)
    }
  }

  readonly recorded = (_: LiveCall, recording: KeptRecording, extra: Ncco.Reporting): ReadonlyArray<Report> => {
    const url = extra.eventUrl ?? this.options.callStatusUrl
    if (url === undefined) return []
    const payload = VoiceWire.recorded(recording, this.options.apiUrl())
    return [() => this.options.sender.report(url, payload)]
  }

  /** The end of a leg that somebody waits for is asked about, and not reported. */
  private ended(call: LiveCall, leg: LiveLeg, report: (event: object) => Report): ReadonlyArray<Report> {
    const isWaitedFor = this.reporting.get(leg)?.isSynchronous === true
    if (leg !== call.own) return isWaitedFor ? [] : this.finalEvents(call, leg).map(report)
    // "With connect and a fallback NCCO it comes only at the very end."
    const late = call.far
      .filter((far) => this.reporting.get(far)?.isSynchronous === true && !this.wasAnswered(far))
      .flatMap((far): ReadonlyArray<Report> => {
        const url = this.eventUrlOf(call, far)
        const payload = VoiceWire.completed(call, far, false)
        return url === null ? [] : [() => this.options.sender.report(url, payload)]
      })
    return [...late, ...this.finalEvents(call, leg).map(report)]
  }

  private finalEvents(call: LiveCall, leg: LiveLeg): ReadonlyArray<object> {
    const unanswered = VoiceWire.unanswered(call, leg)
    const last = VoiceWire.completed(call, leg, this.wasAnswered(leg))
    return unanswered === null ? [last] : [unanswered, last]
  }

  private eventUrlOf(call: LiveCall, leg: LiveLeg): string | null {
    const { callStatusUrl = null } = this.options
    if (leg !== call.own) return this.reporting.get(leg)?.eventUrl ?? callStatusUrl
    return call.settings.event_url ?? callStatusUrl
  }

  private payloadOf(call: LiveCall, happened: Happened): object {
    switch (happened._tag) {
      case "Pressed":
        return VoiceWire.input(call, happened.digits)
      case "Connected":
        return this.wasAnswered(happened.leg)
          ? VoiceWire.completed(call, happened.leg, true)
          : (VoiceWire.unanswered(call, happened.leg) ?? VoiceWire.completed(call, happened.leg, false))
      default:
        return VoiceWire.answer(call, this.options.apiUrl())
    }
  }

  /** `fallback_answer_url`: the same as before, with what went wrong where. That of the application is for calls that come in. */
  private async fallBack(
    call: LiveCall,
    url: string,
    happened: Happened,
    documents: ReadonlyArray<Voice.Rendered>
  ): Promise<Asked<Ncco.Reporting>> {
    const { apiUrl, voiceFallbackUrl } = this.options
    if (voiceFallbackUrl === undefined || !call.isInbound) return { documents, url, instructions: null }
    const type = happened._tag === "Began" ? "answer" : "event"
    const failed = {
      reason: documents.length === 0 ? "Connection refused." : "The answer is no NCCO.",
      original_request: { url, type }
    }
    const payload = { ...VoiceWire.answer(call, apiUrl()), ...failed }
    const { instructions, rendered } = await this.fetch(call, voiceFallbackUrl, payload, { _tag: "Began" })
    return {
      documents: [...documents, rendered],
      url: voiceFallbackUrl,
      instructions: instructions === null ? null : this.played(call, instructions)
    }
  }

  private async tellError(call: LiveCall): Promise<void> {
    const url = this.eventUrlOf(call, call.own)
    if (url !== null) await this.options.sender.report(url, VoiceWire.nccoError(call))
  }

  private async fetch(call: LiveCall, url: string, payload: object, happened: Happened): Promise<Fetched> {
    const { answerMethod = "POST", callStatusUrl = "", sender } = this.options
    const isAnswer = happened._tag === "Began"
    const delivery = await sender.ask(url, payload, isAnswer ? answerMethod : "POST")
    const { answer, body, contentType } = delivery
    const about = { url, status: typeof answer === "number" ? answer : 0, contentType: contentType || null, body }
    if (!WebhookRequest.isAccepted(delivery)) return { rendered: { ...about, violation: null }, instructions: null }
    const follows = this.rest.get(call)?.get(url)
    // To an event nothing has to be answered: then the NCCO goes on.
    if (body.trim() === "" && follows !== undefined) {
      return { rendered: { ...about, violation: null }, instructions: follows }
    }
    const { instructions, violation } = Ncco.read(contentType, body, callStatusUrl)
    return { rendered: { ...about, violation }, instructions }
  }

  /** As they are carried out: a call that is told to do nothing is not taken, and a foreign number is not shown. */
  private played(call: LiveCall, instructions: Instructions): Instructions {
    const follows = new Map<string, Instructions>()
    for (const [index, one] of instructions.entries()) {
      const asked = one._tag === "Gather" || one._tag === "Connect" ? one.action : null
      if (asked !== null && !follows.has(asked)) follows.set(asked, instructions.slice(index + 1))
    }
    this.rest.set(call, follows)
    if (instructions.length === 0 && call.isInbound && call.own.status === "ringing") {
      return [{ _tag: "Reject", reason: "rejected" }]
    }
    return instructions.map((one) =>
      one._tag === "Connect" && one.callerId !== null && !this.mayShow(call, one.callerId)
        ? { ...one, callerId: "unknown" }
        : one
    )
  }

  /** developer.vonage.com/voice/voice-api/guides/numbers: a number of the account, or that of whoever called. */
  private mayShow(call: LiveCall, callerId: string): boolean {
    const { numbers } = this.options
    return numbers === undefined || numbers.includes(callerId) || callerId === call.own.number
  }
}
