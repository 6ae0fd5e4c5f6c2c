/**
 * The least adapter that passes the contract, in parts that can be swapped: an adapter with a known fault is this one with
 * another part.
 */
import {
  type AttemptId,
  type Contact,
  type DeliveryStatus,
  Attachment,
  type PhoneNumber,
  type SendOutcome
} from "@careline/domain"
import { CallbackUrl, ProviderFailure } from "@careline/adapter-kit"
import { Telephony, TelephonyError, type TelephonyEvent } from "@careline/ports"
import { timingSafeEqual } from "node:crypto"
import { Clock, DateTime, Effect } from "effect"
import * as AcmeCalls from "./AcmeCalls.ts"
import * as AcmeFacets from "./AcmeFacets.ts"
import * as AcmeNumbers from "./AcmeNumbers.ts"
import type { Event, Message, Method, Parts } from "./AcmeParts.ts"
import { sign } from "./AcmeSimulator.ts"
import { type AcmeOptions, type Answer, decode, Refusal } from "./AcmeWire.ts"

export { type Answer, Refusal }

const PROVIDER = "acme"
const TOLERANCE_SECONDS = 300
const FIND_AFTER_MILLIS = 60_000

const statuses: Readonly<Record<string, DeliveryStatus.DeliveryStatus>> = {
  queued: "accepted",
  sent: "sent",
  delivered: "delivered",
  undelivered: "undelivered",
  failed: "failed"
}

const reasons: Readonly<Record<string, SendOutcome.RejectionReason>> = {
  rejectedInvalidRecipient: "invalid_recipient",
  recipientOptedOut: "recipient_opted_out",
  senderNotAllowed: "sender_not_allowed",
  "no-such-number": "invalid_recipient"
}
const reasonOf = (code: string | null): SendOutcome.RejectionReason => reasons[code ?? ""] ?? "other"

export const signedBy = (
  secrets: ReadonlyArray<string>,
  header: string,
  nowSeconds: number,
  body: string | Uint8Array
): boolean => {
  const seconds = Number(header.split(".")[0])
  if (!(Math.abs(nowSeconds - seconds) <= TOLERANCE_SECONDS)) return false
  return secrets.some((secret) => {
    const wanted = Buffer.from(sign(secret, seconds, body))
    const given = Buffer.from(header)
    return wanted.length === given.length && timingSafeEqual(wanted, given)
  })
}

