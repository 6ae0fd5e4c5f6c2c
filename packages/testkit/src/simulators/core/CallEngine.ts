/**
 * Plays calls: who calls or is called, what the provider's document tells the call to do, what the people on the phone do,
 * and which reports come of it. Knows no provider: `CallWire` is what one brings.
 */
import type { Instruction, Spoken } from "./Instruction.ts"
import { LiveCall, LiveLeg, type LegStatus } from "./LiveCall.ts"
import { type KeptRecording, Recordings } from "./Recordings.ts"
import { Underway } from "./Underway.ts"
import type { Callee, CallTrace, InboundCall, Rendered, Voice, VoiceFault } from "./Voice.ts"
import * as SimulatedTime from "./SimulatedTime.ts"

/** Why a document is asked for. */
export type Happened =
  | { readonly _tag: "Began" }
  | { readonly _tag: "Answered" }
  /** The last document led here. */
  | { readonly _tag: "Moved" }
  /** `""`: nothing was pressed in time. */
  | { readonly _tag: "Pressed"; readonly digits: string }
  | { readonly _tag: "Recorded"; readonly recording: KeptRecording }
  | { readonly _tag: "Connected"; readonly leg: LiveLeg }

/** What came of asking: every document that was answered with, and what the call does now. */
export interface Asked<Extra> {
  readonly documents: ReadonlyArray<Rendered>
  /** Where relative addresses in the document start. */
  readonly url: string
  /** `null` when there is nothing that can be played: then the call ends as the provider ends it. */
  readonly instructions: ReadonlyArray<Instruction<Extra>> | null
}

/** Delivers a report. */
export type Report = () => Promise<unknown>

/** What a provider brings: its ids, its webhooks and its documents. */
export interface CallWire<Extra> {
  readonly newCallId: () => string
  readonly newRecordingId: () => string
  /** What somebody hears when nothing can be played; `null`: nothing. */
  readonly errorPrompt: string | null
  /** Where the document of a call to one of our numbers is asked for. */
  readonly inboundUrl: (to: string) => string
  /** Asks us. Delivered and read as the provider does, with its fallback. */
  readonly ask: (call: LiveCall, url: string, happened: Happened) => Promise<Asked<Extra>>
  /** A leg has come further; `extra` is that of the instruction that opened a far one. None where it reports nothing. */
  readonly progressed: (call: LiveCall, leg: LiveLeg, extra: Extra | null) => ReadonlyArray<Report>
  /** A recording was made, or lost. */
  readonly recorded: (call: LiveCall, recording: KeptRecording, extra: Extra) => ReadonlyArray<Report>
}

/** How long things take, in seconds. */
const PROMPT_SECONDS = 2
const KEY_SECONDS = 1
const RING_SECONDS = 4
const TALK_SECONDS = 10
/** More than any plan has: a call that goes round in circles ends. */
const MAX_DOCUMENTS = 40

type Next = { readonly url: string; readonly happened: Happened } | null

const wordsOf = (spoken: Spoken): string | null => {
  switch (spoken._tag) {
    case "Say":
      return `say ${spoken.language}: ${spoken.text}`
    case "Play":
      return `play ${spoken.url}`
    case "Pause":
      return null
  }
}

/** What is taken of the keys: up to the one that ends them, or as many as are waited for. */
const keysTaken = (keys: string, digits: number | null, finishOnKey: string): string =>
  (finishOnKey === "" ? keys : keys.split(finishOnKey)[0]!).slice(0, digits ?? undefined)

export class CallEngine<Extra> implements Voice {
  readonly calls: Array<LiveCall> = []
  readonly recordings = new Recordings()
  private readonly callees = new Map<string, Callee>()
  private readonly nextFaults = new Set<VoiceFault>()
  private readonly underway = new Underway()
  private readonly deferred = new Map<LiveCall, Array<Report>>()
  private readonly wire: CallWire<Extra>

  constructor(wire: CallWire<Extra>) {
    this.wire = wire
  }

  get traces(): ReadonlyArray<CallTrace> {
    return this.calls.map((call) => call.trace())
  }

  whenCalled(number: string, callee: Callee): void {
    this.callees.set(number, callee)
  }

