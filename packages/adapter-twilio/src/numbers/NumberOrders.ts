/** What Twilio says of a purchase, in our words. Source: twilio.com/docs/api/errors. */
import type { Numbers } from "@careline/ports"

/** How long after a purchase the account's list may still be without the number, in milliseconds. Twilio names no time. */
export const FIND_AFTER_MILLIS = 60_000

const SID = /^PN[0-9a-fA-F]{32}$/
export const isNumberSid = (text: unknown): text is string => typeof text === "string" && SID.test(text)

/** The number is in our Messaging Service already. */
export const ALREADY_ATTACHED = "21710"

const refusals: ReadonlyMap<string, Numbers.PurchaseRefusal> = new Map<string, Numbers.PurchaseRefusal>([
  ["20003", "account"],
  ["21404", "account"],
  ["20005", "account"],
  ["21421", "not_available"],
  ["21422", "not_available"],
  ["21452", "not_available"],
  // An address, a bundle or an identity has to be given first.
  ["21615", "requirements"],
  ["21631", "requirements"],
  ["21649", "requirements"],
  ["21650", "requirements"],
  ["21651", "requirements"]
])

export const toRefusal = (code: string | null): Numbers.PurchaseRefusal =>
  (code === null ? undefined : refusals.get(code)) ?? "other"
