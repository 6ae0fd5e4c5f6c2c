/** Telnyx's own forms: message resources, events, detail records, errors. Source: developers.telnyx.com/api, version 2. */
import { randomUUID } from "node:crypto"
import type { ServerResponse } from "node:http"
import type { Outcome } from "../core/FaultyAnswer.ts"
import { json } from "../core/HttpServer.ts"
import type { MessageStatus, SimulatedMessage } from "../core/Ledger.ts"
import type { InboundText } from "../core/InboundText.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"

/** With milliseconds and a numeric zone, as messaging writes it. */
const date = (at: Date): string => at.toISOString().replace("Z", "+00:00")

const statuses: Readonly<Record<MessageStatus, string>> = {
  accepted: "queued",
  queued: "queued",
  sent: "sent",
  delivered: "delivered",
  undelivered: "delivery_failed",
  failed: "sending_failed",
  received: "webhook_delivered"
}

/** The words of detail records. A message that waits is in none. */
const recordStatuses: Partial<Record<MessageStatus, string>> = {
  sent: "dlr_unconfirmed",
  delivered: "delivered",
  undelivered: "failed",
  failed: "gw_reject",
  received: "received"
}

const GSM = /^[\x20-\x7E\n\r]*$/
const SEGMENT = { "GSM-7": 153, "UCS-2": 67 } as const

const shapeOf = (body: string) => {
  const encoding = GSM.test(body) ? "GSM-7" : "UCS-2"
  return { encoding, parts: Math.max(1, Math.ceil(body.length / SEGMENT[encoding])) } as const
}

export interface Profile {
  readonly messagingProfileId: string
  readonly organizationId: string
}

/** The type of what is kept at a URL; `null` for what is elsewhere. */
export type TypeOf = (url: string) => string | null

const mediaOf = (urls: ReadonlyArray<string>, typeOf: TypeOf) =>
  urls.map((url) => ({ url, content_type: typeOf(url), sha256: null, size: null }))

/** A message of ours, as the API and the webhooks show it. */
export const messageResource = (
  { messagingProfileId, organizationId }: Profile,
  message: SimulatedMessage,
  status: MessageStatus | (string & {}) = message.status,
  typeOf: TypeOf = () => null
) => {
  const isOver = status !== "sent" && status !== "queued" && status !== "accepted"
  const hasFailed = status === "undelivered" || status === "failed"
  return {
    record_type: "message",
    direction: message.direction === "inbound" ? "inbound" : "outbound",
    id: message.id,
    type: message.mediaUrls.length > 0 ? "MMS" : "SMS",
    organization_id: organizationId,
    messaging_profile_id: messagingProfileId,
    from: { phone_number: message.from, carrier: "Telnyx", line_type: "Wireless" },
    to: [
      {
        phone_number: message.to,
        status: statuses[status as MessageStatus] ?? status,
        carrier: "T-Mobile USA",
        line_type: "Wireless"
      }
    ],
    cc: [],
    text: message.body,
    subject: null,
    media: mediaOf(message.mediaUrls, typeOf),
    webhook_url: message.callbackUrl,
    webhook_failover_url: null,
    ...shapeOf(message.body),
    tags: [],
    cost: null,
    tcr_campaign_id: null,
    received_at: date(message.createdAt),
    sent_at: message.sentAt === null ? null : date(message.sentAt),
    completed_at: isOver ? date(SimulatedTime.now()) : null,
    valid_until: date(new Date(message.createdAt.getTime() + 60 * 60 * 1000)),
    errors: hasFailed ? [errorOf({ code: message.errorCode ?? "40008", title: titleOf(message.errorCode) })] : []
  }
}

export const inboundResource = (
  { messagingProfileId, organizationId }: Profile,
  id: string,
  { body, from, media = [], to }: InboundText,
  keyword: string | null
) => ({
  record_type: "message",
  direction: "inbound",
  id,
  type: media.length > 0 ? "MMS" : "SMS",
  organization_id: organizationId,
  messaging_profile_id: messagingProfileId,
  autoresponse_type: keyword,
  is_spam: false,
  from: { phone_number: from, carrier: "T-Mobile USA", line_type: "Wireless", status: "webhook_delivered" },
  to: [{ phone_number: to, carrier: "Telnyx", line_type: "Wireless", status: "webhook_delivered" }],
  cc: [],
  // A message of media only has no text.
  text: body === "" && media.length > 0 ? null : body,
  subject: "",
  media: media.map(({ contentType, url }) => ({
    url,
    content_type: contentType,
    sha256: "0".repeat(64),
    size: 102_400
  })),
  ...shapeOf(body),
  tags: [],
  cost: { amount: "0.0040", currency: "USD" },
  received_at: date(SimulatedTime.now()),
  sent_at: null,
  completed_at: null,
  valid_until: null,
  webhook_url: null,
  webhook_failover_url: null,
  errors: []
})

