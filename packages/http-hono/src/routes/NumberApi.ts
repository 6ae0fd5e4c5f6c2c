/** The shapes of numbers and site groupings in the public API. */
import {
  type Deactivation,
  MAX_NAME,
  MAX_REASON,
  MIN_REASON,
  type PoolHealth,
  type ProviderReconciliation,
  type Repairs
} from "@careline/application"
import { InventoryNumber, PhoneNumber, SiteGrouping, SiteGroupingId, VoipSettings } from "@careline/domain"
import { DateTime, Schema } from "effect"
import { TenantJson, TenantQuery } from "./Api.ts"

const nullOr = Schema.NullOr
const Text = Schema.String
const Id = Schema.String
const Label = nullOr(Schema.NonEmptyString.check(Schema.isMaxLength(MAX_NAME)))
const AreaCode = nullOr(Schema.String.check(Schema.isPattern(InventoryNumber.AREA_CODE, { message: "three digits" })))

const iso = (at: DateTime.Utc): string => DateTime.formatIso(at)
const isoOrNull = (at: DateTime.Utc | null): string | null => (at === null ? null : iso(at))

export const NumberJson = Schema.Struct({
  id: Id,
  number: Text,
  label: nullOr(Text),
  providerSid: nullOr(Text),
  provider: nullOr(Text),
  siteGroupingId: nullOr(Id),
  status: InventoryNumber.NumberStatus,
  isDefault: Schema.Boolean,
  replacedById: nullOr(Id),
  endsAt: nullOr(Text),
  createdAt: Text
}).annotate({ identifier: "PhoneNumber" })

export const numberJson = (number: InventoryNumber.InventoryNumber): typeof NumberJson.Type => ({
  id: number.id,
  number: number.number,
  label: number.label,
  providerSid: number.providerSid,
  provider: number.provider,
  siteGroupingId: number.holder?.siteGroupingId ?? null,
  status: number.status,
  isDefault: number.isDefault,
  replacedById: number.replacedBy,
  endsAt: isoOrNull(number.endsAt),
  createdAt: iso(number.heldSince)
})

export const NumberListQuery = Schema.Struct({ siteGroupingId: TenantQuery })

export const NewNumber = Schema.Struct({
  number: PhoneNumber.E164,
  label: Schema.optionalKey(nullOr(Schema.String.check(Schema.isMaxLength(MAX_NAME)))),
  providerSid: Schema.optionalKey(nullOr(Schema.String.check(Schema.isMaxLength(MAX_NAME)))),
  provider: Schema.optionalKey(nullOr(Schema.NonEmptyString.check(Schema.isMaxLength(MAX_NAME)))),
  siteGroupingId: Schema.optionalKey(TenantJson),
  /** Adds the number to the pool, with no tenant. */
  toPool: Schema.optionalKey(Schema.Boolean),
  /** Why the number is ours although no provider can tell; for a SYSTEM_ADMIN. The audit log keeps it. */
  overrideReason: Schema.optionalKey(
    nullOr(Schema.String.check(Schema.isMinLength(MIN_REASON), Schema.isMaxLength(MAX_REASON)))
  )
}).annotate({ identifier: "NewPhoneNumber" })

export const NumberEdit = Schema.Struct({
  label: Schema.optionalKey(Label),
  status: Schema.optionalKey(Schema.Literals(["assigned", "suspended"])),
  isDefault: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "PhoneNumberEdit" })

export const NumberUsage = Schema.Struct({ count: Schema.Int }).annotate({ identifier: "PhoneNumberUsage" })

export const NumberDeletion = Schema.Struct({
  replacementPhoneNumberId: Schema.optionalKey(nullOr(Id)),
  /** Tells the contacts of the new number, once, when they may be texted. */
  notifyContacts: Schema.optionalKey(Schema.Boolean),
  /** What they are told; words of ours where none are given. */
  notice: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(VoipSettings.MAX_TEXT_LENGTH)))
}).annotate({ identifier: "PhoneNumberDeletion" })

export const DryRunQuery = Schema.Struct({ dryRun: Schema.optionalKey(Schema.Literals(["true", "false"])) })

export const NumberDeleted = Schema.Struct({ affectedThreadsCount: Schema.Int, message: Text }).annotate({
  identifier: "PhoneNumberDeleted"
})

export const AssignmentJson = Schema.Struct({ areaCode: Schema.optionalKey(AreaCode) }).annotate({
  identifier: "PhoneNumberAssignment"
})

export const NumberOrdered = Schema.Struct({
  status: Schema.Literal("ordering"),
  areaCode: nullOr(Text)
}).annotate({ identifier: "PhoneNumberOrdered" })

const Count = Schema.Int

