/** The recordings that a simulated provider keeps. */
import * as Tone from "./Tone.ts"
import type { Utterance } from "./Phone.ts"
import type { VoiceFault } from "./Voice.ts"
import * as SimulatedTime from "./SimulatedTime.ts"

export interface KeptRecording {
  /** The provider's id. */
  readonly id: string
  /** The provider's id of the call. */
  readonly callId: string
  readonly seconds: number
  readonly bytes: Uint8Array
  /** What the provider's own transcription made of it; `null`: nothing. */
  readonly words: string | null
  readonly createdAt: Date
  /** `late`: cannot be fetched yet. `gone`: not any more. `lost`: never could. */
  state: "kept" | "late" | "gone" | "lost"
  /** Whether the provider was asked to write it down. */
  isTranscribed: boolean
}

const LOWEST_HERTZ = 300
const HIGHEST_HERTZ = 1_300

const stateAfter = (faults: ReadonlySet<VoiceFault>): KeptRecording["state"] => {
  if (faults.has("recordingLost")) return "lost"
  if (faults.has("recordingGone")) return "gone"
  return faults.has("recordingLate") ? "late" : "kept"
}

export class Recordings {
  readonly all: Array<KeptRecording> = []

  add(id: string, callId: string, { seconds, words }: Utterance, faults: ReadonlySet<VoiceFault>): KeptRecording {
    // Each sounds different, so that one is never taken for another.
    const hertz = LOWEST_HERTZ + ((this.all.length * 7) % (HIGHEST_HERTZ - LOWEST_HERTZ))
    const recording: KeptRecording = {
      id,
      callId,
      // The shortest that a provider counts; silence is recorded as such.
      seconds: Math.max(1, seconds),
      bytes: Tone.wav(Math.max(1, seconds), seconds === 0 ? null : hertz),
      words,
      createdAt: SimulatedTime.now(),
      state: stateAfter(faults),
      isTranscribed: false
    }
    this.all.push(recording)
    return recording
  }

  find(id: string): KeptRecording | undefined {
    return this.all.find((recording) => recording.id === id)
  }

  /** Somebody asks for it: `undefined` when there is nothing to be had. What was late is there when it is asked for again. */
  take(id: string): KeptRecording | undefined {
    const recording = this.find(id)
    if (recording?.state === "late") {
      recording.state = "kept"
      return undefined
    }
    return recording?.state === "kept" ? recording : undefined
  }

  /** Whether there was something to delete. */
  delete(id: string): boolean {
    const recording = this.find(id)
    if (recording?.state !== "kept" && recording?.state !== "late") return false
    recording.state = "gone"
    return true
  }

  kept(): ReadonlyArray<string> {
    return this.all.filter(({ state }) => state === "kept" || state === "late").map(({ id }) => id)
  }
}
