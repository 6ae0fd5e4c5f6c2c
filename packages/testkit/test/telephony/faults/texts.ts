/** Adapters that do one thing wrong, and the test of the contract that has to notice. */
import { DeliveryStatus } from "@careline/domain"
import { ProviderFailure } from "@careline/adapter-kit"
import { TelephonyError } from "@careline/ports"
import type { AdapterFaults } from "../acme.ts"
import type { Parts } from "../AcmeParts.ts"
import { callAcme, Refusal, signedBy, sound } from "../AcmeTelephony.ts"

const { Response: NativeResponse } = globalThis
const NEVER_MILLIS = 60 * 60 * 1000

export const textFaults: AdapterFaults = {
  Sending: {
    "hands over the first picture only → hand over all media, in their order": {
      requestOf: (message) => ({ ...sound.requestOf(message), media: message.mediaUrls.slice(0, 1) })
    },
    "hands over what a URL would make of the words → hand over what has a meaning in a URL": {
      requestOf: (message) => ({ ...sound.requestOf(message), text: encodeURIComponent(message.body) })
    }
  },
  Outcomes: {
    "sends again what may have been sent → taken with acceptedThenReset, nor send": { tries: 2 },
    "reports a 500 as rejected → text after serverError, nor try again": {
      afterFailure: (failure) =>
        failure.status === 500 ? { _tag: "Rejected", reason: "other", code: "500" } : sound.afterFailure(failure)
    },
    "follows a redirect with the text → text after redirected, nor try again": {
      call: (options, path, body) => callAcme(options, path, body, undefined, "follow")
    },
    "knows an answer by the global class only → understand the provider in a host that": {
      failureOf: (options, problem) =>
        Response === NativeResponse ? sound.failureOf(options, problem) : ProviderFailure.unreadable
    },
    "takes a reset for never sent → taken with acceptedThenReset, nor send": {
      afterFailure: (failure) =>
        failure.network === null ? sound.afterFailure(failure) : { _tag: "NotSent", detail: failure.network }
    },
    "does not hear how long to wait → as long as the provider asks": {
      afterFailure: (failure) => sound.afterFailure({ ...failure, retryAfterMillis: null })
    }
  },
  DeliveryStatus: {
    "lets `sent` overwrite `delivered` → end with lateStatusAfterTerminal": {
      // Further up the lattice than any receipt.
      statusOf: (status) => (status === "sent" ? "read" : sound.statusOf(status))
    },
    "says `delivered` of a text that only left → say `sent`, and no more, of a text": {
      statusOf: (status) => (status === "sent" ? "delivered" : sound.statusOf(status))
    },
    "does not tie reports to attempts → tie every report to its attempt": { attemptOf: () => null },
    "breaks on a status that it does not know → take a status that it does not know": {
      statusOf: (status) => sound.statusOf(status) ?? DeliveryStatus.chain[0]
    }
  },
  Inbound: {
    "loses the second picture → read every attachment, in their order": {
      mediaOf: (event) => sound.mediaOf(event).slice(0, 1)
    },
    "keeps numbers without their plus → name both numbers in E.164": { toE164: String },
    "makes a number of a short code → keep a short code as it is": { toE164: (digits) => `+${String(digits)}` },
    "answers 4xx to its own fault → blame the provider for what it cannot": {
      unreadable: new TelephonyError.InvalidSignature({ message: "cannot be read" })
    },
    "refuses what it has not heard of → take an event that it does not know": {
      unknown: new TelephonyError.MalformedWebhook({ message: "unknown" })
    },
    "says something to the sender → nothing to the sender by its answer": {
      reply: { status: 200, headers: { "content-type": "text/plain" }, body: "OK" }
    },
    "does not hear that the provider answered STOP → the provider recognised STOP": { keywordOf: () => null }
  },
  Signature: {
    "believes what is not signed → refuse an unsigned webhook, as forged": {
      isSigned: (secrets, request, now) =>
        request.headers["acme-signature"] === undefined || sound.isSigned(secrets, request, now)
    },
    "verifies the body that it parsed → body that says the same in other bytes": {
      isSigned: (secrets, request, now) => {
        try {
          const parsed = JSON.stringify(JSON.parse(Buffer.from(request.body).toString("utf8")))
          return signedBy(secrets, request.headers["acme-signature"] ?? "", now, parsed)
        } catch {
          return false
        }
      }
    },
    "knows one secret only → either of two secrets while they are": {
      isSigned: (secrets, request, now) => sound.isSigned(secrets.slice(0, 1), request, now)
    },
    "believes an old webhook → webhook that was signed too long ago": {
      isSigned: (secrets, request) =>
        sound.isSigned(secrets, request, Number((request.headers["acme-signature"] ?? "").split(".")[0]))
    },
    "breaks on a body that is no JSON → refuse, and not break on, whatever": {
      isSigned: (secrets, request, now) => {
        JSON.parse(Buffer.from(request.body).toString("utf8"))
        return sound.isSigned(secrets, request, now)
      }
    },
    "looks through all parameters for each of them before it compares → refuse a hostile body in linear time": {
      isSigned: (secrets, request, now) => {
        const form = new URLSearchParams(Buffer.from(request.body).toString("utf8"))
        const canonical = [...new Set(form.keys())].map((name) => name + form.getAll(name).join(""))
        return canonical.length >= 0 && sound.isSigned(secrets, request, now)
      }
    },
    "puts the body together piece by piece before it compares → refuse a hostile body in linear time": {
      isSigned: (secrets, request, now) => {
        let whole = new Uint8Array()
        for (let start = 0; start < request.body.length; start += 64) {
          whole = Uint8Array.from([...whole, ...request.body.subarray(start, start + 64)])
        }
        return sound.isSigned(secrets, { ...request, body: whole }, now)
      }
    }
  },
  Reconciliation: {
    "takes silence for proof → nothing while there may still be something": { absentAfterMillis: 0 },
    "never concludes anything → nothing once the provider would have": { absentAfterMillis: Number.POSITIVE_INFINITY },
    "takes the same words for the same text → take another attempt's text for the": {
      matches: (attempt, { text, to }) => text === attempt.body && to === attempt.to.slice(1)
    },
    "finds nothing where nobody answers → conclude anything from serverError": {
      call: (options, path, body) =>
        sound.call(options, path, body).catch((problem: unknown) => {
          if (body === undefined && problem instanceof Refusal) return { ...problem.answer, body: '{"messages":[]}' }
          throw problem
        })
    }
  },
  Limits: {
    "waits for ever → give up by itself on hangs": {
      call: (options, path, body) => sound.call({ ...options, timeoutMillis: NEVER_MILLIS }, path, body)
    },
    "cuts a text that is too long → refused a text that is longer, rather": {
      requestOf: (message) => ({ ...sound.requestOf(message), text: message.body.slice(0, 500) })
    }
  },
  Redaction: {
    "lets its credentials out in what it says of a failure → or a word after serverError": {
      failureOf: (options, problem) => ({
        ...sound.failureOf(options, problem),
        status: null,
        network: `failed with authorization: Key ${options.apiKey}`
      })
    }
  },
  Capabilities: {
    "declares what nobody knows → declared, each with a value that has": {
      capabilities: { ...sound.capabilities, telepathy: true } as Parts["capabilities"]
    },
    "declares a value that has no meaning → declared, each with a value that has": {
      capabilities: {
        ...sound.capabilities,
        messages: { ...sound.capabilities.messages, attemptEcho: "perhaps" as "none" }
      }
    },
    "does what it does not declare → fail as unsupported with what is not": {
      capabilities: { ...sound.capabilities, messages: { ...sound.capabilities.messages, find: "none" } }
    }
  }
}
