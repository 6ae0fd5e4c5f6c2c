/**
 * The time in a sandbox: it begins when `SANDBOX_NOW` says, and runs on from there. Host, store and simulators share it. Logins
 * go by the machine's time, because whoever issues tokens lives outside of the sandbox.
 */
import { SimulatorKit } from "@careline/testkit/simulators"
import { Clock, DateTime, type Duration, Effect, type Scope } from "effect"
import type { Authenticate } from "@careline/http-hono"

const NANOS_PER_MILLI = 1_000_000n

/** A clock that is ahead of another one by so many milliseconds. */
export const ahead = (clock: Clock.Clock, millis: number): Clock.Clock => {
  const nanos = BigInt(millis) * NANOS_PER_MILLI
  return {
    currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + millis,
    currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + millis),
    currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + nanos,
    currentTimeNanos: Effect.map(clock.currentTimeNanos, (now) => now + nanos),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (duration: Duration.Duration) => clock.sleep(duration)
  }
}

export interface SandboxClock {
  readonly clock: Clock.Clock
  /** How far the sandbox is ahead of this machine, in milliseconds. */
  readonly offset: number
  /** Checks logins by the machine's time. */
  readonly checkLogins: (authenticate: Authenticate) => Authenticate
}

/** Sets the time of this process's sandbox until the scope closes; `null` leaves it the machine's. */
export const start = Effect.fnUntraced(function* (
  now: DateTime.Utc | null
): Effect.fn.Return<SandboxClock, never, Scope.Scope> {
  const machine = yield* Clock.Clock
  if (now === null) return { clock: machine, offset: 0, checkLogins: (authenticate) => authenticate }
  const offset = DateTime.toEpochMillis(now) - machine.currentTimeMillisUnsafe()
  yield* SimulatorKit.SimulatedTime.offset(offset)
  const byMachine = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provideService(effect, Clock.Clock, machine)
  return {
    clock: ahead(machine, offset),
    offset,
    checkLogins: (authenticate) => (header) =>
      Effect.map(byMachine(authenticate(header)), (caller) => ({
        ...caller,
        session: { ended: byMachine(caller.session.ended) }
      }))
  }
})
