/** Converts errors of use cases to problem details (RFC 9457), for any host that speaks HTTP. */
import { TelephonyError } from "@careline/ports"
import { Cause, DateTime, Predicate } from "effect"

export interface Problem {
  /** A URI that names the kind of problem. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string
  /** The request, as it stands in the log. */
  readonly instance?: string
  readonly [extension: string]: unknown
}

export const CONTENT_TYPE = "application/problem+json"

/** When to come back after a 503, in seconds. */
const RETRY_AFTER = "5"

export const problem = (
  kind: string,
  status: number,
  title: string,
  extensions: Readonly<Record<string, unknown>> = {}
): Problem => ({ type: `urn:careline:problem:${kind}`, title, status, ...extensions })

/** Where a field is, as a JSON pointer in a URI fragment (RFC 6901, 6), such as `#/patientIds/0`; `#` for the whole. */
export const pointerOf = (path: ReadonlyArray<string>): string =>
  path
    .filter((part) => part !== "")
    .reduce(
      (to, part) => `${to}/${encodeURIComponent(part.toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1"))}`,
      "#"
    )

interface Tagged {
  readonly _tag: string
  readonly message?: string
  readonly [field: string]: unknown
}

const isoOrNull = (at: unknown): string | null => (at == null ? null : DateTime.formatIso(at as DateTime.Utc))

/** The problem that a use case's error is; `null` for one that no caller can do anything about. */
const ofTagged = (error: Tagged): Problem | null => {
  const detail = error.message === undefined ? {} : { detail: error.message }
  switch (error._tag) {
    case "NotFound":
      return problem("not-found", 404, "Not found", detail)
    case "InvalidRequest":
      return problem("invalid-request", 422, "The request is not valid", {
        ...detail,
        errors: [{ pointer: pointerOf(String(error.field).split(".")), detail: error.message ?? "is not valid" }]
      })
    case "LinkConflict":
      return problem("link-conflict", 422, "A thread links to patients or to a facility", detail)
    case "InvalidCursor":
      return problem("invalid-cursor", 400, "The cursor is not valid", detail)
    case "SendRefused":
      return problem("send-refused", 409, "The message may not be sent", { ...detail, reason: error.reason })
    case "SendHeld":
      return problem("send-held", 409, "The message may not be sent now", {
        ...detail,
        reason: error.reason,
        until: DateTime.formatIso(error.until as DateTime.Utc)
      })
    case "NotUndecided":
      return error.reason === "still_looking"
        ? problem("still-looking", 409, "The outcome of the message is still being checked", detail)
        : problem("not-unknown", 409, "The outcome of the message is known", detail)
    case "NoSenderNumber":
      return problem("no-sender-number", 409, "There is no number to send from", {
        ...detail,
        reason: "no_sender_number"
      })
    case "NumberSuspended":
      return problem("number-suspended", 409, "The number that the contact knows is suspended", {
        ...detail,
        reason: "number_suspended",
        phoneNumberId: error.phoneNumberId
      })
    case "NumberOverused":
      return problem("number-overused", 429, "Too many texts are queued for this number", {
        ...detail,
        number: error.number,
        waiting: error.waiting
      })
    case "TooManyUploads":
      return problem("too-many-uploads", 429, "Too many uploads wait for a message", detail)
    case "TooManyCallbacks":
      return problem("too-many-callbacks", 429, "Too many callbacks", {
        ...detail,
        retryAfterMillis: error.retryAfterMillis
      })
    case "TooManyBreakGlasses":
      return problem("too-many-break-glasses", 429, "Too many emergency accesses", {
        ...detail,
        retryAfterMillis: error.retryAfterMillis
      })
    case "IdempotencyMismatch":
      return problem("idempotency-mismatch", 422, "The idempotency key was used for another request", detail)
    case "ThreadExists":
      return problem("thread-exists", 409, "The contact already has an open thread", {
        ...detail,
        threadId: error.threadId
      })
    case "CallRefused":
      return problem("call-refused", 409, "The number may not be called", { ...detail, reason: error.reason })
    case "CallNotPlaced":
      return error.isRetryable === true
        ? problem("call-not-placed", 503, "The call cannot be placed now", { ...detail, reason: error.reason })
        : problem("call-not-placed", 409, "The call could not be placed", { ...detail, reason: error.reason })
    case "BreakGlassOff":
      return problem("break-glass-off", 403, "Not allowed", detail)
    case "BreakGlassOver":
      return problem("break-glass-over", 403, "Not allowed", detail)
    case "ReplacementNeeded":
      return problem("number-in-use", 409, "Threads still use the number", { ...detail, count: error.threads })
    case "ReplacementRefused":
      return problem("replacement-refused", 409, "The number cannot replace it", {
        ...detail,
        reason: error.reason
      })
    case "WrongNumberStatus":
      return problem("wrong-number-status", 409, "The status of the number does not allow this", {
        ...detail,
        numberStatus: error.status,
        until: isoOrNull(error.until)
      })
    case "PoolEmpty":
      return problem("pool-empty", 409, "No such number is available", { ...detail, areaCode: error.areaCode })
    case "NumberRests":
      return problem("number-rests", 409, "The number rests", { ...detail, until: isoOrNull(error.until) })
    case "NothingToUndo":
      return problem("nothing-to-undo", 409, "That cannot be undone", { ...detail, reason: error.reason })
    case "AssignmentPending":
      return problem("assignment-pending", 409, "The site grouping waits for another number", {
        ...detail,
        pendingAssignmentId: error.pendingAssignmentId
      })
    case "AssignmentMet":
      return problem("assignment-met", 409, "The number is assigned", {
        ...detail,
        phoneNumberId: error.phoneNumberId
      })
    case "NumberNotForSale":
      return problem("number-not-for-sale", 409, "No such number can be bought", { ...detail, reason: error.reason })
    case "NumberHeld":
      return problem("number-held", 409, "The site grouping has a number", {
        ...detail,
        phoneNumberId: error.phoneNumberId
      })
    case "NotificationOver":
      return problem("notification-over", 409, "The notification is not scheduled any more", {
        ...detail,
        state: error.state
      })
    case "TemplateNotPublished":
      return problem("template-not-published", 409, "The template is not published", detail)
    case "TemplateNameTaken":
      return problem("template-name-taken", 409, "A template with this name exists", detail)
    case "TemplateChanged":
      return problem("template-changed", 409, "The template has changed", {
        ...detail,
        latestVersion: error.latestVersion
      })
    case "TemplateArchived":
      return problem("template-archived", 409, "The template is archived", detail)
    case "TemplateNotPublishable":
      return problem("template-not-publishable", 409, "The version has errors", { ...detail, issues: error.issues })
    case "TemplateSyntaxInvalid":
      return problem("template-syntax", 409, "The version does not read as a template", detail)
    case "LinkHostRefused":
      return problem("link-host", 409, "The text leads to a host that is not the site grouping's", {
        ...detail,
        host: error.host
      })
    case "RenderedTextTooLong":
      return problem("text-too-long", 409, "The text is too long", detail)
    case "VariableMissing":
      return problem("variable-missing", 409, "A value is missing", { ...detail, path: error.path })
    case "NoSuchLanguage":
      return problem("no-such-language", 409, "The version has no text in this language", {
        ...detail,
        available: error.available
      })
    case "TemplateDataInvalid":
      return problem("invalid-request", 422, "The request is not valid", {
        ...detail,
        errors: (error.faults as ReadonlyArray<{ readonly path: string; readonly message: string }>).map(
          ({ message, path }) => ({ pointer: pointerOf(["data", path]), detail: message })
        )
      })
    case "EntryTaken":
      return problem("entry-taken", 409, "An entry with this id exists", detail)
    case "SiteGroupingTaken":
      return problem("site-grouping-taken", 409, "A site grouping with this id exists", detail)
    case "NumberRefused":
      return problem("number-refused", 409, "The number may not be added", { ...detail, reason: error.reason })
    case "NumberTaken":
      return problem("number-taken", 409, "The number is already in use")
    case "IntakeOverloaded":
      return problem("overloaded", 503, "The server is overloaded", detail)
    case "TelephonyError":
      return ofTelephony(error.reason as TelephonyError.TelephonyErrorReason)
    case "StorageError":
      return (error.reason as Tagged).isRetryable === true
        ? problem("store-unavailable", 503, "The store is not available")
        : null
    default:
      return null
  }
}

