/** How a provider of TwiML, or of what is like it, asks what a call does and reports on it: by forms. */
import type { Asked, CallWire, Happened, Report } from "./CallEngine.ts"
import type { Delivery } from "./InboundText.ts"
import type { LiveCall, LiveLeg } from "./LiveCall.ts"
import type { KeptRecording } from "./Recordings.ts"
import type { NumberMarket } from "./NumberMarket.ts"
import type { Read, Reporting, TwimlInstruction } from "./Twiml.ts"
import type { Rendered, VoiceUrls } from "./Voice.ts"
import * as WebhookRequest from "./WebhookRequest.ts"

type Form = WebhookRequest.Form

export interface TwimlCallsOptions extends VoiceUrls {
  /** Numbers that may be shown as the caller; any may when not given. */
  readonly numbers?: ReadonlyArray<string> | undefined
  readonly market: NumberMarket
}

/** Where the first leg of a call is reported; `null` for nowhere. */
export interface Callback {
  readonly url: string | null
  readonly events: ReadonlyArray<string>
}

interface Fetched {
  readonly rendered: Rendered
  /** `null` for nothing that can be played. */
  readonly instructions: ReadonlyArray<TwimlInstruction> | null
}

/** What is written in the place of a number that is withheld. */
export const WITHHELD = "anonymous"

export const statusOf = ({ status }: LiveLeg): string =>
  status === "in_progress" ? "in-progress" : status.replace("_", "-")

export const fromOf = (call: LiveCall, leg: LiveLeg): string =>
  (leg === call.own ? call.from : leg.callerId) ?? WITHHELD

export const toOf = (call: LiveCall, leg: LiveLeg): string => (leg === call.own ? call.to : (leg.number ?? ""))

/** RFC 2822. */
export const mailDate = (at: Date): string => at.toUTCString().replace("GMT", "+0000")

/** As `statusCallbackEvent` names them: every end is `completed`. */
const eventOf = ({ isOver, status }: LiveLeg): string =>
  isOver ? "completed" : status === "in_progress" ? "answered" : status

export abstract class TwimlCalls<Options extends TwimlCallsOptions> implements CallWire<Reporting> {
  protected readonly options: Options
  private readonly sequences = new Map<string, number>()

  constructor(options: Options) {
    this.options = options
  }

  abstract readonly errorPrompt: string
  abstract readonly newCallId: () => string
  abstract readonly newRecordingId: () => string
  /** The event of a recording that was lost. */
  protected abstract readonly lost: "absent" | "completed"

  /** What a document says. */
  protected abstract read(contentType: string, body: string, url: string): Read
  /** Asks what a call does. */
  protected abstract deliverQuestion(url: string, form: Form): Promise<Delivery>
  /** Tells what became of it. */
  protected abstract deliverReport(url: string, form: Form): Promise<Delivery>
  /** Where the first leg of a call is reported. */
  protected abstract callbackOf(call: LiveCall): Callback

  /** What every request about a leg has. */
  protected abstract baseForm(call: LiveCall, leg: LiveLeg): Form
  /** What the request for the next document says of how the last one ended. */
  protected abstract happenedForm(happened: Happened): Form
  /** What the fallback is told of the URL that failed, and of its answer if there was one. */
  protected abstract failureForm(url: string, answer: Rendered | undefined): Form
  protected abstract progressForm(call: LiveCall, leg: LiveLeg, sequence: number): Form
  protected abstract recordingForm(recording: KeptRecording): Form
  protected abstract transcriptionForm(call: LiveCall, recording: KeptRecording): Form

  readonly inboundUrl = (to: string): string => this.options.market.callsTo(to, this.options.voiceUrl ?? "")

  readonly ask = async (call: LiveCall, url: string, happened: Happened): Promise<Asked<Reporting>> => {
    const { voiceFallbackUrl } = this.options
    const form = [...this.baseForm(call, call.own), ...this.happenedForm(happened)]
    const isFirst = happened._tag === "Began"
    const documents: Array<Rendered> = []
    if (isFirst && call.faults.has("callTwice")) documents.push((await this.fetch(call, url, form)).rendered)
    let answer: Rendered | undefined
    if (!isFirst || !call.faults.has("hostUnreachable")) {
      const { instructions, rendered } = await this.fetch(call, url, form)
      documents.push(rendered)
      if (instructions !== null) return { documents, url, instructions }
      answer = rendered
    }
    // That of the number or the application: calls that we place are given none.
    if (voiceFallbackUrl === undefined || !call.isInbound) return { documents, url, instructions: null }
    const fallback = await this.fetch(call, voiceFallbackUrl, [...form, ...this.failureForm(url, answer)])
    return {
      documents: [...documents, fallback.rendered],
      url: voiceFallbackUrl,
      instructions: fallback.instructions
    }
  }

  readonly progressed = (call: LiveCall, leg: LiveLeg, extra: Reporting | null): ReadonlyArray<Report> => {
    const { events, url } =
      leg === call.own ? this.callbackOf(call) : { url: extra?.callback ?? null, events: extra?.events ?? [] }
    if (url === null || !events.includes(eventOf(leg))) return []
    const sequence = this.sequences.get(leg.id) ?? 0
    this.sequences.set(leg.id, sequence + 1)
    const form = this.progressForm(call, leg, sequence)
    return [() => this.deliverReport(url, form)]
  }

  readonly recorded = (call: LiveCall, recording: KeptRecording, extra: Reporting): ReadonlyArray<Report> => {
    const { callback, events, isTranscribed, transcriptionCallback } = extra
    const isLost = recording.state === "lost"
    recording.isTranscribed = isTranscribed && !isLost
    const made = this.recordingForm(recording)
    const written = this.transcriptionForm(call, recording)
    return [
      ...(callback !== null && events.includes(isLost ? this.lost : "completed")
        ? [() => this.deliverReport(callback, made)]
        : []),
      ...(recording.isTranscribed && transcriptionCallback !== null
        ? [() => this.deliverReport(transcriptionCallback, written)]
        : [])
    ]
  }

  private async fetch(call: LiveCall, url: string, form: Form): Promise<Fetched> {
    const delivery = await this.deliverQuestion(url, form)
    const { answer, body, contentType } = delivery
    const about = { url, status: typeof answer === "number" ? answer : 0, contentType: contentType || null, body }
    if (!WebhookRequest.isAccepted(delivery)) return { rendered: { ...about, violation: null }, instructions: null }
    const { instructions, violation } = this.read(contentType, body, url)
    const foreign = instructions === null ? null : this.foreignCallerId(call, instructions)
    if (foreign !== null) return { rendered: { ...about, violation: foreign }, instructions: null }
    return { rendered: { ...about, violation }, instructions }
  }

  /** Only a number of the call or of the account may be shown: twilio.com/docs/voice/twiml/dial, "callerId". */
  private foreignCallerId(call: LiveCall, instructions: ReadonlyArray<TwimlInstruction>): string | null {
    const { numbers } = this.options
    const isAllowed = (shown: string) =>
      numbers === undefined || numbers.includes(shown) || shown === call.from || shown === call.to
    const wrong = instructions.find(
      (one) => one._tag === "Connect" && one.callerId !== null && !isAllowed(one.callerId)
    )
    return wrong === undefined ? null : "<Dial> with a callerId that is not the account's"
  }
}
