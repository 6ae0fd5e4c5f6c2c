/** A call while it goes on. Its time is its own: what is said, waited and talked passes without anybody waiting for it. */
import { Phone } from "./Phone.ts"
import type { CallTrace, Leg, OnThePhone, Rendered, VoiceFault } from "./Voice.ts"
import * as SimulatedTime from "./SimulatedTime.ts"

export type LegStatus = "initiated" | "ringing" | "in_progress" | Exclude<Leg["ended"], "rejected">

export class LiveLeg {
  readonly id: string
  readonly phone: Phone
  readonly number: string | null
  readonly direction: Leg["direction"]
  readonly callerId: string | null
  status: LegStatus
  /** How long somebody was on the phone; `null` while nobody was, in seconds. */
  seconds: number | null = null
  isRejected = false

  constructor(
    id: string,
    person: OnThePhone,
    of: { readonly number: string | null; readonly direction: Leg["direction"]; readonly callerId: string | null },
    status: LegStatus
  ) {
    this.id = id
    this.phone = new Phone(person)
    this.number = of.number
    this.direction = of.direction
    this.callerId = of.callerId
    this.status = status
  }

  get isOver(): boolean {
    return this.status !== "initiated" && this.status !== "ringing" && this.status !== "in_progress"
  }

  trace(): Leg {
    const { callerId, direction, number, phone } = this
    const ended = this.isRejected ? "rejected" : this.isOver ? (this.status as Leg["ended"]) : "completed"
    return { number, direction, callerId, heard: phone.heard, ended }
  }
}

export class LiveCall {
  /** That of whoever called, or was called first. */
  readonly own: LiveLeg
  readonly far: Array<LiveLeg> = []
  readonly documents: Array<Rendered> = []
  readonly recordings: Array<string> = []
  readonly faults: ReadonlySet<VoiceFault>
  /** The number on our side. */
  readonly line: string
  readonly createdAt = SimulatedTime.now()
  /** What passed since it was answered, in seconds. */
  elapsed = 0
  endedAt: Date | null = null
  /** What the provider keeps with it: where its reports go, for one. */
  readonly settings: Readonly<Record<string, string>>

  constructor(
    own: LiveLeg,
    line: string,
    faults: ReadonlySet<VoiceFault>,
    settings: Readonly<Record<string, string>> = {}
  ) {
    this.own = own
    this.line = line
    this.faults = faults
    this.settings = settings
  }

  get id(): string {
    return this.own.id
  }

  get isInbound(): boolean {
    return this.own.direction === "inbound"
  }

  /** Who called, as it is written with the call: the caller, or our number when we called. */
  get from(): string | null {
    return this.isInbound ? this.own.number : this.line
  }

  get to(): string {
    return this.isInbound ? this.line : (this.own.number ?? "")
  }

  trace(): CallTrace {
    const legs = [this.own, ...this.far].map((leg) => leg.trace())
    return { id: this.id, legs, documents: this.documents, recordings: this.recordings }
  }
}
