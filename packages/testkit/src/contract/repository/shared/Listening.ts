/** A listener to the broadcaster. */
import type { Thread } from "@careline/domain"
import { type BroadcastEvent, Broadcaster, type PublishedEvent, type TenantScope } from "@careline/ports"
import { Effect, Fiber, Queue, Stream } from "effect"
import { giveMoment, within } from "./Deadline.ts"
import * as Given from "./Given.ts"

export const eventOf = ({
  id,
  siteGroupingId
}: Thread.Thread): Extract<BroadcastEvent, { readonly threadId: unknown }> => ({
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
  const listening = yield* Effect.forkScoped(
    Stream.runForEach(broadcaster.subscribe(scope, after), (event) => Queue.offer(heard, event))
  )
  /** The effect, unless the stream fails before. */
  const whileListening = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.raceFirst(effect, Effect.andThen(Fiber.join(listening), Effect.never))
  /** The next so many events. */
  const take = (count: number) =>
    within(whileListening(Effect.replicateEffect(Queue.take(heard), count)), `hearing ${count} events`)
  return { heard, take, whileListening }
})

/** A listener that resumes behind an event. */
export const resume = (scope: TenantScope, after: string) => listen(scope, after)

/**
 * A listener to what is to come, which is there already: events of `thread` were published until one was heard, and
 * none of them is left to hear. `calls` are those that were heard, `last` the id of the last of them. An `after` that the
 * store cannot have given is none.
 */
export const listenFromNow = Effect.fnUntraced(function* (
  scope: TenantScope,
  thread: Thread.Thread,
  after: string | null = null
) {
  const { heard, take, whileListening } = yield* listen(scope, after)
  const first = yield* Effect.forkScoped(Queue.peek(heard))
  const call = Effect.forever(Effect.andThen(publish([eventOf(thread)]), giveMoment(Fiber.await(first))))
  yield* within(whileListening(Effect.raceFirst(Fiber.join(first), call)), "hearing the first event")
  yield* publish([{ ...eventOf(thread), type: "message.created" }])
  const calls: Array<PublishedEvent> = []
  do {
    calls.push(...(yield* take(1)))
  } while (calls.at(-1)!.event.type !== "message.created")
  return { take, calls, last: calls.at(-1)!.id }
})

export const threadsOf = (events: ReadonlyArray<PublishedEvent>): ReadonlyArray<string> =>
  events.flatMap(({ event }) => ("threadId" in event ? [event.threadId] : []))
