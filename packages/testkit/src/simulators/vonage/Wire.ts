/** Vonage's own forms: webhooks, report records, problems. Source: developer.vonage.com/api, Messages v1 and Reports v2. */
import type { ServerResponse } from "node:http"
import { json } from "../core/HttpServer.ts"
import type { MessageStatus, SimulatedMessage } from "../core/Ledger.ts"
import type { InboundText } from "../core/InboundText.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"

/** Vonage writes numbers without their plus; names and short codes as they are. */
export const digitsOf = (number: string): string => number.replace(/^\+/, "")

/** With a fraction or without, depending on who asks. */
export const date = (at: Date): string => at.toISOString().replace(/\.\d{3}Z$/, "Z")

const kindOf = (contentType: string): string => {
  const kind = contentType.split("/")[0] ?? ""
  return ["image", "audio", "video"].includes(kind) ? kind : "file"
}

const SEGMENT = 153

export const inbound = (id: string, { body, from, media = [], to }: InboundText) => {
  const common = { message_uuid: id, to: digitsOf(to), from: digitsOf(from), timestamp: date(SimulatedTime.now()) }
  const [first] = media
  if (first === undefined) {
    return {
      channel: "sms",
      ...common,
      message_type: "text",
      text: body,
      sms: {
        num_messages: String(Math.max(1, Math.ceil(body.length / SEGMENT))),
        keyword: body.trim().split(/\s+/)[0]?.toUpperCase() ?? ""
      },
      usage: { currency: "EUR", price: "0.0057" },
      origin: { network_code: "12345" }
    }
  }
  const caption = body === "" ? {} : { caption: body }
  const kind = kindOf(first.contentType)
  return {
    channel: "mms",
    ...common,
    message_type: kind,
    // The words of an MMS are its caption.
    [kind]: { url: first.url, name: "attachment", ...caption },
    // Only where there are several, and then all of them.
    ...(media.length < 2 ? {} : { content: media.map(({ contentType, url }) => ({ type: kindOf(contentType), url })) }),
    origin: { network_code: "12345" }
  }
}

const statuses: Readonly<Record<MessageStatus, string>> = {
  accepted: "submitted",
  queued: "submitted",
  sent: "submitted",
  delivered: "delivered",
  undelivered: "undeliverable",
  failed: "rejected",
  received: "received"
}

const details: Readonly<Record<string, string>> = {
  "1170": "Invalid or Missing Msisdn Param - The supplied number is not valid.",
  "1240": "Illegal Number - The recipient has opted out.",
  "1310": "Handset temporarily unreachable.",
  "1120": "Illegal Sender Address - rejected.",
  "1490": "SMS segment timeout."
}

export const status = (message: SimulatedMessage, heard: MessageStatus | (string & {})) => {
  const hasFailed = heard === "undelivered" || heard === "failed"
  const code = message.errorCode ?? ""
  return {
    message_uuid: message.id,
    to: digitsOf(message.to),
    from: digitsOf(message.from),
    timestamp: date(SimulatedTime.now()),
    channel: message.mediaUrls.length > 0 ? "mms" : "sms",
    status: statuses[heard as MessageStatus] ?? heard,
    ...(message.reference === null ? {} : { client_ref: message.reference }),
    ...(hasFailed
      ? {
          error: {
            type: `https://developer.vonage.com/api-errors/messages#${code}`,
            // Documented as a text, and sent as a number at times.
            title: Number(code) % 20 === 0 ? Number(code) : code,
            detail: details[code] ?? "Unroutable message - rejected.",
            instance: "bf0ca0bf927b3b52e3cb03217e1a1ddf"
          }
        }
      : {}),
    destination: { network_code: "12345" }
  }
}

/** One row of a report of the product `MESSAGES`. */
export const record = (apiKey: string, message: SimulatedMessage) => ({
  account_id: apiKey,
  message_id: message.id,
  client_ref: message.reference ?? "",
  direction: message.direction === "inbound" ? "inbound" : "outbound",
  from: digitsOf(message.from),
  to: digitsOf(message.to),
  provider: "sms",
  network: "12345",
  country: "US",
  date_received: date(message.createdAt),
  date_finalized: message.sentAt === null ? null : date(message.sentAt),
  status: statuses[message.status],
  error_code: message.errorCode ?? "",
  total_price: "0.0057",
  currency: "EUR"
})

export interface Problem {
  readonly status: number
  readonly type: string
  readonly title: string
  readonly detail?: string
}

const DOCUMENTATION = "https://developer.vonage.com/api-errors"

export const problems = {
  // The misspelling is Vonage's.
  unauthorized: {
    status: 401,
    type: `${DOCUMENTATION}/#unathorized`,
    title: "You did not provide correct credentials.",
    detail: "Check that you're using the correct credentials, and that your account has this feature enabled"
  },
  notFound: { status: 404, type: `${DOCUMENTATION}#not-found`, title: "Not Found" },
  invalidJson: { status: 422, type: `${DOCUMENTATION}#invalid-json`, title: "Invalid JSON" },
  invalidParameters: { status: 422, type: `${DOCUMENTATION}/messages#1150`, title: "Invalid params" },
  invalidSender: { status: 422, type: `${DOCUMENTATION}/messages#1120`, title: "Invalid sender" },
  invalidRecipient: { status: 422, type: `${DOCUMENTATION}/messages#1170`, title: "Invalid recipient" },
  invalidType: { status: 422, type: `${DOCUMENTATION}/messages#1140`, title: "Invalid message type" },
  invalidReference: { status: 422, type: `${DOCUMENTATION}/messages#1060`, title: "Invalid client reference" },
  tooMany: { status: 429, type: `${DOCUMENTATION}/#throttled`, title: "Rate Limit Hit" },
  server: { status: 500, type: `${DOCUMENTATION}/#internal-error`, title: "Internal Error" },
  unavailable: { status: 503, type: `${DOCUMENTATION}/#unavailable`, title: "Service Unavailable" }
} satisfies Record<string, Problem>

/** The Voice API's own form of errors: developer.vonage.com/api/voice, its responses. */
export interface VoiceProblem {
  readonly status: number
  readonly type: string
  readonly error_title: string
}

export const voiceProblems = {
  badRequest: { status: 400, type: "BAD_REQUEST", error_title: "Bad Request" },
  unauthorized: { status: 401, type: "UNAUTHORIZED", error_title: "Unauthorized" },
  notFound: { status: 404, type: "NOT_FOUND", error_title: "Not Found" }
} satisfies Record<string, VoiceProblem>

export const failVoice = (response: ServerResponse, { status, ...problem }: VoiceProblem): void =>
  json(response, status, problem)
