/** A person on the phone: what they hear, what they press and say, and when they hang up. */
import type { OnThePhone } from "./Voice.ts"

/** What somebody said after the tone. */
export interface Utterance {
  readonly seconds: number
  /** `null`: it cannot be made out. */
  readonly words: string | null
}

export class Phone {
  readonly heard: Array<string> = []
  /** Whether they have not hung up. */
  isThere = true
  private readonly person: OnThePhone
  private questions = 0

  constructor(person: OnThePhone) {
    this.person = person
  }

  hear(what: string): void {
    if (!this.isThere) return
    this.heard.push(what)
    if (this.person.hangsUpAtOnce === true) this.isThere = false
  }

  /** What they press at the next question; `null`: nothing. */
  press(): string | null {
    return this.person.keys?.[this.questions++] ?? null
  }

  /** What they say after the tone; `null` when they hang up at it. They are silent for 0 seconds of speech. */
  speak(): Utterance | null {
    this.hear("tone")
    const { says = null, speaks } = this.person
    if (!this.isThere || speaks === undefined) {
      this.isThere = false
      return null
    }
    return { seconds: speaks, words: says }
  }
}
