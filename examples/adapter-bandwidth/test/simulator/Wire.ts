/** Bandwidth's wire, from its documentation: https://dev.bandwidth.com/docs/messaging and the OpenAPI file of its SDKs. */
import type { ServerResponse } from "node:http"
import type { SimulatorKit } from "@careline/testkit/simulators"
import { Option, Schema } from "effect"

export const MAX_TEXT_LENGTH = 2048
export const MAX_TAG_LENGTH = 1024

/** The body of `POST /users/{accountId}/messages`. */
const MessageRequest = Schema.fromJsonString(
  Schema.Struct({
    applicationId: Schema.String,
    to: Schema.Array(Schema.String),
    from: Schema.String,
    text: Schema.optionalKey(Schema.String),
    media: Schema.optionalKey(Schema.Array(Schema.String)),
    tag: Schema.optionalKey(Schema.String)
  })
)
export type MessageRequest = typeof MessageRequest.Type

export const readRequest = (body: string | null): MessageRequest | null =>
  Option.getOrNull(Schema.decodeUnknownOption(MessageRequest)(body))

const E164 = /^\+[1-9]\d{6,14}$/

/** What a request is refused for at once: the field, and why. The descriptions repeat what was sent, as the real ones do. */
export const faultsIn = ({ from, media = [], tag = "", text = "", to }: MessageRequest) => {
  const faults: Array<{ readonly fieldName: string; readonly description: string }> = []
  const fault = (fieldName: string, description: string) => faults.push({ fieldName, description })
  const mustBe = (number: string) => `'${number}' must be replaced with a valid E164 formatted telephone number`
  for (const number of to) if (!E164.test(number)) fault("to", mustBe(number))
  if (!E164.test(from)) fault("from", mustBe(from))
  if (text === "" && media.length === 0) fault("text", "one of text and media must be given")
  if (text.length > MAX_TEXT_LENGTH) fault("text", `'${text}' must be ${MAX_TEXT_LENGTH} characters or less`)
  if (tag.length > MAX_TAG_LENGTH) fault("tag", `'${tag}' must be ${MAX_TAG_LENGTH} characters or less`)
  return faults
}

const CONTENT_TYPE = "application/json; charset=utf-8"

export const answer = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { "content-type": CONTENT_TYPE, ...headers })
  response.end(JSON.stringify(body))
}

export const invalid = (
  response: ServerResponse,
  fieldErrors: ReadonlyArray<{ readonly fieldName: string; readonly description: string }>
): void =>
  answer(response, 400, {
    type: "request-validation",
    description: "Your request could not be accepted",
    ...(fieldErrors.length > 0 ? { fieldErrors } : {})
  })

export const unauthorized = (response: ServerResponse): void =>
  answer(response, 401, { type: "unauthorized", description: "Authentication Failed" })

/** Spring's own page, not of the API's errors: it has no `type`. */
export const notFound = (response: ServerResponse, path: string): void =>
  answer(response, 404, { timestamp: new Date().toISOString(), status: 404, error: "Not Found", path })

/** The documentation names no `Retry-After`; the wait that is asked for is told in HTTP's own way. */
export const errors: SimulatorKit.FaultyAnswer.ErrorAnswers = {
  refusal: (response, refusal) => {
    if (refusal === "unauthorised") unauthorized(response)
    else if (refusal === "rejectedInvalidRecipient") {
      invalid(response, [{ fieldName: "to", description: "must be replaced with a valid E164 telephone number" }])
    } else return false
    return true
  },
  rateLimited: (response, seconds) =>
    answer(
      response,
      429,
      { type: "max-message-queue-size-exceeded", description: "The SMS queue for your account is full." },
      seconds === null ? {} : { "retry-after": String(seconds) }
    ),
  serverError: (response, status) => answer(response, status, { type: "internal-server-error", description: "Error" }),
  empty: (response) => answer(response, 202, {})
}

/** What Bandwidth reports of a text that it took and rejects later. */
export const laterRefusals: Partial<Readonly<Record<SimulatorKit.Scenario.RequestFault, string>>> = {
  recipientOptedOut: "4775",
  senderNotAllowed: "4403"
}

/** A message as answers and callbacks show it. Callbacks on our own texts leave the text out. */
export const messageOf = (message: SimulatorKit.SimulatedMessage, text: string) => ({
  id: message.id,
  owner: message.direction === "inbound" ? message.to : message.from,
  applicationId: message.service,
  time: message.createdAt.toISOString(),
  segmentCount: 1,
  direction: message.direction === "inbound" ? "in" : "out",
  to: [message.to],
  from: message.from,
  text,
  ...(message.mediaUrls.length > 0 ? { media: message.mediaUrls } : {}),
  ...(message.reference === null ? {} : { tag: message.reference })
})

/** A callback's one event. */
export const eventOf = (
  message: SimulatorKit.SimulatedMessage,
  type: string,
  description: string,
  more: Readonly<Record<string, unknown>> = {}
) => ({
  time: new Date().toISOString(),
  type,
  to: message.to,
  description,
  message: messageOf(message, message.direction === "inbound" ? message.body : ""),
  ...more
})

/** The same JSON as no serializer of ours writes it. */
export const unusually = (events: unknown): string =>
  ` ${JSON.stringify(events, null, "\t ")}\r\n`.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase()}`
  )
