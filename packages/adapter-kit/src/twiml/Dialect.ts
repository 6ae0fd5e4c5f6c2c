/** What differs between TwiML and the documents and webhooks that are like it: each adapter declares its own. */

/** Attributes of an element. Those that are not given are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** Seconds that a provider takes; what is beyond them is brought within. */
export interface Bounds {
  readonly minimum: number
  readonly maximum: number
}

export interface Dialect {
  /** As it stands in webhook paths. */
  readonly provider: string
  readonly isCallSid: (text: unknown) => text is string
  readonly isRecordingSid: (text: unknown) => text is string
  /** Values of `ErrorCode` of a recording that is absent because there was nothing to record. */
  readonly nothingRecorded: ReadonlyArray<string>
  /** The attributes of `<Say>` that speak a language. */
  readonly voiceOf: (language: string) => Attributes
  /** A text in parts that are each short enough for one `<Say>`; none when there is nothing to say. */
  readonly toSpoken: (text: string) => ReadonlyArray<string>
  /** How long a phone may ring, a connection last, and a recording be. */
  readonly ringSeconds: Bounds
  readonly connectionSeconds: Bounds
  readonly recordingSeconds: Bounds
  /** The silence that ends a recording, in seconds; `null` where none does. */
  readonly silenceSeconds: number | null
  /** Attributes that no other dialect has. */
  readonly record: Attributes
  readonly dial: Attributes
  readonly gather: Attributes
  /** The events of a recording that are reported. */
  readonly recordingEvents: ReadonlyArray<string>
  /** The attribute that has a recording written down. With `Callback` at its end it names where the words are sent. */
  readonly transcription: string
  /** The languages that are written down, without their regions. */
  readonly transcribedLanguages: ReadonlyArray<string>
  /** Recordings that are shorter are written down, in seconds. */
  readonly transcribedBelowSeconds: number
  /** Whether `<Gather>` reports as well that no key was pressed. Where it does not, the call goes on after it. */
  readonly reportsNoKeys: boolean
}