/** The envelope of the webhook API version 2, but for `meta`, which each try has its own of. */
export const event = (eventType: string, payload: object) => ({
  event_type: eventType,
  id: randomUUID(),
  occurred_at: date(SimulatedTime.now()),
  payload,
  record_type: "event"
})

/** `null` while the message waits. */
export const detailRecord = (message: SimulatedMessage) => {
  const status = recordStatuses[message.status]
  return status === undefined
    ? null
    : {
        record_type: "messaging",
        uuid: message.id,
        cli: message.from,
        cld: message.to,
        direction: message.direction === "inbound" ? "inbound" : "outbound",
        status,
        created_at: date(message.createdAt),
        sent_at: message.sentAt === null ? null : date(message.sentAt),
        message_type: message.mediaUrls.length > 0 ? "MMS" : "SMS",
        delivery_status_webhook_url: message.callbackUrl,
        errors: message.errorCode === null ? [] : [message.errorCode]
      }
}

export interface ApiError {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail?: string
}

const titles: Readonly<Record<string, string>> = {
  "40001": "Not routable",
  "40008": "Undeliverable",
  "40300": "Blocked due to STOP message"
}
const titleOf = (code: string | null): string => titles[code ?? ""] ?? "Undeliverable"

const errorOf = ({ code, detail, title }: Pick<ApiError, "code" | "title" | "detail">) => ({
  code,
  title,
  ...(detail === undefined ? {} : { detail }),
  meta: { url: `https://developers.telnyx.com/docs/overview/errors/${code}` }
})

export const errorBody = (error: ApiError) => ({ errors: [errorOf(error)] })

export const errors = {
  authentication: {
    status: 401,
    code: "10009",
    title: "Authentication failed",
    detail: "Could not understand the provided credentials."
  },
  notFound: { status: 404, code: "10005", title: "Resource not found" },
  badRequest: { status: 400, code: "10015", title: "Bad Request" },
  tooMany: {
    status: 429,
    code: "10011",
    title: "Too many requests",
    detail: "You have exceeded the maximum number of allowed requests."
  },
  server: { status: 500, code: "10007", title: "Unexpected error" },
  unavailable: { status: 503, code: "10007", title: "Service unavailable" },
  invalidTo: { status: 400, code: "40310", title: "Invalid 'to' address" },
  invalidFrom: { status: 400, code: "40305", title: "Invalid 'from' address" },
  noContent: { status: 400, code: "40316", title: "No content provided" },
  tooManyMedia: { status: 400, code: "40317", title: "Invalid MMS content" },
  tooLarge: { status: 400, code: "40302", title: "Message too large" },
  /** Its status is not in any document, and has been seen as 400, 403 and 422. */
  blocked: { status: 403, code: "40300", title: "Blocked due to STOP message" }
} satisfies Record<string, ApiError>

/** Of placing a call: developers.telnyx.com/docs/overview/errors. */
export const callErrors = {
  notE164: { status: 422, code: "10016", title: "Phone number must be in +E164 format" },
  notAllowed: { status: 403, code: "10010", title: "Authorization failed" }
} satisfies Record<string, ApiError>

/**
 * Of orders and of numbers: developers.telnyx.com/development/api-fundamentals/api-errors. No code of their own is published
 * for a number that is gone, or that wants papers.
 */
export const numberErrors = {
  notAvailable: { status: 400, code: "10015", title: "Bad Request" },
  requirements: { status: 422, code: "10015", title: "Bad Request" },
  funds: { status: 403, code: "20100", title: "Insufficient Funds" },
  locked: { status: 422, code: "10015", title: "Bad Request" }
} satisfies Record<string, ApiError>

export const fail = (response: ServerResponse, error: ApiError, headers: Readonly<Record<string, string>> = {}): void =>
  json(response, error.status, errorBody(error), headers)

export const refuse = (error: ApiError): Outcome => ({ refusal: (response) => fail(response, error) })
