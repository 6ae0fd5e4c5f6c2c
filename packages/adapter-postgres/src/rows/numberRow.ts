/** Numbers as rows. */
import type { InventoryNumber, PhoneNumber, PhoneNumberId, PoolNumber } from "@careline/domain"
import { instant, instantOrNull, iso, tenantColumn, tenantOf } from "../sql/rows.ts"

export interface NumberRow {
  readonly site_grouping_id: string | null
  readonly id: string
  readonly number: string
  readonly label: string | null
  readonly provider_sid: string | null
  readonly provider: string | null
  readonly status: InventoryNumber.NumberStatus
  readonly created_at: Date
  readonly status_since: Date
  readonly acquired_at: Date
  readonly ends_at: Date | null
  readonly replaced_by: string | null
  readonly is_default: boolean
  readonly stray_inbound: number
  readonly monthly_price: string | null
  readonly currency: string | null
  readonly assignment_key: string | null
}

/** The number of a row that is a tenant's. */
export const toHeld = (row: NumberRow): PoolNumber.PoolNumber => ({
  id: row.id as PhoneNumberId,
  siteGroupingId: tenantOf(row.site_grouping_id ?? ""),
  number: row.number as PhoneNumber.E164,
  label: row.label,
  providerSid: row.provider_sid,
  provider: row.provider,
  status: row.status as PoolNumber.PoolNumber["status"],
  createdAt: instant(row.created_at)
})

/** A decimal as it is written, without the zeros that the column pads it with. */
export const decimal = (amount: string): string => amount.replace(/\.?0+$/, "")

export const fromRow = (row: NumberRow): InventoryNumber.InventoryNumber => ({
  id: row.id as PhoneNumberId,
  number: row.number as PhoneNumber.E164,
  label: row.label,
  providerSid: row.provider_sid,
  provider: row.provider,
  holder: row.site_grouping_id === null ? null : { siteGroupingId: tenantOf(row.site_grouping_id) },
  status: row.status,
  statusSince: instant(row.status_since),
  heldSince: instant(row.created_at),
  acquiredAt: instant(row.acquired_at),
  endsAt: instantOrNull(row.ends_at),
  replacedBy: row.replaced_by as PhoneNumberId | null,
  isDefault: row.is_default,
  unroutedInbound: row.stray_inbound,
  monthlyPrice:
    row.monthly_price === null || row.currency === null
      ? null
      : { amount: decimal(row.monthly_price), currency: row.currency },
  assignmentKey: row.assignment_key
})

export const toJson = (number: InventoryNumber.InventoryNumber) => ({
  site_grouping_id: number.holder === null ? null : tenantColumn(number.holder.siteGroupingId),
  id: number.id,
  number: number.number,
  label: number.label,
  provider_sid: number.providerSid,
  provider: number.provider,
  status: number.status,
  created_at: iso(number.heldSince),
  status_since: iso(number.statusSince),
  acquired_at: iso(number.acquiredAt),
  ends_at: iso(number.endsAt),
  replaced_by: number.replacedBy,
  is_default: number.isDefault,
  stray_inbound: number.unroutedInbound,
  monthly_price: number.monthlyPrice?.amount ?? null,
  currency: number.monthlyPrice?.currency ?? null,
  assignment_key: number.assignmentKey
})
