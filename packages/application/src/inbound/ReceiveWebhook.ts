/**
 * Receives a provider's webhook: verifies it, stores it, and only then answers.
 *
 * Our own fault is answered with a 5xx, never with a 4xx, after which a provider would drop what it has to say.
 */
import {
  isArrival,
  type NumberInventory,
  Optional,
  perDestination,
  TenantNumbers,
  type StorageError,
  type Telephony,
  TelephonyError,
  type TelephonyEvent,
  TelephonyProviders
} from "@careline/ports"
import { IncomingCall } from "@careline/domain"
import { Cause, Effect, Exit, identity } from "effect"
import { asSystem } from "../access/Access.ts"
import { type IntakeOverloaded, NotFound } from "../shared/Errors.ts"
import { describeFault } from "../shared/Fault.ts"
import { Intake } from "./Intake.ts"
import { Limits } from "../shared/Limits.ts"
import { countWebhookEvent } from "../shared/Metrics.ts"
import { withTimeout } from "../shared/WithTimeout.ts"
import * as Problem from "../shared/Problem.ts"
import { noteRefusal } from "../access/Refusals.ts"
import { answerUnroutedMessage } from "../access/UnroutedMessages.ts"
import { Voice } from "../calls/Voice.ts"

/** What receiving a webhook needs. */
export type WebhookServices =
  | Intake
  | TenantNumbers
  | TelephonyProviders.TelephonyProviders
  | Optional.Optional<NumberInventory | Voice>

/**
 * The answer to a provider's webhook, and whether nobody verified it: then it is the greeting of `fallback`. A duplicate is
 * answered like the first. Fails with the provider's
 * `InvalidSignature` or `MalformedWebhook`, or with a fault of ours, after which the provider may come again.
 */
export const receiveWebhook = Effect.fnUntraced(function* (
  provider: string,
  kind: Telephony.WebhookKind,
  request: Telephony.RawRequest
): Effect.fn.Return<
  WebhookReply,
  TelephonyError.TelephonyError | StorageError | NotFound | IntakeOverloaded,
  WebhookServices
> {
  const telephony = (yield* TelephonyProviders.TelephonyProviders).byName(provider)
  if (telephony === undefined) return yield* new NotFound({ entity: "provider" })
  const voice = yield* Optional.of(Voice)
  const heard: Effect.Effect<Heard, TelephonyError.TelephonyError> = telephony.webhooks.receive(kind, request)
  const received = yield* heard.pipe(
    kind === "fallback" ? Effect.catch((error) => Effect.succeed(nothingHeard(error))) : identity
  )
  const { account, events, isStrangers = false, turn } = received
  const intake = yield* Intake
  const kept = events.filter(({ _tag }) => (_tag === "CallReported" ? voice !== undefined : _tag !== "CallReceived"))
  const accept = acceptAll(intake, telephony, account, kept)
  // Somebody waits on the phone, and the provider reports the same by a webhook of its own.
  yield* isCall(kind) ? Effect.forkDetach(noteBesideCall(accept)) : accept
  if (!isCall(kind)) return { ...telephony.webhooks.reply(kind), isStrangers }
  const call = events.find((event) => event._tag === "CallReceived")
  const step =
    voice === undefined
      ? textOnly
      : call !== undefined
        ? yield* voice.begin({ provider, account }, call, kind === "fallback")
        : turn !== undefined
          ? yield* voice.proceed(provider, turn)
          : kind === "fallback"
            ? voice.greeting(null)
            : undefined
  return { ...(yield* render(telephony, kind, step)), isStrangers }
})

const acceptOne = (
  intake: Intake["Service"],
  telephony: Telephony.TelephonyService,
  account: string,
  event: TelephonyEvent
) =>
  Effect.flatMap(intake.accept({ provider: telephony.provider, account, event }), (acceptance) =>
    Effect.andThen(
      countWebhookEvent(telephony.provider, event._tag, acceptance),
      // The provider is answered first.
      acceptance === "unroutable" && isArrival(event)
        ? Effect.forkDetach(answerUnroutedMessage(telephony, event))
        : Effect.void
    )
  )

/**
 * A group message once for each number of ours that it came for. Where nobody can tell now which those are, once for all that it
 * names: what is none of ours is parked.
 */
const forEachNumber = Effect.fnUntraced(function* (event: TelephonyEvent) {
  const copies = perDestination(event).filter(isArrival)
  if (copies.length < 2) return [event]
  const pool = yield* TenantNumbers
  const { intakePatience } = yield* Limits
  const ours = yield* asSystem(pool.byNumbers(copies.map(({ to }) => to))).pipe(
    Effect.timeout(intakePatience),
    Effect.map((numbers) => copies.filter(({ to }) => numbers.some(({ number }) => number === to))),
    Effect.catch(() => Effect.succeed(copies))
  )
  return ours.length === 0 ? [event] : ours
})

/** As a rule there is one. */
const acceptAll = (
  intake: Intake["Service"],
  telephony: Telephony.TelephonyService,
  account: string,
  events: ReadonlyArray<TelephonyEvent>
) => {
  const [first, ...more] = events
  const accept = (event: TelephonyEvent) => acceptOne(intake, telephony, account, event)
  if (first === undefined) return Effect.void
  if (first._tag === "MessageReceived" && first.alsoTo !== undefined) {
    return Effect.flatMap(forEachNumber(first), (copies) => Effect.forEach(copies, accept, { discard: true }))
  }
  return more.length === 0 ? accept(first) : Effect.forEach(events, accept, { discard: true })
}

