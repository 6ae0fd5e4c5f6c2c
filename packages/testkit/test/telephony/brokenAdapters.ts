/** Adapters that do one thing wrong, and the test of the contract that has to notice. */
import { DeliveryStatus } from "@careline/domain"
import { ProviderFailure } from "@careline/adapter-kit"
import { TelephonyError } from "@careline/ports"
import type { Parts } from "./AcmeParts.ts"
import { callAcme, Refusal, signedBy, sound } from "./AcmeTelephony.ts"

export interface BrokenAdapter {
  /** What it does wrong. */
  readonly fault: string
  readonly chapter: string
  /** The test that has to fail, so that the fault is noticed for what it is. */
  readonly noticedBy: string
  readonly parts: Parts
}

const broken = (fault: string, chapter: string, noticedBy: string, parts: Partial<Parts>): BrokenAdapter => ({
  fault,
  chapter,
  noticedBy,
  parts: { ...sound, ...parts }
})

const { Response: NativeResponse } = globalThis
const NEVER_MILLIS = 60 * 60 * 1000

export const brokenAdapters: ReadonlyArray<BrokenAdapter> = [
  broken("hands over the first picture only", "Sending", "MUST hand over all media, in their order", {
    requestOf: (message) => ({ ...sound.requestOf(message), media: message.mediaUrls.slice(0, 1) })
  }),
  broken(
    "hands over what a URL would make of the words",
    "Sending",
    "MUST hand over what has a meaning in a URL, in JSON and in XML unchanged",
    { requestOf: (message) => ({ ...sound.requestOf(message), text: encodeURIComponent(message.body) }) }
  ),
  broken(
    "sends again what may have been sent",
    "Outcomes",
    "MUST NOT know of a text that was taken with acceptedThenReset, nor send it again",
    {
      tries: 2
    }
  ),
  broken(
    "reports a 500 as rejected",
    "Outcomes",
    "MUST NOT claim to know what became of a text after serverError, nor try again",
    {
      afterFailure: (failure) =>
        failure.status === 500 ? { _tag: "Rejected", reason: "other", code: "500" } : sound.afterFailure(failure)
    }
  ),
  broken(
    "follows a redirect with the text",
    "Outcomes",
    "MUST NOT claim to know what became of a text after redirected, nor try again",
    { call: (options, path, body) => callAcme(options, path, body, undefined, "follow") }
  ),
  broken(
    "knows an answer by the global class only",
    "Outcomes",
    "MUST understand the provider in a host that replaces the global Response, as Hono's server does",
    {
      failureOf: (options, problem) =>
        Response === NativeResponse ? sound.failureOf(options, problem) : ProviderFailure.unreadable
    }
  ),
  broken(
    "takes a reset for never sent",
    "Outcomes",
    "MUST NOT know of a text that was taken with acceptedThenReset, nor send it again",
    {
      afterFailure: (failure) =>
        failure.network === null ? sound.afterFailure(failure) : { _tag: "NotSent", detail: failure.network }
    }
  ),
  broken("does not hear how long to wait", "Outcomes", "MUST be throttled for as long as the provider asks", {
    afterFailure: (failure) => sound.afterFailure({ ...failure, retryAfterMillis: null })
  }),
  broken(
    "lets `sent` overwrite `delivered`",
    "DeliveryStatus",
    "MUST come to the same end with lateStatusAfterTerminal",
    {
      // Further up the lattice than any receipt.
      statusOf: (status) => (status === "sent" ? "read" : sound.statusOf(status))
    }
  ),
  broken(
    "says `delivered` of a text that only left",
    "DeliveryStatus",
    "MUST say `sent`, and no more, of a text that left and of which no receipt came",
    {
      statusOf: (status) => (status === "sent" ? "delivered" : sound.statusOf(status))
    }
  ),
  broken("does not tie reports to attempts", "DeliveryStatus", "MUST tie every report to its attempt", {
    attemptOf: () => null
  }),
  broken(
    "breaks on a status that it does not know",
    "DeliveryStatus",
    "MUST take a status that it does not know for no news",
    {
      statusOf: (status) => sound.statusOf(status) ?? DeliveryStatus.chain[0]
    }
  ),
  broken(
    "loses the second picture",
    "Inbound",
    "MUST read every attachment, in their order, with where and what it is",
    {
      mediaOf: (event) => sound.mediaOf(event).slice(0, 1)
    }
  ),
  broken("keeps numbers without their plus", "Inbound", "MUST name both numbers in E.164", {
    toE164: String
  }),
  broken("makes a number of a short code", "Inbound", "MUST keep a short code as it is", {
    toE164: (digits) => `+${String(digits)}`
  }),
  broken(
    "answers 4xx to its own fault",
    "Inbound",
    "MUST NOT blame the provider for what it cannot read itself: 5xx, so that it comes again",
    { unreadable: new TelephonyError.InvalidSignature({ message: "cannot be read" }) }
  ),
  broken(
    "refuses what it has not heard of",
    "Inbound",
    "MUST take an event that it does not know, and make nothing of it",
    {
      unknown: new TelephonyError.MalformedWebhook({ message: "unknown" })
    }
  ),
  broken("says something to the sender", "Inbound", "MUST say nothing to the sender by its answer", {
    reply: { status: 200, headers: { "content-type": "text/plain" }, body: "OK" }
  }),
  broken("does not hear that the provider answered STOP", "Inbound", "MUST say that the provider recognised STOP", {
    keywordOf: () => null
  }),
  broken(
    "believes what is not signed",
    "Signature",
    "MUST refuse an unsigned webhook, as forged or to be signed and sent again",
    {
      isSigned: (secrets, request, now) =>
        request.headers["acme-signature"] === undefined || sound.isSigned(secrets, request, now)
    }
  ),
  broken("verifies the body that it parsed", "Signature", "MUST refuse a body that says the same in other bytes", {
    isSigned: (secrets, request, now) => {
      try {
        const parsed = JSON.stringify(JSON.parse(Buffer.from(request.body).toString("utf8")))
        return signedBy(secrets, request.headers["acme-signature"] ?? "", now, parsed)
      } catch {
        return false
      }
    }
  }),
  broken("knows one secret only", "Signature", "MUST believe either of two secrets while they are rotated", {
    isSigned: (secrets, request, now) => sound.isSigned(secrets.slice(0, 1), request, now)
  }),
  broken("believes an old webhook", "Signature", "MUST refuse a webhook that was signed too long ago", {
    isSigned: (secrets, request) =>
      sound.isSigned(secrets, request, Number((request.headers["acme-signature"] ?? "").split(".")[0]))
  }),
  broken("breaks on a body that is no JSON", "Signature", "MUST refuse, and not break on, whatever else is sent", {
    isSigned: (secrets, request, now) => {
      JSON.parse(Buffer.from(request.body).toString("utf8"))
      return sound.isSigned(secrets, request, now)
    }
  }),
  broken(
    "looks through all parameters for each of them before it compares",
    "Signature",
    "MUST refuse a hostile body in linear time",
    {
      isSigned: (secrets, request, now) => {
        const form = new URLSearchParams(Buffer.from(request.body).toString("utf8"))
        const canonical = [...new Set(form.keys())].map((name) => name + form.getAll(name).join(""))
        return canonical.length >= 0 && sound.isSigned(secrets, request, now)
      }
    }
  ),
  broken(
    "puts the body together piece by piece before it compares",
    "Signature",
    "MUST refuse a hostile body in linear time",
    {
      isSigned: (secrets, request, now) => {
        let whole = new Uint8Array()
        for (let start = 0; start < request.body.length; start += 64) {
          whole = Uint8Array.from([...whole, ...request.body.subarray(start, start + 64)])
        }
        return sound.isSigned(secrets, { ...request, body: whole }, now)
      }
    }
  ),
  broken(
    "takes silence for proof",
    "Reconciliation",
    "MUST NOT say that there is nothing while there may still be something",
    {
      absentAfterMillis: 0
    }
  ),
  broken(
    "never concludes anything",
    "Reconciliation",
    "MUST say that there is nothing once the provider would have shown it",
    {
      absentAfterMillis: Number.POSITIVE_INFINITY
    }
  ),
  broken(
    "takes the same words for the same text",
    "Reconciliation",
    "MUST NOT take another attempt's text for the one it looks for",
    {
      matches: (attempt, { text, to }) => text === attempt.body && to === attempt.to.slice(1)
    }
  ),
  broken("finds nothing where nobody answers", "Reconciliation", "MUST NOT conclude anything from serverError", {
    call: (options, path, body) =>
      sound.call(options, path, body).catch((problem: unknown) => {
        if (body === undefined && problem instanceof Refusal) return { ...problem.answer, body: '{"messages":[]}' }
        throw problem
      })
  }),
  broken("waits for ever", "Limits", "MUST give up by itself on hangs", {
    call: (options, path, body) => sound.call({ ...options, timeoutMillis: NEVER_MILLIS }, path, body)
  }),
  broken(
    "cuts a text that is too long",
    "Limits",
    "MUST be refused a text that is longer, rather than send a part of it",
    {
      requestOf: (message) => ({ ...sound.requestOf(message), text: message.body.slice(0, 500) })
    }
  ),
  broken(
    "lets its credentials out in what it says of a failure",
    "Redaction",
    "MUST NOT let out a secret, a number or a word after serverError",
    {
      failureOf: (options, problem) => ({
        ...sound.failureOf(options, problem),
        status: null,
        network: `failed with authorization: Key ${options.apiKey}`
      })
    }
  ),
  broken(
    "declares what nobody knows",
    "Capabilities",
    "MUST be declared, each with a value that has a meaning, and no other",
    {
      capabilities: { ...sound.capabilities, telepathy: true } as Parts["capabilities"]
    }
  ),
  broken(
    "declares a value that has no meaning",
    "Capabilities",
    "MUST be declared, each with a value that has a meaning, and no other",
    {
      capabilities: {
        ...sound.capabilities,
        messages: { ...sound.capabilities.messages, attemptEcho: "perhaps" as "none" }
      }
    }
  ),
  broken(
    "does what it does not declare",
    "Capabilities",
    "MUST fail as unsupported with what is not declared, and with nothing else",
    {
      capabilities: { ...sound.capabilities, messages: { ...sound.capabilities.messages, find: "none" } }
    }
  )
]