/** One call, over in time, that follows a redirect only where it is told to. */
export const callAcme = async (
  { apiKey, baseUrl, timeoutMillis }: AcmeOptions,
  path: string,
  body?: object,
  method?: Method,
  redirect: "manual" | "follow" = "manual"
): Promise<Answer> => {
  const response = await fetch(`${baseUrl}${path}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: { authorization: `Key ${apiKey}` },
    redirect,
    signal: AbortSignal.timeout(timeoutMillis),
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const answer = {
    status: response.status,
    retryAfter: response.headers.get("retry-after"),
    body: await response.text()
  }
  if (answer.status !== 200) throw new Refusal(answer)
  return answer
}

export const sound: Parts = {
  capabilities: {
    messages: {
      mms: { maxMedia: 3, maxTextLength: 500 },
      maxTextLength: 500,
      attemptEcho: "client_reference",
      find: "by_reference",
      findAfterMillis: FIND_AFTER_MILLIS,
      status: "by_id"
    },
    webhooks: {
      unsigned: "forged",
      signatureCovers: "bytes",
      signatureMaxAgeMillis: TOLERANCE_SECONDS * 1000,
      namesKeywords: true
    },
    voice: { transcription: AcmeCalls.transcribed, status: "by_id", recordings: "until_deleted" },
    media: "until_deleted",
    history: { messages: true, calls: true, recordings: true },
    numbers: AcmeNumbers.capabilities,
    optOutReplies: "provider"
  },
  call: callAcme,
  requestOf: ({ attemptId, body, from, mediaUrls, to }) => ({
    from: from.slice(1),
    to: to.slice(1),
    text: body,
    media: mediaUrls,
    ref: attemptId
  }),
  failureOf: (_options, problem) => {
    if (!(problem instanceof Refusal)) return ProviderFailure.ofNetwork(problem)
    const { body, retryAfter, status } = problem.answer
    const code = decode(body)?.code
    return ProviderFailure.ofAnswer(
      status,
      typeof code === "string" ? code : null,
      ProviderFailure.retryAfterMillis(retryAfter)
    )
  },
  afterFailure: (failure) => ProviderFailure.toOutcome(failure, reasonOf),
  tries: 1,
  isSigned: (secrets, { body, headers }, nowSeconds) =>
    signedBy(secrets, headers["acme-signature"] ?? "", nowSeconds, body),
  toE164: (digits) => (/^[1-9]\d{6,14}$/.test(String(digits)) ? `+${String(digits)}` : String(digits)),
  mediaOf: ({ media }) => media as ReadonlyArray<{ readonly url: string; readonly contentType: string }>,
  statusOf: (status) => statuses[status] ?? null,
  attemptOf: ({ ref }) => (typeof ref === "string" ? (ref as AttemptId) : null),
  keywordOf: ({ keyword }) => ({ STOP: "opt_out", START: "opt_in", HELP: "help" } as const)[String(keyword)] ?? null,
  unreadable: new TelephonyError.MalformedWebhook({ message: "not an event" }),
  unknown: null,
  matches: ({ attemptId }, { ref }) => ref === attemptId,
  absentAfterMillis: FIND_AFTER_MILLIS,
  reply: { status: 204, headers: {}, body: "" },
  facets: ["find", "status"],
  calls: AcmeCalls.soundCalls,
  numbers: AcmeNumbers.soundNumbers
}

const eventOf = (parts: Parts, event: Event): TelephonyEvent | TelephonyError.TelephonyErrorReason | null => {
  if (typeof event.id !== "string") return parts.unreadable
  if (event.kind === "status") {
    const status = parts.statusOf(String(event.status))
    const code = typeof event.code === "string" ? event.code : null
    return status === null
      ? null
      : {
          _tag: "DeliveryReported",
          providerMessageId: event.id,
          attemptId: parts.attemptOf(event),
          status,
          failureReason: code === null ? null : reasonOf(code),
          errorCode: code
        }
  }
  if (event.kind !== "text") return parts.unknown
  return {
    _tag: "MessageReceived",
    providerMessageId: event.id,
    from: parts.toE164(event.from) as Contact.Contact,
    to: parts.toE164(event.to) as PhoneNumber.E164,
    text: String(event.text),
    attachments: parts
      .mediaOf(event)
      .map(({ contentType, url }) => ({ type: Attachment.typeOf(contentType), url, mimeType: contentType })),
    providerKeyword: parts.keywordOf(event)
  }
}

export const make = (options: AcmeOptions, parts: Parts): Telephony.TelephonyService => {
  const fail = (operation: string, reason: TelephonyError.TelephonyErrorReason) =>
    new TelephonyError.TelephonyError({ provider: PROVIDER, operation, reason })
  const call = (path: string, body?: object, method?: Method) =>
    Effect.tryPromise({
      try: () => parts.call(options, path, body, method),
      catch: (problem) => parts.failureOf(options, problem)
    })
  const ask = Effect.fnUntraced(function* (operation: string, path: string) {
    const { body } = yield* Effect.mapError(call(path), (failure) => fail(operation, ProviderFailure.toReason(failure)))
    const answer = decode(body)
    if (answer !== null) return answer
    return yield* fail(operation, new TelephonyError.Unavailable({ message: "no JSON", code: null }))
  })

  const find: Telephony.Messages["find"] = Effect.fnUntraced(function* (attempt) {
    const now = yield* Clock.currentTimeMillis
    const { messages } = yield* ask("messages.find", "/messages")
    if (!Array.isArray(messages)) {
      return yield* fail("messages.find", new TelephonyError.Unavailable({ message: "no list", code: null }))
    }
    const found = (messages as ReadonlyArray<Message>).find((message) => parts.matches(attempt, message))
    if (found !== undefined) {
      return { _tag: "Found", providerMessageId: found.id, status: parts.statusOf(found.status) ?? "accepted" }
    }
    return now - DateTime.toEpochMillis(attempt.startedAt) < parts.absentAfterMillis
      ? { _tag: "CannotTell", detail: "too early" }
      : { _tag: "Absent" }
  })

  const status: Telephony.Messages["status"] = Effect.fnUntraced(function* (id) {
    if (!/^[0-9a-f-]{36}$/.test(id)) {
      return yield* fail("messages.status", new TelephonyError.NotFound({ message: "no id", code: null }))
    }
    const { code, status: heard } = yield* ask("messages.status", `/messages/${id}`)
    const errorCode = typeof code === "string" ? code : null
    return {
      status: parts.statusOf(String(heard)) ?? "accepted",
      failureReason: errorCode === null ? null : reasonOf(errorCode),
      errorCode
    }
  })

  const isEvent = (read: TelephonyEvent | TelephonyError.TelephonyErrorReason): read is TelephonyEvent =>
    !("isRetryable" in read)

  const facets = { find, status }
  return Telephony.make({
    provider: PROVIDER,
    capabilities: parts.capabilities,
    webhooks: {
      receive: (_kind, request) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          if (!parts.isSigned(options.webhookSecrets, request, Math.floor(now / 1000))) {
            const reason = new TelephonyError.InvalidSignature({ message: "not Acme's" })
            return Effect.fail(fail("webhooks.receive", reason))
          }
          const known = decode(new TextDecoder().decode(request.body))
          const query = CallbackUrl.queryOf(request.target)
          const told = known === null ? null : AcmeCalls.told(parts.calls, known, query, parts.toE164)
          if (told !== null) return Effect.succeed({ account: "acme", ...told })
          const event = known === null ? parts.unreadable : eventOf(parts, known)
          if (event !== null && !isEvent(event)) return Effect.fail(fail("webhooks.receive", event))
          return Effect.succeed({ account: "acme", events: event === null ? [] : [event] })
        }),
      reply: (_kind, step) =>
        step === undefined
          ? parts.reply
          : {
              status: 200,
              headers: { "content-type": "application/json" },
              body: AcmeCalls.render(parts.calls, options.publicUrl, step)
            }
    },
    messages: {
      send: (message) =>
        message.mediaUrls.length > 0 && parts.capabilities.messages.mms === null
          ? Effect.fail(
              fail("messages.send", new TelephonyError.Unsupported({ message: "texts only", capability: "mms" }))
            )
          : call("/messages", parts.requestOf(message)).pipe(
              Effect.retry({ times: parts.tries - 1 }),
              Effect.map(({ body }): SendOutcome.SendOutcome => {
                const id = decode(body)?.id
                return typeof id === "string"
                  ? { _tag: "Accepted", providerMessageId: id, status: "accepted" }
                  : { _tag: "Unknown", detail: "no id" }
              }),
              Effect.catch((failure) => Effect.succeed(parts.afterFailure(failure)))
            ),
      ...Object.fromEntries(parts.facets.map((facet) => [facet, facets[facet]]))
    },
    ...(parts.capabilities.numbers === null ? {} : { numbers: AcmeNumbers.make(options, parts.numbers, call, fail) }),
    ...AcmeFacets.make(options, parts, { call, fail, eventOf: (event) => eventOf(parts, event) })
  })
}