/** The answer to somebody on the phone: a step that the adapter cannot render is no reason to say nothing. */
const render = (telephony: Telephony.TelephonyService, kind: Telephony.WebhookKind, step?: Telephony.CallStep) =>
  Effect.sync(() => telephony.webhooks.reply(kind, step)).pipe(
    Effect.catchDefect((defect) =>
      Effect.as(
        Effect.logError("The step of a call could not be rendered", describeFault(Cause.die(defect))),
        telephony.webhooks.reply(kind, { callId: step?.callId ?? null, at: step?.at ?? "", node: plain })
      )
    )
  )

/** Waits no longer than a caller may, and fails in silence but for the log. */
const noteBesideCall = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const { callAnswerWithin } = yield* Limits
  yield* effect.pipe(
    withTimeout(callAnswerWithin),
    Effect.catchCause((cause) => Effect.logWarning("A report beside a call was not kept", describeFault(cause)))
  )
})

const isCall = (kind: Telephony.WebhookKind): boolean => kind === "call" || kind === "fallback"

/** Whoever asks for the fallback gets the greeting: it is no secret, and who asks may be a provider that cannot sign it. */
const nothingHeard = (error: TelephonyError.TelephonyError): Heard => ({
  account: "",
  events: [],
  isStrangers: isOfStranger(error)
})

interface Heard extends Telephony.Received {
  readonly isStrangers?: boolean
}

/** What any caller may hear. */
const plain = IncomingCall.plainPlan({ callGreetings: [], callHandling: "voicemail" })

/** Of a line that takes no calls. */
const textOnly: Telephony.CallStep = {
  callId: null,
  at: "",
  node: IncomingCall.plainPlan({ callGreetings: [], callHandling: "text_us" })
}

/** Where webhooks come in, below whatever the host is mounted at. Each part is one segment: a long path costs its length. */
const PATH = /\/api(?:\/v1)?\/webhooks\/([^/]+)\/([a-z-]+(?:\/[a-z-]+)?)$/

/** What the end of a path stands for; `voice` and `voice/status` as other systems call `call` and `call-status`. */
const kinds: ReadonlyMap<string, Telephony.WebhookKind> = new Map([
  ["sms", "sms"],
  ["status", "status"],
  ["call", "call"],
  ["voice", "call"],
  ["call-status", "call-status"],
  ["voice/status", "call-status"],
  ["recording", "recording"],
  ["transcription", "transcription"],
  ["fallback", "fallback"]
])

/** What a target asks for; the target itself without what the host is mounted at. */
const read = (target: string) => {
  const end = target.search(/[?#]/)
  const path = end === -1 ? target : target.slice(0, end)
  const match = PATH.exec(path)
  const kind = match === null ? undefined : kinds.get(match[2]!)
  return match === null || kind === undefined ? null : { provider: match[1]!, kind, target: target.slice(match.index) }
}

/** A webhook as a host hands it over: `null` for a body beyond `Limits.webhookBytes`, which nobody read. */
export interface WebhookRequest extends Omit<Telephony.RawRequest, "body"> {
  readonly body: Uint8Array | null
}

/** The answer to a webhook, and whether somebody sent it who did not show to be the provider. */
export interface WebhookReply extends Telephony.HttpReply {
  readonly isStrangers: boolean
}

const refuse = (problem: Problem.Problem, requestId: string, isStrangers = true): WebhookReply => ({
  isStrangers,
  status: problem.status,
  headers: Problem.headersOf(problem),
  body: JSON.stringify({ ...problem, instance: `urn:careline:request:${requestId}` })
})

/** It may be tomorrow: what the provider has to say must come again, and a 4xx would have it dropped. */
const unconfigured = Problem.problem("provider-not-configured", 501, "The provider is not configured here")

const problemOf = (cause: Cause.Cause<unknown>): Problem.Problem =>
  Problem.failureOf(cause) instanceof NotFound ? unconfigured : Problem.ofCause(cause)

/** Whether nobody has shown to be the provider: whatever failed, failed before anything was verified. */
const isOfStranger = (error: unknown): boolean =>
  error instanceof NotFound ||
  (error instanceof TelephonyError.TelephonyError &&
    (error.reason._tag === "InvalidSignature" || error.reason._tag === "Unverifiable"))

/**
 * The whole HTTP answer to whatever comes in below `/api/v1/webhooks`: the provider's own format, or problem details. Never
 * fails, and logs a fault of ours under the request's id. What nobody signed is counted, and logged once a minute for each
 * `address` that it comes from.
 */
export const answerWebhook = Effect.fnUntraced(function* (
  request: WebhookRequest,
  requestId: string,
  address: string | null = null
): Effect.fn.Return<WebhookReply, never, WebhookServices> {
  const asked = read(request.target)
  if (asked === null || !/^(GET|POST)$/.test(request.method)) {
    return refuse(Problem.problem("not-found", 404, "There is nothing at this path"), requestId)
  }
  const { body } = request
  if (body === null) return refuse(Problem.problem("body-too-large", 413, "The body is too large"), requestId)
  const { kind, provider, target } = asked
  const exit = yield* Effect.exit(receiveWebhook(provider, kind, { ...request, target, body }))
  if (Exit.isSuccess(exit)) return exit.value
  const problem = problemOf(exit.cause)
  const error = Problem.failureOf(exit.cause)
  if (isOfStranger(error)) {
    // A name that is no provider's is whatever somebody wrote.
    const known = error instanceof NotFound ? {} : { provider }
    yield* noteRefusal({ operation: `webhook.${kind}`, status: problem.status, user: null, address, detail: known })
    return refuse(problem, requestId)
  }
  if (problem.status >= 500 && !Cause.hasInterruptsOnly(exit.cause)) {
    yield* Effect.logError("A webhook failed", describeFault(exit.cause)).pipe(
      Effect.annotateLogs({ requestId, provider, kind, status: problem.status })
    )
  }
  return refuse(problem, requestId, false)
})
