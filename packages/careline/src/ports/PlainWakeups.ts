/** A team's wake-ups as the port has them: those that are lost begin again. */
import { Cause, Effect, Stream } from "effect"
import { storageError } from "./Refusal.ts"
import type { Wakes } from "./Repositories.ts"

/** Pauses before lost wake-ups begin again, in milliseconds: they double up to the longest. */
export const FIRST_PAUSE = 500
export const LONGEST_PAUSE = 30_000

/** Ticks that end or throw begin again: a connection that listens drops sooner or later. */
const restarted = (name: string, open: () => Wakes): Stream.Stream<void> =>
  Stream.suspend(() => {
    // Since the last tick. Until there is one again it is the same loss, which is logged once.
    let losses = 0
    let why = ""

    const ticks = Stream.suspend(() => {
      why = "they ended"
      // On the port, which may be an object of a class.
      return Stream.fromAsyncIterable(open().wakeups!(), (error) => error)
    }).pipe(
      Stream.mapEffect(() => Effect.sync(() => void (losses = 0))),
      Stream.catchCause((cause) => {
        why = storageError(`${name}.wakeups`, Cause.squash(cause)).message
        return Stream.empty
      })
    )
    const pause = Effect.suspend(() => {
      const warn = Effect.logWarning("Wake-ups were lost and begin again", why).pipe(
        Effect.annotateLogs({ port: name })
      )
      const wait = Effect.sleep(Math.min(FIRST_PAUSE * 2 ** losses, LONGEST_PAUSE))
      return losses++ === 0 ? Effect.andThen(warn, wait) : wait
    })
    return Stream.forever(Stream.concat(ticks, Stream.fromEffectDrain(pause)))
  })

/** The ticks of the port that `open` gives; none where it has no wake-ups. */
export const plainWakeups = (name: string, open: () => Wakes): Stream.Stream<void> =>
  Stream.unwrap(
    Effect.try(() => open().wakeups === undefined).pipe(
      Effect.orElseSucceed(() => false),
      Effect.map((isQuiet) => (isQuiet ? Stream.empty : restarted(name, open)))
    )
  )
