/**
 * What became of an order, by Telnyx's own record of it and of its number. Sources: developers.telnyx.com/api-reference/
 * phone-number-orders, /phone-number-configurations.
 */
import type { Numbers } from "@careline/ports"

/** How long after a try Telnyx may still be without the order, in milliseconds. It names no time. */
export const FIND_AFTER_MILLIS = 60_000

/** What is looked at of an order. */
export interface Order {
  readonly status?: string
  readonly customer_reference?: string | null
  readonly requirements_met?: boolean
  readonly phone_numbers?: ReadonlyArray<{ readonly phone_number?: string; readonly status?: string }> | null
}

/** What is looked at of a number of the account. */
export interface Line {
  readonly id?: string
  readonly phone_number?: string
  readonly status?: string
  readonly connection_id?: string | null
  readonly messaging_profile_id?: string | null
}

const NUMERAL = /^\d{1,30}$/
export const isNumberId = (text: unknown): text is string => typeof text === "string" && NUMERAL.test(text)

/** Statuses of a number that is not ours, or not any more. */
const gone: ReadonlySet<string | undefined> = new Set(["purchase-failed", "port-failed", "deleted", "ported-out"])
/** Statuses of one that is not ours yet. */
const coming: ReadonlySet<string | undefined> = new Set(["purchase-pending", "port-pending", "provision-pending"])

export const isGone = ({ status }: Line): boolean => gone.has(status)
export const isComing = ({ status }: Line): boolean =>
  coming.has(status) || (status ?? "").startsWith("requirement-info")

const FAILED: ReadonlySet<string | undefined> = new Set(["failure", "cancelled", "deleted"])

const refusals: ReadonlyMap<string, Numbers.PurchaseRefusal> = new Map<string, Numbers.PurchaseRefusal>([
  ["10009", "account"],
  ["10010", "account"],
  ["20002", "account"],
  ["20012", "account"],
  ["20100", "account"]
  // A number that is gone, and one that wants papers, have no code of their own.
])

export const toRefusal = (code: string | null): Numbers.PurchaseRefusal =>
  (code === null ? undefined : refusals.get(code)) ?? "other"

/** What an order says of its number by itself; `null` for one that says that it is done, which the number itself shows. */
export const ofOrder = (
  { phone_numbers: lines, requirements_met: areMet, status }: Order,
  number: string
): Extract<Numbers.FoundOrder, { readonly _tag: "Pending" | "Failed" }> | null => {
  const line = lines?.find(({ phone_number: of }) => of === number)
  if (FAILED.has(status) || FAILED.has(line?.status)) {
    return { _tag: "Failed", reason: areMet === false ? "requirements" : "other", code: null }
  }
  return status === "success" ? null : { _tag: "Pending" }
}