export const PoolJson = Schema.Struct({
  level: Schema.Literals(["ok", "low", "empty"]),
  counts: Schema.Struct({
    available: Count,
    assigned: Count,
    suspended: Count,
    replaced: Count,
    quarantined: Count,
    retired: Count
  }),
  availableByAreaCode: Schema.Record(Schema.String, Count),
  min: Count,
  batch: Count,
  max: Count,
  buys: Schema.Boolean,
  pendingAssignments: Schema.Array(
    Schema.Struct({ siteGroupingId: nullOr(Id), areaCode: nullOr(Text), requestedAt: Text })
  ),
  nextQuarantineEnd: nullOr(Text)
}).annotate({ identifier: "PhoneNumberPool" })

export const poolJson = (health: PoolHealth): typeof PoolJson.Type => ({
  ...health,
  pendingAssignments: health.pendingAssignments.map((assignment) => ({
    ...assignment,
    requestedAt: iso(assignment.requestedAt)
  })),
  nextQuarantineEnd: isoOrNull(health.nextQuarantineEnd)
})

export const SiteGroupingJson = Schema.Struct({
  id: Id,
  name: nullOr(Text),
  createdAt: Text,
  deactivatedAt: nullOr(Text)
}).annotate({ identifier: "SiteGrouping" })

export const siteGroupingJson = (grouping: SiteGrouping.SiteGrouping): typeof SiteGroupingJson.Type => ({
  ...grouping,
  createdAt: iso(grouping.createdAt),
  deactivatedAt: isoOrNull(grouping.deactivatedAt)
})

const Name = Schema.NonEmptyString.check(Schema.isMaxLength(SiteGrouping.MAX_NAME_LENGTH))

export const NewSiteGrouping = Schema.Struct({
  /** As the identity provider names it; a new one where none is given. `null` as a word is the system-wide space. */
  id: Schema.optionalKey(SiteGroupingId.check(Schema.isPattern(/^(?!null$)[\w.:-]+$/))),
  name: Name
}).annotate({ identifier: "NewSiteGrouping" })

export const SiteGroupingEdit = Schema.Struct({
  name: Schema.optionalKey(Name),
  /** Brings one back that was deactivated. */
  reactivate: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "SiteGroupingEdit" })

export const DeactivationJson = Schema.Struct({
  siteGrouping: SiteGroupingJson,
  quarantinedNumbersCount: Count,
  affectedThreadsCount: Count
}).annotate({ identifier: "SiteGroupingDeactivation" })

export const deactivationJson = (deactivation: Deactivation): typeof DeactivationJson.Type => ({
  ...deactivation,
  siteGrouping: siteGroupingJson(deactivation.siteGrouping)
})

export const ReconciliationJson = Schema.Struct({
  providers: Schema.Array(
    Schema.Struct({
      provider: Text,
      /** `unsupported`: it cannot be asked. `unavailable`: it was, and did not answer. */
      status: Schema.Literals(["compared", "unsupported", "unavailable"]),
      reason: nullOr(Text),
      oursOnly: Schema.Array(NumberJson),
      theirsOnly: Schema.Array(Schema.Struct({ number: Text, providerSid: Text })),
      misconfigured: Schema.Array(
        Schema.Struct({
          id: Id,
          number: Text,
          faults: Schema.Array(
            Schema.Literals(["sms_webhook", "voice_webhook", "messaging_attachment", "voice_attachment"])
          )
        })
      )
    })
  )
}).annotate({ identifier: "PhoneNumberReconciliation" })

export const reconciliationJson = (found: ReadonlyArray<ProviderReconciliation>): typeof ReconciliationJson.Type => ({
  providers: found.map(({ misconfigured, oursOnly, theirsOnly, ...one }) => ({
    ...one,
    oursOnly: oursOnly.map(numberJson),
    theirsOnly: theirsOnly.map(({ number, providerSid }) => ({ number, providerSid })),
    misconfigured: misconfigured.map(({ faults, number }) => ({ id: number.id, number: number.number, faults }))
  }))
})

/** As many numbers as one request may name. */
const MAX_NAMED = 1_000
const Named = Schema.optionalKey(Schema.Array(PhoneNumber.E164).check(Schema.isMaxLength(MAX_NAMED)))

export const RepairJson = Schema.Struct({
  /** Numbers that only the provider knows, to be added to the pool. */
  adopt: Named,
  /** Numbers that only Careline knows, to be taken out of service; those with no tenant are retired for good. */
  suspend: Named
}).annotate({ identifier: "PhoneNumberRepair" })

export const RepairsJson = Schema.Struct({
  configured: Schema.Array(Text),
  adopted: Schema.Array(Text),
  suspended: Schema.Array(Text),
  retired: Schema.Array(Text),
  failed: Schema.Array(Schema.Struct({ number: Text, reason: Text }))
}).annotate({ identifier: "PhoneNumberRepairs" })

export const repairsJson = (repairs: Repairs): typeof RepairsJson.Type => repairs
