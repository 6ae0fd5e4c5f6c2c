/** A number that we own, over its whole life, and the view of it that a tenant has while it is assigned. */
import { DateTime, Schema } from "effect"
import { PhoneNumberId, Tenant } from "../shared/Ids.ts"
import { E164 } from "./PhoneNumber.ts"

/**
 * - `available`: waits in the pool for a tenant.
 * - `assigned`: a tenant's. `suspended`: a tenant's, out of service.
 * - `replaced`: a tenant's still. Another number answers in its place, until the contacts have got used to that.
 * - `quarantined`: unassigned, until whom it used to reach have stopped trying.
 * - `retired`: unassigned for good: too many still try.
 * - `releasing`: unassigned, and on its way back to the provider. One that is given back is no number of ours any more.
 */
export const NumberStatus = Schema.Literals([
  "available",
  "assigned",
  "suspended",
  "replaced",
  "quarantined",
  "retired",
  "releasing"
])
export type NumberStatus = typeof NumberStatus.Type

/**
 * What a number is for. `both` unless somebody says otherwise.
 *
 * - `voice`: the caller ID of a voice agent, attached to a trunk at its provider. It is never texted from.
 * - `text`: texts. It is never shown as a caller ID.
 */
export const NumberPurpose = Schema.Literals(["voice", "text", "both"])
export type NumberPurpose = typeof NumberPurpose.Type

const served: Readonly<Record<NumberPurpose, ReadonlyArray<NumberPurpose>>> = {
  voice: ["voice"],
  text: ["text", "both"],
  both: ["both"]
}

/** The purposes of numbers that do for who wants one for this: what is attached to a trunk does for nothing else. */
export const purposesFor = (wanted: NumberPurpose): ReadonlyArray<NumberPurpose> => served[wanted]

/** What the provider charges for a number each month: a decimal in the currency's main unit, ISO 4217. */
export const MonthlyPrice = Schema.Struct({
  amount: Schema.String.check(Schema.isPattern(/^\d{1,8}(\.\d{1,4})?$/)),
  currency: Schema.String.check(Schema.isPattern(/^[A-Z]{3}$/))
})
export type MonthlyPrice = typeof MonthlyPrice.Type

const Words = Schema.String.check(Schema.isMaxLength(200))

export const InventoryNumber = Schema.Struct({
  id: PhoneNumberId,
  number: E164,
  label: Schema.NullOr(Words),
  /** The provider's own id of the number (`PN…` at Twilio). */
  providerSid: Schema.NullOr(Words),
  /** The provider that carries the number; `null`: whichever is active. */
  provider: Schema.NullOr(Schema.NonEmptyString.check(Schema.isMaxLength(200))),
  /** Whose it is; `null`: unassigned. A tenant may be the system-wide space, which is `null` itself. */
  holder: Schema.NullOr(Schema.Struct({ siteGroupingId: Tenant })),
  purpose: NumberPurpose,
  status: NumberStatus,
  /** Since when it has been in this status. */
  statusSince: Schema.DateTimeUtc,
  /** Since when its holder has had it; of no meaning while unassigned. What came before is not the holder's. */
  assignedAt: Schema.DateTimeUtc,
  /** When we got it from the provider. */
  acquiredAt: Schema.DateTimeUtc,
  /** When being replaced or quarantined ends; `null` in any other status. */
  endsAt: Schema.NullOr(Schema.DateTimeUtc),
  /** The number that answers in its place while it is replaced. */
  replacedBy: Schema.NullOr(PhoneNumberId),
  /** Whether its holder texts from it first. At most one of a tenant's. */
  isDefault: Schema.Boolean,
  /** How many contacts texted or called it while it was unassigned. */
  unroutedInbound: Schema.Int,
  monthlyPrice: Schema.NullOr(MonthlyPrice),
  /** What the assignment was asked for under, so that the same request gets the same number again. */
  assignmentKey: Schema.NullOr(Schema.String)
})
export type InventoryNumber = typeof InventoryNumber.Type

const TenantStatus = NumberStatus.pick(["assigned", "suspended", "replaced"])
const isTenantStatus = Schema.is(TenantStatus)

const { assignedAt, id, label, number, provider, providerSid, purpose } = InventoryNumber.fields

/**
 * What a tenant has of a number: all that the rules of texts and calls look at, and all that a backend with tables of its own
 * keeps. An unassigned number has none, so that whatever looks for a tenant's numbers cannot come upon it.
 */
export const TenantNumber = Schema.Struct({
  id,
  siteGroupingId: Tenant,
  number,
  label,
  providerSid,
  provider,
  /** `both` where it is left out. */
  purpose: Schema.optionalKey(purpose),
  /** Only what is `assigned` is texted from. */
  status: TenantStatus,
  /** Since when it has been the tenant's. */
  createdAt: assignedAt
})
export type TenantNumber = typeof TenantNumber.Type

/** The number as its tenant has it; `null` while it is unassigned. */
export const tenantNumber = (of: InventoryNumber): TenantNumber | null => {
  const { holder, status } = of
  if (holder === null || !isTenantStatus(status)) return null
  const { assignedAt: createdAt, id, label, number, provider, providerSid, purpose } = of
  return { id, siteGroupingId: holder.siteGroupingId, number, label, providerSid, provider, purpose, status, createdAt }
}

/** A tenant's number as the inventory keeps it once it is entered by hand. */
export const entered = ({ createdAt, siteGroupingId, ...given }: TenantNumber): InventoryNumber => ({
  purpose: "both",
  ...given,
  holder: { siteGroupingId },
  statusSince: createdAt,
  assignedAt: createdAt,
  acquiredAt: createdAt,
  endsAt: null,
  replacedBy: null,
  isDefault: false,
  unroutedInbound: 0,
  monthlyPrice: null,
  assignmentKey: null
})

/** What says how a number may be used. */
export type Use = Pick<TenantNumber, "purpose"> & Pick<InventoryNumber, "status">

/** Whether texts may leave from it. */
export const canText = ({ purpose, status }: Use): boolean => status === "assigned" && purpose !== "voice"

/** Whether it may be shown as a caller ID. */
export const canCall = ({ purpose, status }: Use): boolean => status === "assigned" && purpose !== "text"

/** The number that a tenant texts from first, of all that it has with its default first. */
export const textingNumber = <N extends Use>(numbers: ReadonlyArray<N>): N | undefined => numbers.find(canText)

/** The number that a tenant's voice agent shows, of all that it has with its default first: one bought for that before others. */
export const callerIdNumber = <N extends Use>(numbers: ReadonlyArray<N>): N | undefined => {
  const able = numbers.filter(canCall)
  return able.find(({ purpose }) => purpose === "voice") ?? able[0]
}

/** An area code of the North American Numbering Plan. N11 is a service, such as 911. */
export const AREA_CODE = /^[2-9](?!11)\d{2}$/

const NANP = /^\+1([2-9]\d{2})[2-9]\d{6}$/

/** The area code of a number of the North American Numbering Plan; `null` for any other. */
export const areaCodeOf = (digits: E164): string | null => NANP.exec(digits)?.[1] ?? null

/** Whether what it is in has come to its end. */
export const hasEnded = ({ endsAt }: Pick<InventoryNumber, "endsAt">, now: DateTime.Utc): boolean =>
  endsAt !== null && DateTime.isLessThanOrEqualTo(endsAt, now)