  onCall(fault: VoiceFault): void {
    this.nextFaults.add(fault)
  }

  kept(): ReadonlyArray<string> {
    return this.recordings.kept()
  }

  bytesOf(recording: string): Uint8Array | undefined {
    return this.recordings.find(recording)?.bytes
  }

  /** Every leg so far, with its call. */
  get legs(): ReadonlyArray<{ readonly call: LiveCall; readonly leg: LiveLeg }> {
    return this.calls.flatMap((call) => [call.own, ...call.far].map((leg) => ({ call, leg })))
  }

  find(id: string): LiveCall | undefined {
    return this.calls.find((call) => call.id === id)
  }

  /** Once every call that we placed is over. */
  idle(): Promise<void> {
    return this.underway.idle()
  }

  async call(call: InboundCall): Promise<CallTrace> {
    const of = { number: call.from, direction: "inbound", callerId: null } as const
    const live = this.open(new LiveLeg(this.wire.newCallId(), call, of, "ringing"), call.to)
    await this.underway.track(this.run(live, { url: this.wire.inboundUrl(call.to), happened: { _tag: "Began" } }))
    return live.trace()
  }

  /** We place a call: its phone rings at once, and the rest happens while others go on. */
  place(of: {
    readonly from: string
    readonly to: string
    readonly url: string
    readonly settings: Readonly<Record<string, string>>
  }): LiveCall {
    const callee = this.calleeOf(of.to)
    const leg = { number: of.to, direction: "outbound", callerId: of.from } as const
    const live = this.open(new LiveLeg(this.wire.newCallId(), callee, leg, "initiated"), of.from, of.settings)
    void this.underway.track(this.ringFirst(live, callee, of.url))
    return live
  }

  private calleeOf(number: string): Callee {
    return this.callees.get(number) ?? { answering: "answers" }
  }

  private open(own: LiveLeg, line: string, settings: Readonly<Record<string, string>> = {}): LiveCall {
    const live = new LiveCall(own, line, new Set(this.nextFaults), settings)
    this.nextFaults.clear()
    this.calls.push(live)
    return live
  }

  private async ringFirst(live: LiveCall, callee: Callee, url: string): Promise<void> {
    await this.progress(live, live.own, "initiated", null)
    await this.progress(live, live.own, "ringing", null)
    if (callee.answering !== "answers") {
      await this.progress(live, live.own, callee.answering, null)
      return this.close(live)
    }
    await this.progress(live, live.own, "in_progress", null)
    return this.run(live, { url, happened: { _tag: "Answered" } })
  }

  private async run(live: LiveCall, first: Exclude<Next, null>): Promise<void> {
    let next: Next = first
    for (let asked = 0; next !== null && asked < MAX_DOCUMENTS; asked++) {
      const answer: Asked<Extra> = await this.wire.ask(live, next.url, next.happened)
      live.documents.push(...answer.documents)
      if (answer.instructions === null && this.wire.errorPrompt !== null) live.own.phone.hear(this.wire.errorPrompt)
      next = answer.instructions === null ? null : await this.play(live, answer.instructions, answer.url)
    }
    if (!live.own.isOver) {
      live.own.seconds = live.elapsed
      await this.progress(live, live.own, "completed", null)
    }
    return this.close(live)
  }

  private async close(live: LiveCall): Promise<void> {
    live.endedAt = SimulatedTime.now()
    for (const report of (this.deferred.get(live) ?? []).toReversed()) await report()
    this.deferred.delete(live)
  }

  /** Until the call goes on elsewhere, or is over. */
  private async play(live: LiveCall, instructions: ReadonlyArray<Instruction<Extra>>, base: string): Promise<Next> {
    for (const instruction of instructions) {
      if (!live.own.phone.isThere || instruction._tag === "Hangup") return null
      if (instruction._tag === "Reject") {
        live.own.isRejected = true
        await this.progress(live, live.own, instruction.reason === "busy" ? "busy" : "no_answer", null)
        return null
      }
      if (live.own.status === "ringing") await this.progress(live, live.own, "in_progress", null)
      const next = await this.carryOut(live, instruction)
      if (next !== null) return { ...next, url: new URL(next.url, base).href }
    }
    return null
  }

