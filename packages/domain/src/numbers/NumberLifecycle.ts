/**
 * What becomes of a number that we own: available → assigned → quarantined → available | retired, with `suspended` and
 * `replaced` while it is a tenant's, and `releasing` before it is given back to the provider.
 *
 * Whoever had a number before is written to and called on it for a while. So a tenant's number rests before it becomes
 * another's, and one that too many still try is never given to anybody again.
 */
import { DateTime, type Duration, Result, Schema } from "effect"
import type { PhoneNumberId, Tenant } from "../shared/Ids.ts"
import {
  canText,
  hasEnded,
  type InventoryNumber,
  type MonthlyPrice,
  type NumberPurpose,
  NumberStatus
} from "../contacts/InventoryNumber.ts"
import type { E164 } from "../contacts/PhoneNumber.ts"

/** A number in this status is not to be dealt with in this way. */
export class WrongNumberStatus extends Schema.TaggedError<WrongNumberStatus>()("WrongNumberStatus", {
  status: NumberStatus,
  step: Schema.Literals([
    "assign",
    "suspend",
    "resume",
    "default",
    "replace",
    "quarantine",
    "end",
    "retire",
    "restore",
    "unretire",
    "release",
    "keep"
  ]),
  /** When it leaves the status by itself; `null`: it does not. */
  until: Schema.NullOr(Schema.DateTimeUtc)
}) {
  override get message(): string {
    const until = this.until === null ? "" : ` until ${DateTime.formatIso(this.until)}`
    return `The number is ${this.status}${until}`
  }
}

/** How long numbers rest, and when one has been tried too often. */
export interface RestRules {
  readonly quarantine: Duration.Input
  /** Contacts who try an unassigned number after whom it is retired. */
  readonly retireAfter: number
}

/** The number as it is afterwards, or why not. */
export type Step = Result.Result<InventoryNumber, WrongNumberStatus>

const refused = ({ endsAt, status }: InventoryNumber, step: WrongNumberStatus["step"]): Step =>
  Result.fail(new WrongNumberStatus({ status, step, until: endsAt }))

/** A number that we just got from a provider, in the pool. */
export const acquire = (
  given: {
    readonly id: PhoneNumberId
    readonly number: E164
    readonly provider: string | null
    readonly providerSid: string | null
    readonly monthlyPrice: MonthlyPrice | null
    readonly purpose?: NumberPurpose
  },
  now: DateTime.Utc
): InventoryNumber => ({
  purpose: "both",
  ...given,
  label: null,
  holder: null,
  status: "available",
  statusSince: now,
  assignedAt: now,
  acquiredAt: now,
  endsAt: null,
  replacedBy: null,
  isDefault: false,
  unroutedInbound: 0,
  assignmentKey: null
})

/** Gives a number of the pool to a tenant, with nothing of its past. */
export const assign = (number: InventoryNumber, tenant: Tenant, key: string | null, now: DateTime.Utc): Step =>
  number.status !== "available"
    ? refused(number, "assign")
    : Result.succeed({
        ...number,
        holder: { siteGroupingId: tenant },
        status: "assigned",
        statusSince: now,
        assignedAt: now,
        label: null,
        isDefault: false,
        unroutedInbound: 0,
        assignmentKey: key
      })

/** Takes a tenant's number out of service: what comes in is kept, and nothing leaves from it. */
export const suspend = (number: InventoryNumber, now: DateTime.Utc): Step =>
  number.status === "suspended"
    ? Result.succeed(number)
    : number.status === "assigned"
      ? Result.succeed({ ...number, status: "suspended", statusSince: now, isDefault: false })
      : refused(number, "suspend")

/** Puts it into service again. */
export const resume = (number: InventoryNumber, now: DateTime.Utc): Step =>
  number.status === "assigned"
    ? Result.succeed(number)
    : number.status === "suspended"
      ? Result.succeed({ ...number, status: "assigned", statusSince: now })
      : refused(number, "resume")

/** Makes it the one that its tenant texts from first, or one among the others. */
export const prefer = (number: InventoryNumber, isDefault: boolean): Step =>
  canText(number) || !isDefault ? Result.succeed({ ...number, isDefault }) : refused(number, "default")