const ofTelephony = (reason: TelephonyError.TelephonyErrorReason): Problem => {
  const status = TelephonyError.webhookStatus(reason)
  switch (reason._tag) {
    case "InvalidSignature":
      return problem("invalid-signature", status, "The webhook signature is not valid")
    case "Unverifiable":
      return problem("unverifiable-webhook", status, "The webhook cannot be verified now", { detail: reason.message })
    case "MalformedWebhook":
      return problem("malformed-webhook", status, "The webhook cannot be read", { detail: reason.message })
    default:
      return problem("internal", status, "Internal server error")
  }
}

const isTagged = (error: unknown): error is Tagged =>
  Predicate.hasProperty(error, "_tag") && Predicate.isString(error._tag)

/** The problem that an error is. What is not foreseen says nothing of itself. */
export const ofError = (error: unknown): Problem =>
  (isTagged(error) ? ofTagged(error) : null) ?? problem("internal", 500, "Internal server error")

/** The error that a cause fails with, if it does. */
export const failureOf = (cause: Cause.Cause<unknown>): unknown => cause.reasons.find(Cause.isFailReason)?.error

/** The problem that a failed request answers with. */
export const ofCause = (cause: Cause.Cause<unknown>): Problem => ofError(failureOf(cause))

/** The headers of the answer. */
export const headersOf = ({ retryAfterMillis, status }: Problem): Readonly<Record<string, string>> => ({
  "content-type": CONTENT_TYPE,
  ...(status === 503 ? { "retry-after": RETRY_AFTER } : {}),
  ...(typeof retryAfterMillis === "number" ? { "retry-after": String(Math.ceil(retryAfterMillis / 1000)) } : {})
})