  private async carryOut(
    live: LiveCall,
    instruction: Exclude<Instruction<Extra>, { readonly _tag: "Hangup" | "Reject" }>
  ): Promise<Next> {
    switch (instruction._tag) {
      case "Gather":
        return this.gather(live, instruction)
      case "Record":
        return this.record(live, instruction)
      case "Connect":
        return this.connect(live, instruction)
      case "Go":
        return { url: instruction.to, happened: { _tag: "Moved" } }
      default:
        this.speak(live, instruction)
        return null
    }
  }

  private speak(live: LiveCall, spoken: Spoken): void {
    const words = wordsOf(spoken)
    if (words !== null) live.own.phone.hear(words)
    live.elapsed += spoken._tag === "Pause" ? spoken.seconds : PROMPT_SECONDS
  }

  private gather(live: LiveCall, gather: Extract<Instruction<Extra>, { readonly _tag: "Gather" }>): Next {
    for (const spoken of gather.say) this.speak(live, spoken)
    if (!live.own.phone.isThere) return null
    const digits = keysTaken(live.own.phone.press() ?? "", gather.digits, gather.finishOnKey)
    live.elapsed += digits === "" ? gather.timeoutSeconds : KEY_SECONDS
    if (digits === "" && !gather.isActionWhenEmpty) return null
    return { url: gather.action, happened: { _tag: "Pressed", digits } }
  }

  private async record(
    live: LiveCall,
    record: Extract<Instruction<Extra>, { readonly _tag: "Record" }>
  ): Promise<Next> {
    const said = live.own.phone.speak()
    if (said === null) return null
    if (said.seconds === 0) live.elapsed += record.timeoutSeconds
    if (said.seconds === 0 && !record.isSilenceKept) return null
    const seconds = Math.min(said.seconds, record.maxSeconds)
    live.elapsed += seconds
    const recording = this.recordings.add(this.wire.newRecordingId(), live.id, { ...said, seconds }, live.faults)
    live.recordings.push(recording.id)
    await this.report(live, this.wire.recorded(live, recording, record.extra))
    return record.action === null ? null : { url: record.action, happened: { _tag: "Recorded", recording } }
  }

  private async connect(
    live: LiveCall,
    connect: Extract<Instruction<Extra>, { readonly _tag: "Connect" }>
  ): Promise<Next> {
    const { action, callerId, extra, maxSeconds, ringSeconds, to } = connect
    const callee = this.calleeOf(to)
    const shown = callerId ?? live.own.number
    const of = { number: to, direction: "outbound", callerId: shown } as const
    const leg = new LiveLeg(this.wire.newCallId(), callee, of, "initiated")
    live.far.push(leg)
    await this.progress(live, leg, "initiated", extra)
    await this.progress(live, leg, "ringing", extra)
    live.elapsed += callee.answering === "no_answer" ? ringSeconds : Math.min(RING_SECONDS, ringSeconds)
    if (callee.answering === "answers") {
      await this.progress(live, leg, "in_progress", extra)
      leg.seconds = Math.min(callee.talks ?? TALK_SECONDS, maxSeconds)
      live.elapsed += leg.seconds
      await this.progress(live, leg, "completed", extra)
    } else {
      await this.progress(live, leg, callee.answering, extra)
    }
    return action === null ? null : { url: action, happened: { _tag: "Connected", leg } }
  }

  private progress(live: LiveCall, leg: LiveLeg, status: LegStatus, extra: Extra | null): Promise<void> {
    leg.status = status
    return this.report(live, this.wire.progressed(live, leg, extra))
  }

  /** Reports that nobody waits for, as the call's faults have them. */
  private async report(live: LiveCall, reports: ReadonlyArray<Report>): Promise<void> {
    const { faults } = live
    if (faults.has("callbacksLost")) return
    const all = faults.has("callbacksTwice") ? reports.flatMap((one) => [one, one]) : reports
    if (faults.has("callbacksReversed")) {
      this.deferred.set(live, [...(this.deferred.get(live) ?? []), ...all])
      return
    }
    for (const one of all) await one()
  }
}
