/**
 * Calls at a simulated provider: who calls, what they do on the phone, and what every leg heard and showed. The provider's
 * document is read as the provider reads it, and refused where its published grammar does not know it.
 */

/** What somebody does on the phone, step by step of what they are asked. */
export interface OnThePhone {
  /** What they press at each question, in order; `null`, and whatever is beyond the last: nothing, until the question ends. */
  readonly keys?: ReadonlyArray<string | null> | undefined
  /** How long they speak after the tone, in seconds; 0: they say nothing and wait. Not given: they hang up at the tone. */
  readonly speaks?: number | undefined
  /** What they say, for the provider's own transcription; `null`: it cannot be made out. */
  readonly says?: string | null | undefined
  /** They hang up at the first thing that they hear. */
  readonly hangsUpAtOnce?: boolean | undefined
}

/** Somebody calls one of our numbers. Numbers are E.164 here, whatever the provider writes. */
export interface InboundCall extends OnThePhone {
  /** `null`: they withhold their number. */
  readonly from: string | null
  readonly to: string
}

/** What becomes of a call to a number. */
export type Answering = "answers" | "busy" | "no_answer" | "failed"

/** How a number answers when it is called: by us, or because a call is put through to it. */
export interface Callee extends OnThePhone {
  readonly answering: Answering
  /** How long they talk once they are put through, in seconds. */
  readonly talks?: number | undefined
}

/** What can go wrong around a call that is otherwise good. Holds for the next call. */
export const voiceFaults = [
  /** The webhook of the call comes twice, and the answer to the second is used. */
  "callTwice",
  /** Every callback that nobody waits for comes twice. */
  "callbacksTwice",
  /** They come in the opposite order. */
  "callbacksReversed",
  /** None of them comes. */
  "callbacksLost",
  /** Something was recorded, and lost at the provider. */
  "recordingLost",
  /** The recording is announced, and cannot be fetched at first. */
  "recordingLate",
  /** It is announced, and is gone when it is fetched. */
  "recordingGone",
  /** The answer to `call` never reached the provider, which goes to the fallback URL. */
  "hostUnreachable"
] as const
export type VoiceFault = (typeof voiceFaults)[number]

/** One leg: a phone at its other end. */
export interface Leg {
  /** Who is at the other end. */
  readonly number: string | null
  /** `inbound`: they called us. `outbound`: they were called. */
  readonly direction: "inbound" | "outbound"
  /** The number that was shown to them; `null` for whoever called. */
  readonly callerId: string | null
  /** What they heard, in its order: `say en-US: …`, `play https://…`, `tone`. */
  readonly heard: ReadonlyArray<string>
  readonly ended: "completed" | "busy" | "no_answer" | "failed" | "canceled" | "rejected"
}

/** A document that we answered with. */
export interface Rendered {
  /** Where it was asked. */
  readonly url: string
  readonly status: number
  readonly contentType: string | null
  readonly body: string
  /** What the provider's grammar does not know in it; `null` for a good one. */
  readonly violation: string | null
}

/** A call from its begin to its end. */
export interface CallTrace {
  /** The provider's id of the call, as its adapter knows it. */
  readonly id: string
  /** The first leg is that of whoever called, or was called first. */
  readonly legs: ReadonlyArray<Leg>
  readonly documents: ReadonlyArray<Rendered>
  /** The recordings that were made, as the provider knows them. */
  readonly recordings: ReadonlyArray<string>
}

/** Where a provider reaches us about calls. */
export interface VoiceUrls {
  /** Where calls are delivered, and where when that fails. */
  readonly voiceUrl?: string | undefined
  readonly voiceFallbackUrl?: string | undefined
  /** Where calls are reported that name no URL for it. */
  readonly callStatusUrl?: string | undefined
}

/** The calls of a simulator. */
export interface Voice {
  /** Somebody calls. Ends when the call is over and every webhook that it caused was answered, or given up. */
  readonly call: (call: InboundCall) => Promise<CallTrace>
  /** From now on the number answers so. A number of which nothing is said answers, listens and hangs up after 10 seconds of talk. */
  readonly whenCalled: (number: string, callee: Callee) => void
  /** Every call so far, also those that we placed. */
  readonly traces: ReadonlyArray<CallTrace>
  /** Something goes wrong with the next call. */
  readonly onCall: (fault: VoiceFault) => void
  /** Recordings that are still kept at the provider, as `CallTrace.recordings` names them. */
  readonly kept: () => ReadonlyArray<string>
  /** The bytes of a recording, as the provider serves them. */
  readonly bytesOf: (recording: string) => Uint8Array | undefined
}
