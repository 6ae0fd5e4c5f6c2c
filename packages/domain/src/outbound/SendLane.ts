/**
 * How urgent a text is on its way out. The order of texts to one recipient is kept within a lane, and among those that may
 * leave now: what is held lets the next one pass, and lane 0 waits for nobody.
 */
import { Schema } from "effect"
import type { MessageClass } from "../messages/MessageClass.ts"

/** 0 alarm, urgent, opt-out confirmation · 1 conversation · 2 care and reminders · 3 bulk. */
export const SendLane = Schema.Literals([0, 1, 2, 3])
export type SendLane = typeof SendLane.Type

/** All lanes, the most urgent first. */
export const all = SendLane.literals

/** The last lane, which nothing else waits for. */
export const bulk: SendLane = 3

/** The lane of a text of the class. One that somebody's health hangs on is urgent whatever its class. */
export const of = (messageClass: MessageClass, isUrgent = false): SendLane => {
  if (isUrgent) return 0
  switch (messageClass) {
    case "on_call":
    case "opt_out_confirmation":
      return 0
    case "conversational":
    case "keyword_answer":
      return 1
    case "care":
    case "reminder":
      return 2
    case "notice":
    case "marketing":
      return 3
  }
}

/** How many places of a batch are a lane's own, if it has so many texts that may leave. */
export interface Share {
  readonly lane: SendLane
  readonly share: number
}

/**
 * The shares of a batch of `limit` texts from lane 0 down to `last`: `reserved` places for each lane but the first, which
 * has all the others. A batch too small for that reserves fewer, and lane 0 has a place in every one.
 */
export const shares = (limit: number, reserved: number, last: SendLane = bulk): ReadonlyArray<Share> => {
  const lower = all.filter((lane) => lane > 0 && lane <= last)
  const each = lower.length === 0 ? 0 : Math.max(0, Math.min(reserved, Math.floor((limit - 1) / lower.length)))
  return [{ lane: 0, share: limit - each * lower.length }, ...lower.map((lane): Share => ({ lane, share: each }))]
}

/**
 * Fills a batch: each lane has its share, and what a lane leaves free goes to the others, the most urgent first. `waiting`
 * gives what may leave of a lane, in its order.
 */
export const fill = <A>(
  limit: number,
  given: ReadonlyArray<Share>,
  waiting: (lane: SendLane) => ReadonlyArray<A>
): ReadonlyArray<A> => {
  const lanes = given.map(({ lane, share }) => ({ share, texts: waiting(lane) }))
  let free = lanes.reduce((left, { share, texts }) => left - Math.min(share, texts.length), limit)
  return lanes.flatMap(({ share, texts }) => {
    const own = Math.min(share, texts.length)
    const more = Math.max(0, Math.min(free, texts.length - own))
    free -= more
    return texts.slice(0, own + more)
  })
}
