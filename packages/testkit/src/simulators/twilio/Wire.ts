/** Twilio's own forms: ids, dates, message resources, errors. Source: twilio.com/docs/messaging/api/message-resource. */
import { randomBytes } from "node:crypto"
import type { SimulatedMessage } from "../core/Ledger.ts"

export const newSid = (prefix: "SM" | "MM" | "ME" | "RQ" | "CA" | "RE"): string =>
  prefix + randomBytes(16).toString("hex")

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
const two = (value: number): string => String(value).padStart(2, "0")

/** RFC 2822, in whole seconds and with a numeric zone. */
export const date = (at: Date): string =>
  `${DAYS[at.getUTCDay()]}, ${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()} ` +
  `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`

/** `RawDlrDoneDate`: YYMMDDhhmm. */
export const receiptDate = (at: Date): string =>
  `${two(at.getUTCFullYear() % 100)}${two(at.getUTCMonth() + 1)}${two(at.getUTCDate())}${two(at.getUTCHours())}${two(at.getUTCMinutes())}`

const directions = { inbound: "inbound", outbound: "outbound-api", reply: "outbound-reply" } as const

export const messageResource = (accountSid: string, message: SimulatedMessage) => {
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${message.id}`
  return {
    sid: message.id,
    account_sid: accountSid,
    api_version: "2010-04-01",
    body: message.body,
    from: message.from,
    to: message.to,
    direction: directions[message.direction],
    status: message.status,
    num_media: String(message.mediaUrls.length),
    num_segments: message.service !== null && message.sentAt === null ? "0" : "1",
    price: null,
    price_unit: "USD",
    error_code: message.errorCode === null ? null : Number(message.errorCode),
    error_message: null,
    messaging_service_sid: message.service,
    date_created: date(message.createdAt),
    date_updated: date(message.createdAt),
    date_sent: message.sentAt === null ? null : date(message.sentAt),
    uri: `${uri}.json`,
    subresource_uris: { media: `${uri}/Media.json` }
  }
}

export interface ApiError {
  readonly status: number
  readonly code: number
  readonly message: string
}

export const errorBody = ({ code, message, status }: ApiError) => ({
  code,
  message,
  more_info: `https://www.twilio.com/docs/errors/${code}`,
  status
})

export const errors = {
  authenticate: { status: 401, code: 20003, message: "Authenticate" },
  notFound: { status: 404, code: 20404, message: "The requested resource was not found" },
  tooMany: { status: 429, code: 20429, message: "Too Many Requests" },
  server: { status: 500, code: 20500, message: "Internal Server Error" },
  unavailable: { status: 503, code: 20503, message: "Service Unavailable" },
  badRequest: { status: 400, code: 20001, message: "Bad Request" },
  tooLarge: { status: 413, code: 20001, message: "Request Entity Too Large" },
  toMissing: { status: 400, code: 21604, message: "A 'To' phone number is required." },
  toInvalid: { status: 400, code: 21211, message: "Invalid 'To' Phone Number" },
  fromMissing: { status: 400, code: 21603, message: "A 'From' phone number is required." },
  fromInvalid: { status: 400, code: 21606, message: "The 'From' phone number is not a valid, SMS-capable number." },
  senderFull: {
    status: 400,
    code: 21611,
    message: "This 'From' number has exceeded the maximum number of queued messages"
  },
  contentMissing: { status: 400, code: 21619, message: "A text message body or media urls must be specified." },
  bodyTooLong: { status: 400, code: 21617, message: "The concatenated message body exceeds the 1600 character limit" },
  unroutable: {
    status: 400,
    code: 21612,
    message: "Message cannot be sent with the current combination of 'To' and 'From'"
  },
  regionOff: { status: 400, code: 21408, message: "Permission to send an SMS has not been enabled for the region" },
  unsubscribed: { status: 400, code: 21610, message: "Attempt to send to unsubscribed recipient" },
  notMobile: { status: 400, code: 21614, message: "'To' number is not a valid mobile number" }
} satisfies Record<string, ApiError>

/** Of placing calls. */
export const callErrors = {
  toMissing: { status: 400, code: 21201, message: "No 'To' number is specified" },
  urlMissing: { status: 400, code: 21205, message: "Url parameter is required." },
  fromNotOurs: { status: 400, code: 21210, message: "The source phone number provided is not yet verified" },
  fromMissing: { status: 400, code: 21213, message: "'From' phone number is required" }
} satisfies Record<string, ApiError>

/** Twilio's test credentials: senders and recipients that fail in a known way. twilio.com/docs/iam/test-credentials. */
export const magicSenders: Readonly<Record<string, ApiError>> = {
  "+15005550007": errors.fromInvalid,
  "+15005550008": errors.senderFull
}

export const magicRecipients: Readonly<Record<string, ApiError>> = {
  "+15005550001": errors.toInvalid,
  "+15005550002": errors.unroutable,
  "+15005550003": errors.regionOff,
  "+15005550004": errors.unsubscribed,
  "+15005550009": errors.notMobile
}

/** Of numbers: twilio.com/docs/api/errors. */
export const numberErrors = {
  notAvailable: { status: 400, code: 21422, message: "The phone number is not available" },
  addressRequired: { status: 400, code: 21631, message: "Phone Number Requires an Address" },
  trialAccount: { status: 400, code: 21404, message: "Trial accounts are allowed only one Twilio phone number" },
  alreadyInService: {
    status: 409,
    code: 21710,
    message: "Phone Number or Short Code is already in the Messaging Service."
  }
} satisfies Record<string, ApiError>

/** A number as a Messaging Service shows it: version 1 of the Messaging API has dates and capabilities of its own form. */
export const senderResource = (accountSid: string, serviceSid: string | undefined, number: string, sid: string) => ({
  sid,
  account_sid: accountSid,
  service_sid: serviceSid,
  phone_number: number,
  country_code: "US",
  capabilities: ["SMS", "MMS", "Voice"],
  date_created: "1970-01-01T00:00:00Z",
  date_updated: "1970-01-01T00:00:00Z",
  url: `https://messaging.twilio.com/v1/Services/${serviceSid}/PhoneNumbers/${sid}`
})
