/** A listener to the broadcaster. */
import type { Thread } from "@careline/domain"
import { type BroadcastEvent, Broadcaster, type PublishedEvent, type TenantScope } from "@careline/ports"
import { Effect, Fiber, Queue, Stream } from "effect"
import { giveMoment, within } from "./Deadline.ts"
import * as Given from "./Given.ts"

export const eventOf = ({ id, siteGroupingId }: Thread.Thread): BroadcastEvent => ({
  siteGroupingId,
  type: "thread.updated",
  threadId: id,
  messageId: null
})

export const publish = (events: ReadonlyArray<BroadcastEvent>) =>
  Given.transact(Effect.flatMap(Broadcaster, (broadcaster) => broadcaster.publish(events)))

/** Hears the events of the scope behind `after`, for as long as the test lasts. */
const listen = Effect.fnUntraced(function* (scope: TenantScope, after: string | null) {
  const broadcaster = yield* Broadcaster
  const heard = yield* Queue.unbounded<PublishedEvent>()
  yield* Effect.forkScoped(Stream.runForEach(broadcaster.subscribe(scope, after), (event) => Queue.offer(heard, event)))
  /** The next so many events. */
  const take = (count: number) => within(Effect.replicateEffect(Queue.take(heard), count), `hearing ${count} events`)
  return { heard, take }
})

/** A listener that resumes behind an event. */
export const resume = (scope: TenantScope, after: string) => listen(scope, after)

/**
 * A listener to what is to come, which is there already: events of `thread` were published until one was heard, and
 * none of them is left to hear. `last` is the id of the last of them.
 */
export const listenFromNow = Effect.fnUntraced(function* (scope: TenantScope, thread: Thread.Thread) {
  const { heard, take } = yield* listen(scope, null)
  const first = yield* Effect.forkScoped(Queue.peek(heard))
  const call = Effect.forever(Effect.andThen(publish([eventOf(thread)]), giveMoment(Fiber.await(first))))
  yield* within(Effect.raceFirst(Fiber.join(first), call), "hearing the first event")
  yield* publish([{ ...eventOf(thread), type: "message.created" }])
  let last: PublishedEvent
  do {
    last = (yield* take(1))[0]!
  } while (last.event.type !== "message.created")
  return { take, last: last.id }
})

export const threadsOf = (events: ReadonlyArray<PublishedEvent>): ReadonlyArray<string> =>
  events.map(({ event }) => event.threadId)
