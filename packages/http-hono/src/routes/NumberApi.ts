/** The answers of the public API about numbers and site groupings. */
import {
  type Activation,
  type Deactivation,
  type EditedNumber,
  NumberAddition,
  type NumberEvent,
  type PoolHealth,
  type ProviderReconciliation,
  type Repairs,
  type WithFirstNumber
} from "@careline/application"
import { InventoryNumber, PendingAssignment, PhoneNumber, type SiteGrouping } from "@careline/domain"
import { Schema } from "effect"
import { iso, isoOrNull, TenantJson } from "./Api.ts"

const nullOr = Schema.NullOr
const Text = Schema.String
const Id = Schema.String

export const NumberJson = Schema.Struct({
  id: Id,
  number: Text,
  label: nullOr(Text),
  providerSid: nullOr(Text),
  provider: nullOr(Text),
  siteGroupingId: nullOr(Id),
  purpose: InventoryNumber.NumberPurpose,
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
  purpose: number.purpose,
  status: number.status,
  isDefault: number.isDefault,
  replacedById: number.replacedBy,
  endsAt: isoOrNull(number.endsAt),
  createdAt: iso(number.assignedAt)
})

/** A number after an edit, and what that means for the threads that answer from it. */
export const EditedNumberJson = Schema.Struct({
  ...NumberJson.fields,
  /** Threads that send nothing until the number is in service again: `GET /api/v1/external-threads?phoneNumberId=` lists them. */
  stoppedThreadsCount: Schema.Int,
  movedThreadsCount: Schema.Int,
  /** What can be done about threads that are stopped. */
  message: nullOr(Text)
}).annotate({ identifier: "EditedPhoneNumber" })

export const editedNumberJson = (number: EditedNumber): typeof EditedNumberJson.Type => ({
  ...numberJson(number),
  stoppedThreadsCount: number.stoppedThreadsCount,
  movedThreadsCount: number.movedThreadsCount,
  message:
    number.stoppedThreadsCount === 0
      ? null
      : "Threads answer from the number and send nothing: move them to another number (moveThreadsTo), or let others stand in for it (suspendedNumberFallback of the settings)"
})

/** A number as who administers the whole system sees it. */
export const PoolNumberJson = Schema.Struct({
  ...NumberJson.fields,
  areaCode: nullOr(Text),
  /** ISO 3166-1 alpha-2. */
  country: nullOr(Text),
  monthlyPrice: nullOr(InventoryNumber.MonthlyPrice),
  acquiredAt: Text,
  statusSince: Text,
  /** Contacts who texted or called it while it was nobody's. */
  unroutedContactsCount: Schema.Int
}).annotate({ identifier: "PoolPhoneNumber" })

export const poolNumberJson = (number: InventoryNumber.InventoryNumber): typeof PoolNumberJson.Type => ({
  ...numberJson(number),
  areaCode: InventoryNumber.areaCodeOf(number.number),
  country: PhoneNumber.country(number.number) ?? null,
  monthlyPrice: number.monthlyPrice,
  acquiredAt: iso(number.acquiredAt),
  statusSince: iso(number.statusSince),
  unroutedContactsCount: number.unroutedInbound
})

/** With what was done to it, the newest first. */
export const InspectedNumberJson = Schema.Struct({
  ...PoolNumberJson.fields,
  history: Schema.Array(Schema.Struct({ at: Text, action: Text, actor: Text, siteGroupingId: nullOr(Id) }))
}).annotate({ identifier: "InspectedPhoneNumber" })

export const inspectedNumberJson = ({
  history,
  number
}: {
  readonly number: InventoryNumber.InventoryNumber
  readonly history: ReadonlyArray<NumberEvent>
}): typeof InspectedNumberJson.Type => ({
  ...poolNumberJson(number),
  history: history.map((event) => ({ ...event, at: iso(event.at) }))
})

export const NumberUndone = Schema.Struct({ phoneNumber: nullOr(NumberJson) }).annotate({
  identifier: "PhoneNumberUndone"
})

/** Added to a site grouping, or to the pool. */
export const NewNumber = Schema.Struct({
  ...NumberAddition.fields,
  siteGroupingId: Schema.optionalKey(TenantJson),
  /** Adds the number to the pool, with no tenant. */
  toPool: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "NewPhoneNumber" })

/** The number that a voice agent shows. */
export const CallerIdJson = Schema.Struct({
  phoneNumberId: Id,
  number: Text,
  label: nullOr(Text),
  provider: nullOr(Text),
  purpose: InventoryNumber.NumberPurpose
}).annotate({ identifier: "CallerId" })

