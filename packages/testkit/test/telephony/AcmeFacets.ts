/** What the adapter can do beside texts, where its capabilities say so: calls, recordings, pictures, history. */
import type { CallStatus } from "@careline/domain"
import { CallbackUrl, ProviderFailure } from "@careline/adapter-kit"
import { type Telephony, TelephonyError, type TelephonyEvent } from "@careline/ports"
import { DateTime, Effect } from "effect"
import * as AcmeCalls from "./AcmeCalls.ts"
import type { Parts } from "./AcmeParts.ts"
import { type AcmeOptions, type Answer, decode, Refusal } from "./AcmeWire.ts"

/** What texts and calls have in common. */
interface Common {
  readonly call: (path: string, body?: object) => Effect.Effect<Answer, ProviderFailure.Failure>
  readonly fail: (operation: string, reason: TelephonyError.TelephonyErrorReason) => TelephonyError.TelephonyError
  readonly eventOf: (event: AcmeCalls.Event) => TelephonyEvent | TelephonyError.TelephonyErrorReason | null
}

const tooLarge = new TelephonyError.Refused({ message: "too large", code: "too_large" })
const notOurs = new TelephonyError.Refused({ message: "not Acme's", code: "forbidden_url" })
const unreadable = new TelephonyError.Unavailable({ message: "no list", code: null })

const ID = /^[0-9a-f-]{36}$/

/** One request for bytes, to where the credentials belong. */
const bytesFrom = async (
  { apiKey, timeoutMillis }: AcmeOptions,
  url: string,
  method: "GET" | "DELETE"
): Promise<Telephony.Media> => {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Key ${apiKey}` },
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMillis)
  })
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (response.status !== 200) {
    throw new Refusal({ status: response.status, retryAfter: response.headers.get("retry-after"), body: "" })
  }
  return { bytes, contentType: response.headers.get("content-type") }
}

export const make = (
  options: AcmeOptions,
  parts: Parts,
  { call, eventOf, fail }: Common
): Pick<Telephony.TelephonyParts, "calls" | "recordings" | "media" | "history"> => {
  const { baseUrl, publicUrl } = options
  const { capabilities, calls: own } = parts

  const ask = Effect.fnUntraced(function* (operation: string, path: string) {
    const { body } = yield* Effect.mapError(call(path), (failure) => fail(operation, ProviderFailure.toReason(failure)))
    const answer = decode(body)
    return answer === null ? yield* fail(operation, unreadable) : answer
  })

  const take = Effect.fnUntraced(function* (operation: string, url: string | null, method: "GET" | "DELETE") {
    if (url === null) return yield* fail(operation, notOurs)
    return yield* Effect.tryPromise({
      try: () => bytesFrom(options, url, method),
      catch: (problem) => fail(operation, ProviderFailure.toReason(parts.failureOf(options, problem)))
    })
  })
  const fetched = (operation: string, url: string | null, maxBytes: number) =>
    Effect.flatMap(take(operation, url, "GET"), (media) =>
      media.bytes.length > maxBytes && !own.readsAll ? Effect.fail(fail(operation, tooLarge)) : Effect.succeed(media)
    )
  const deleted = (operation: string, url: string | null) =>
    take(operation, url, "DELETE").pipe(
      Effect.asVoid,
      Effect.catchIf(
        ({ reason }) => reason._tag === "NotFound",
        () => Effect.void
      )
    )

  const calls: Telephony.Calls = {
    place: (placed) =>
      call("/calls", {
        from: placed.from.slice(1),
        to: placed.to.slice(1),
        url: own.answerUrl(CallbackUrl.ofStep(publicUrl, "acme", { callId: placed.callId, at: "" }, "answer"), placed),
        report: CallbackUrl.ofCall(publicUrl, "acme", "call-status", placed.callId)
      }).pipe(
        Effect.retry({ times: parts.tries - 1 }),
        Effect.map(({ body }): Telephony.CallOutcome => {
          const id = decode(body)?.id
          return typeof id === "string" ? { _tag: "Placed", providerCallId: id } : { _tag: "Unknown", detail: "no id" }
        }),
        Effect.catch((failure) => Effect.succeed(parts.afterFailure(failure) as Telephony.CallOutcome))
      ),
    status: Effect.fnUntraced(function* (id) {
      if (!ID.test(id)) {
        return yield* fail("calls.status", new TelephonyError.NotFound({ message: "no id", code: null }))
      }
      const { seconds, status } = yield* ask("calls.status", `/calls/${id}`)
      return {
        status: status as CallStatus.CallStatus,
        durationSeconds: typeof seconds === "number" ? seconds : null
      }
    })
  }

  const recordings: Telephony.Recordings = {
    fetch: (ref, maxBytes) => fetched("recordings.fetch", own.recordingUrl(baseUrl, ref), maxBytes),
    delete: (ref) => deleted("recordings.delete", own.recordingUrl(baseUrl, ref)),
    transcript: Effect.fnUntraced(function* (ref) {
      if (!ID.test(ref)) return yield* fail("recordings.transcript", notOurs)
      const { text } = yield* ask("recordings.transcript", `/recordings/${ref}/transcript`)
      return typeof text === "string" ? { text, confidence: null } : null
    })
  }

  const media: Telephony.InboundMedia = {
    fetch: (url, maxBytes) => fetched("media.fetch", own.mediaUrl(baseUrl, url), maxBytes),
    delete: (url) => deleted("media.delete", own.mediaUrl(baseUrl, url))
  }

  const history: Telephony.History = {
    between: Effect.fnUntraced(function* (from, to) {
      const listed = yield* ask("history.between", "/history")
      const of = (name: string): ReadonlyArray<AcmeCalls.Event> =>
        (listed[name] as ReadonlyArray<AcmeCalls.Event>).filter(
          ({ at }) => Number(at) >= DateTime.toEpochMillis(from) && Number(at) <= DateTime.toEpochMillis(to)
        )
      if (!Array.isArray(listed.messages)) return yield* fail("history.between", unreadable)
      const isEvent = (read: unknown): read is TelephonyEvent => read !== null && !("isRetryable" in (read as object))
      const recorded = (one: AcmeCalls.Event, events: ReadonlyArray<unknown>) =>
        events.filter(isEvent).map((event) => ({ at: DateTime.makeUnsafe(Number(one.at)), event }))
      const records = [
        ...of("messages")
          .filter(own.isInbound)
          .flatMap((one) => recorded(one, [eventOf(one)])),
        ...of("calls")
          .filter((one) => own.isInbound(one) && one.over === true)
          .flatMap((one) =>
            recorded(one, [
              AcmeCalls.begun(own, one, parts.toE164),
              ...AcmeCalls.reported(own, { ...one, kind: "leg", leg: "own" }, null)
            ])
          ),
        ...of("recordings").flatMap((one) =>
          recorded(one, AcmeCalls.reported(own, { ...one, kind: "recording" }, null))
        )
      ]
      return { account: "acme", records }
    })
  }

  const { history: lists } = capabilities
  return {
    ...(capabilities.voice === null ? {} : { calls, recordings }),
    ...(capabilities.media === "none" ? {} : { media }),
    ...(lists.messages || lists.calls || lists.recordings ? { history } : {})
  }
}
