/**
 * One reader's place among the events. It is handed those that come, and keeps a page of them; when it starts behind, or
 * falls behind because it is slow, it goes back to the table for what it has not seen.
 */
import { type ChatEvent, isAfter, type Rooms } from "./chatEvent.ts"

export interface ChatFollowerOptions {
  readonly rooms: Rooms
  /** The id of the last event that it has seen. */
  readonly position: string
  readonly isBehind: boolean
  readonly pageSize: number
  readonly read: (position: string) => Promise<ReadonlyArray<ChatEvent>>
  /** Where to go on for one who was at the position: there, or at what is to come if nobody can have been there. */
  readonly resume: (position: string) => Promise<string>
  readonly onEnd: () => void
}

export class ChatFollower implements AsyncIterableIterator<ChatEvent> {
  readonly #options: ChatFollowerOptions
  #position: string
  #isBehind: boolean
  #buffer: Array<ChatEvent> = []
  #hasEnded = false
  #wake = () => {}

  constructor(options: ChatFollowerOptions) {
    this.#options = options
    this.#position = options.position
    this.#isBehind = options.isBehind
  }

  offer(event: ChatEvent): void {
    const { pageSize, rooms } = this.#options
    if (this.#isBehind || (rooms !== "all" && !rooms.includes(event.room))) return
    if (this.#buffer.length >= pageSize) {
      this.#isBehind = true
      return
    }
    this.#buffer.push(event)
    this.#wake()
  }

  async next(): Promise<IteratorResult<ChatEvent, undefined>> {
    while (!this.#hasEnded) {
      const event = this.#buffer.shift()
      if (event !== undefined) {
        // What it read in the table, the feed may hand it afterwards.
        if (!isAfter(event.id, this.#position)) continue
        this.#position = event.id
        return { done: false, value: event }
      }
      if (this.#isBehind) await this.#catchUp()
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    return { done: true, value: undefined }
  }

  /** Ends a `next` that waits, too. */
  async return(): Promise<IteratorResult<ChatEvent, undefined>> {
    this.#hasEnded = true
    this.#options.onEnd()
    this.#wake()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #catchUp(): Promise<void> {
    const { pageSize, read, resume } = this.#options
    // From here on it keeps what it is handed. What it was handed before is in the table when it reads.
    this.#isBehind = false
    try {
      this.#position = await resume(this.#position)
      const page = await read(this.#position)
      if (page.length === pageSize) this.#isBehind = true
      this.#buffer = this.#isBehind ? [...page] : [...page, ...this.#buffer]
    } catch (error) {
      await this.return()
      throw error
    }
  }
}