export const callerIdJson = (number: InventoryNumber.TenantNumber): typeof CallerIdJson.Type => ({
  phoneNumberId: number.id,
  number: number.number,
  label: number.label,
  provider: number.provider,
  purpose: number.purpose ?? "both"
})

export const DryRunQuery = Schema.Struct({ dryRun: Schema.optionalKey(Schema.Boolean) })

export const NumberUsage = Schema.Struct({ count: Schema.Int }).annotate({ identifier: "PhoneNumberUsage" })

export const NumberDeleted = Schema.Struct({ affectedThreadsCount: Schema.Int, message: Text }).annotate({
  identifier: "PhoneNumberDeleted"
})

export const PendingAssignmentJson = Schema.Struct({
  id: Id,
  siteGroupingId: nullOr(Id),
  areaCode: nullOr(Text),
  purpose: InventoryNumber.NumberPurpose,
  requestedAt: Text,
  status: PendingAssignment.PendingState,
  /** Why nothing is ordered, as far as the last look at what is on offer can tell. */
  reason: nullOr(PendingAssignment.PendingReason),
  /** The number that met it. */
  phoneNumberId: nullOr(Id)
}).annotate({ identifier: "PendingAssignment" })

export const pendingAssignmentJson = (
  pending: PendingAssignment.PendingAssignment
): typeof PendingAssignmentJson.Type => ({
  id: pending.id,
  siteGroupingId: pending.siteGroupingId,
  areaCode: pending.areaCode,
  purpose: pending.purpose,
  requestedAt: iso(pending.requestedAt),
  status: pending.state,
  reason: pending.reason,
  phoneNumberId: pending.phoneNumberId
})

const Count = Schema.Int

export const PoolJson = Schema.Struct({
  level: Schema.Literals(["ok", "low", "empty"]),
  counts: Schema.Struct({
    available: Count,
    assigned: Count,
    suspended: Count,
    replaced: Count,
    quarantined: Count,
    retired: Count,
    releasing: Count
  }),
  availableByAreaCode: Schema.Record(Schema.String, Count),
  min: Count,
  batch: Count,
  max: Count,
  /** What is wrong with the pool, as operators were told: `empty`, `over_budget`, `assignment_failed`. */
  conditions: Schema.Array(Text),
  buys: Schema.Boolean,
  pendingAssignments: Schema.Array(PendingAssignmentJson),
  nextQuarantineEnd: nullOr(Text)
}).annotate({ identifier: "PhoneNumberPool" })

export const poolJson = (health: PoolHealth): typeof PoolJson.Type => ({
  ...health,
  pendingAssignments: health.pendingAssignments.map(pendingAssignmentJson),
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

/** A site grouping that was created or edited, and what came of the number that it asked for. */
export const SavedSiteGroupingJson = Schema.Struct({
  ...SiteGroupingJson.fields,
  /** `null` where no number was asked for. `none`: the pool has no such number, and this host buys none. */
  assignment: nullOr(
    Schema.Struct({
      status: Schema.Literals(["assigned", "ordering", "none"]),
      phoneNumber: nullOr(NumberJson),
      pendingAssignment: nullOr(PendingAssignmentJson)
    })
  )
}).annotate({ identifier: "SavedSiteGrouping" })

export const savedSiteGroupingJson = ({
  assignment,
  siteGrouping
}: WithFirstNumber): typeof SavedSiteGroupingJson.Type => ({
  ...siteGroupingJson(siteGrouping),
  assignment: assignment === null ? null : assignmentJson(assignment)
})

const assignmentJson = (assignment: Activation) => {
  switch (assignment._tag) {
    case "Assigned":
      return { status: "assigned", phoneNumber: numberJson(assignment.number), pendingAssignment: null } as const
    case "Ordered":
      return {
        status: "ordering",
        phoneNumber: null,
        pendingAssignment: pendingAssignmentJson(assignment.pending)
      } as const
    case "None":
      return { status: "none", phoneNumber: null, pendingAssignment: null } as const
  }
}

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

export const RepairsJson = Schema.Struct({
  configured: Schema.Array(Text),
  adopted: Schema.Array(Text),
  suspended: Schema.Array(Text),
  retired: Schema.Array(Text),
  failed: Schema.Array(Schema.Struct({ number: Text, reason: Text }))
}).annotate({ identifier: "PhoneNumberRepairs" })

export const repairsJson = (repairs: Repairs): typeof RepairsJson.Type => repairs
