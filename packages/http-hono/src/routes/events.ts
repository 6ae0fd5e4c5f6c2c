/** Server-sent events: what changed, in real time. `Last-Event-ID` resumes without a gap. */
import { activeActor, type Actor, noteListening } from "@careline/application"
import { Broadcaster, type PublishedEvent } from "@careline/ports"
import { Effect, Exit, Stream } from "effect"
import type { Hono } from "hono"
import { type SSEStreamingApi, streamSSE } from "hono/streaming"
import { type Authenticate, authorise, READERS } from "../auth/Auth.ts"
import type { HostRuntime } from "../http/HostRuntime.ts"
import { makeStreams } from "../http/OpenStreams.ts"
import * as Problem from "../http/Problem.ts"
import { asking, audited } from "../openapi/Refused.ts"
import { problemResponse } from "../openapi/Respond.ts"
import type { Services } from "../Services.ts"

/** A comment now and then keeps proxies from closing an idle stream, in milliseconds. */
const HEARTBEAT = 15_000
/** What a client waits before it comes again, in milliseconds. */
const RETRY = 2_000

/** Ends once one of the caller's tenants is deactivated: whoever comes again sees what is left. */
const shrunk = <A extends Actor>(caller: A) =>
  activeActor(caller).pipe(
    Effect.orElseSucceed(() => caller),
    Effect.delay(HEARTBEAT),
    Effect.repeat({ until: (now) => now !== caller }),
    Effect.asVoid
  )

const payload = ({ event }: PublishedEvent) => JSON.stringify(event)

export const mountEvents = (app: Hono, runtime: HostRuntime<Services>, authenticate: Authenticate): void => {
  const streams = makeStreams()
  app.get("/api/v1/events", async (context) => {
    const known = asking(context, "listenToEvents")
    const caller = await runtime.runPromiseExit(
      audited(
        context,
        Effect.gen(function* () {
          const listener = yield* authenticate(context.req.header("authorization"))
          known(listener)
          yield* authorise(listener, READERS)
          const leave = yield* streams.enter(listener.userId)
          yield* Effect.onError(noteListening(listener), () => Effect.sync(leave))
          return { listener, leave }
        })
      )
    )
    if (Exit.isFailure(caller)) return problemResponse(context, Problem.ofCause(caller.cause))
    const after = context.req.header("last-event-id") ?? context.req.query("lastEventId") ?? null
    const { leave, listener } = caller.value
    const listen = async (sse: SSEStreamingApi): Promise<void> => {
      const gone = new AbortController()
      sse.onAbort(() => gone.abort())
      await sse.writeSSE({ event: "ready", data: "{}", retry: RETRY })
      await runtime.runPromiseExit(
        Effect.flatMap(Broadcaster, (broadcaster) =>
          broadcaster.subscribe(listener.scope, after).pipe(
            Stream.map((one) => ({ id: one.id, event: one.event.type, data: payload(one) })),
            Stream.merge(Stream.tick(HEARTBEAT).pipe(Stream.map(() => ({ event: "heartbeat", data: "{}" })))),
            Stream.interruptWhen(Effect.raceFirst(listener.session.ended, shrunk(listener))),
            Stream.runForEach((message) => Effect.promise(() => sse.writeSSE(message)))
          )
        ),
        { signal: runtime.closing === undefined ? gone.signal : AbortSignal.any([gone.signal, runtime.closing]) }
      )
    }
    return streamSSE(context, (sse) => listen(sse).finally(leave))
  })
}