/** Another number answers in its place from now on; until the grace is over it still leads to the same tenant. */
export const replace = (number: InventoryNumber, by: PhoneNumberId, grace: Duration.Input, now: DateTime.Utc): Step =>
  number.status === "assigned" || number.status === "suspended"
    ? Result.succeed({
        ...number,
        status: "replaced",
        statusSince: now,
        isDefault: false,
        replacedBy: by,
        endsAt: DateTime.addDuration(now, grace)
      })
    : refused(number, "replace")

/** Takes it from its tenant. Whoever had it, and whatever it was called there, is forgotten. */
export const quarantine = (number: InventoryNumber, rules: Pick<RestRules, "quarantine">, now: DateTime.Utc): Step =>
  number.holder === null
    ? refused(number, "quarantine")
    : Result.succeed({
        ...number,
        holder: null,
        status: "quarantined",
        statusSince: now,
        endsAt: DateTime.addDuration(now, rules.quarantine),
        label: null,
        replacedBy: null,
        isDefault: false,
        unroutedInbound: 0,
        assignmentKey: null
      })

const rest = (number: InventoryNumber, status: "available" | "retired", now: DateTime.Utc): InventoryNumber => ({
  ...number,
  status,
  statusSince: now,
  endsAt: null
})

/** Ends a quarantine whose time has come: back into the pool, or out of it for good. */
export const endQuarantine = (number: InventoryNumber, { retireAfter }: RestRules, now: DateTime.Utc): Step =>
  number.status !== "quarantined" || !hasEnded(number, now)
    ? refused(number, "end")
    : Result.succeed(rest(number, number.unroutedInbound >= retireAfter ? "retired" : "available", now))

/** Takes back that a tenant gave it up: it is the tenant's again, in service. */
export const restore = (number: InventoryNumber, tenant: Tenant, now: DateTime.Utc): Step =>
  number.status !== "quarantined"
    ? refused(number, "restore")
    : Result.succeed({
        ...rest(number, "available", now),
        holder: { siteGroupingId: tenant },
        status: "assigned",
        assignedAt: now,
        unroutedInbound: 0
      })

/** Takes back that it was retired: it is in the pool again, or rests anew. */
export const unretire = (
  number: InventoryNumber,
  to: "available" | "quarantined",
  rules: Pick<RestRules, "quarantine">,
  now: DateTime.Utc
): Step =>
  number.status !== "retired"
    ? refused(number, "unretire")
    : Result.succeed(
        to === "available"
          ? rest(number, "available", now)
          : { ...number, status: to, statusSince: now, endsAt: DateTime.addDuration(now, rules.quarantine) }
      )

/** It is unassigned for good: the provider has it no more, or somebody says so. */
export const retire = (number: InventoryNumber, now: DateTime.Utc): Step =>
  number.status === "available" || number.status === "quarantined"
    ? Result.succeed(rest(number, "retired", now))
    : refused(number, "retire")

/** It is to be given back to its provider, and assigned to nobody meanwhile. What is a tenant's, or still rests, is not. */
export const release = (number: InventoryNumber, now: DateTime.Utc): Step =>
  number.status === "available" || number.status === "retired"
    ? Result.succeed({ ...number, status: "releasing", statusSince: now })
    : refused(number, "release")

/** It is not given back: its provider was not asked yet, or refused. */
export const keep = (number: InventoryNumber, as: "available" | "retired", now: DateTime.Utc): Step =>
  number.status === "releasing" ? Result.succeed(rest(number, as, now)) : refused(number, "keep")

/** Somebody who had not tried it yet texted or called it while unassigned. A number of the pool that is tried too often is retired at once. */
export const noteUnrouted = (
  number: InventoryNumber,
  { retireAfter }: RestRules,
  now: DateTime.Utc
): InventoryNumber => {
  if (number.holder !== null) return number
  const tried = { ...number, unroutedInbound: number.unroutedInbound + 1 }
  return tried.status === "available" && tried.unroutedInbound >= retireAfter ? rest(tried, "retired", now) : tried
}
