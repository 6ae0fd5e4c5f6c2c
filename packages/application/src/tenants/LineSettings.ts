/** What a tenant decided about its line, and what all tenants inherit. A change holds from the next decision on; a running timer keeps its due time. */
import { type PhoneNumber, type Tenant, VoipSettings } from "@careline/domain"
import { Settings, Transaction } from "@careline/ports"
import { Effect, Schema } from "effect"
import { byStaff } from "../access/Access.ts"
import { type Actor, assertSees, assertSeesAll } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { refusalsOf } from "../access/OwnNumbers.ts"
import { InvalidRequest } from "../shared/Errors.ts"
import { Limits } from "../shared/Limits.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { optional } from "../shared/RequestFields.ts"
import { assertActive } from "../access/TenantRecord.ts"

/** What a tenant names of its settings; what it does not name stays. */
export const SettingsEdit = Schema.Struct({
  ...VoipSettings.Edit.fields,
  /** Takes on-call numbers of another country than the tenant's own numbers. Said anew with each change of them. */
  allowForeignOnCall: optional(Schema.Boolean)
}).annotate({ identifier: "VoipSettingsEdit" })
export type SettingsEdit = Given<typeof SettingsEdit.Encoded>

/** What the platform names for all tenants; what no tenant inherits is refused. */
export const PlatformSettingsEdit = VoipSettings.PlatformEdit.annotate({ identifier: "PlatformSettingsEdit" })
export type PlatformSettingsEdit = Given<typeof PlatformSettingsEdit.Encoded>

/** The settings that hold for a tenant, and whose each of them is. */
export interface LineSettings extends VoipSettings.VoipSettings {
  readonly sources: VoipSettings.Sources
}

/** What the platform decided for all tenants, and what holds for one that named nothing. */
export interface PlatformSettings extends Pick<VoipSettings.VoipSettings, VoipSettings.PlatformField> {
  readonly sources: Pick<VoipSettings.Sources, VoipSettings.PlatformField>
}

const view = Effect.fnUntraced(function* (tenant: Tenant) {
  const port = yield* Settings
  const [settings] = yield* port.effective([tenant])
  const [named] = yield* port.named([tenant])
  return { ...settings!, sources: VoipSettings.sourcesOf(named!, yield* port.platform()) } satisfies LineSettings
})

const viewPlatform = Effect.fnUntraced(function* () {
  const platform = yield* (yield* Settings).platform()
  const settings = VoipSettings.resolve({}, platform)
  const sources = VoipSettings.sourcesOf({}, platform)
  return {
    ...VoipSettings.onlyInherited(settings),
    sources: VoipSettings.onlyInherited(sources)
  } satisfies PlatformSettings
})

/** A setting as it was or is, and whose. */
interface Held {
  readonly value: unknown
  readonly from: VoipSettings.Source
}

type Sourced = Partial<VoipSettings.VoipSettings> & { readonly sources: Partial<VoipSettings.Sources> }

/**
 * Old and new values of the named fields, for the audit log. What tenants inherit stands in the open; what they do not is whom
 * an alarm reaches and what a clinic says, and stands sealed.
 */
const changesOf = (before: Sourced, after: Sourced, fields: ReadonlyArray<VoipSettings.Field>) => {
  const held = (from: Sourced, field: VoipSettings.Field): Held => ({
    value: from[field],
    from: from.sources[field] ?? "product"
  })
  const told = (wanted: ReadonlyArray<VoipSettings.Field>) =>
    JSON.stringify(
      Object.fromEntries(wanted.map((field) => [field, { old: held(before, field), new: held(after, field) }]))
    )
  const open = fields.filter(VoipSettings.isInherited)
  const secret = fields.filter((field) => !VoipSettings.isInherited(field))
  return {
    fields: fields.toSorted().join(","),
    ...(open.length === 0 ? {} : { values: told(open) }),
    ...(secret.length === 0 ? {} : { sealed: told(secret) })
  }
}

/** What holds for the tenant: what it named, else what the platform did, else the product's; and whose each is. */
export const lineSettings = Effect.fnUntraced(function* (actor: Actor, tenant: Tenant) {
  yield* assertSees(actor, tenant)
  return yield* view(tenant)
}, byStaff)

/** Replaces what the tenant named, in one transaction that no other change of settings runs beside. */
const change = Effect.fnUntraced(function* (
  actor: Actor,
  tenant: Tenant,
  fields: ReadonlyArray<VoipSettings.Field>,
  edit: (named: VoipSettings.Edit) => VoipSettings.Edit
) {
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const port = yield* Settings
      yield* assertActive(tenant)
      yield* port.lock()
      const before = yield* view(tenant)
      const [named] = yield* port.named([tenant])
      yield* port.put(tenant, edit(named!))
      const after = yield* view(tenant)
      const subject = `settings:${tenant ?? "system"}`
      yield* audit(actor, tenant, "settings.change", subject, changesOf(before, after, fields))
      return after
    })
  )
})

const readEdit = reader(SettingsEdit)

const MINUTE_MILLIS = 60_000

/** A timer that nobody could answer within pages somebody for every text. */
const assertTimer = Effect.fnUntraced(function* ({ escalationTimerMinutes: minutes }: VoipSettings.PlatformEdit) {
  const { escalationTimerMin } = yield* Limits
  if (minutes == null || minutes * MINUTE_MILLIS >= escalationTimerMin) return
  const message = `must be at least ${escalationTimerMin / MINUTE_MILLIS} minutes`
  return yield* new InvalidRequest({ field: "escalationTimerMinutes", message })
})

/** Alarms go to phones of people: not back to ourselves, not where a text costs more than a text, and abroad on purpose only. */
const assertOnCall = Effect.fnUntraced(function* (
  tenant: Tenant,
  numbers: ReadonlyArray<PhoneNumber.E164>,
  abroad: boolean
) {
  if (numbers.length === 0) return
  for (const [index, refusal] of (yield* refusalsOf(tenant, numbers, [])).entries()) {
    const message =
      refusal === "own_number"
        ? "is one of our own numbers"
        : refusal === "premium"
          ? "is a premium number"
          : refusal === "abroad" && !abroad
            ? "is in another country than your own numbers: say allowForeignOnCall if it shall be"
            : null
    if (message !== null) return yield* new InvalidRequest({ field: `escalationPhoneNumbers.${index}`, message })
  }
})

/** Changes what is named. What is not goes on to be the tenant's own or inherited, as it was. */
export const changeLineSettings = Effect.fn("changeLineSettings")(function* (
  actor: Actor,
  tenant: Tenant,
  edit: SettingsEdit
) {
  yield* assertSees(actor, tenant)
  // Only what is named is looked at: what was stored under older rules keeps nobody from changing the rest.
  const { allowForeignOnCall = false, ...named } = yield* readEdit(edit)
  yield* assertTimer(named)
  yield* assertOnCall(tenant, named.escalationPhoneNumbers ?? [], allowForeignOnCall)
  const fields = VoipSettings.FIELDS.filter((field) => named[field] !== undefined)
  return yield* change(actor, tenant, fields, (own) => ({ ...own, ...named }))
}, byStaff)

const readField = Effect.fnUntraced(function* <F extends VoipSettings.Field>(field: string, known: ReadonlyArray<F>) {
  return (
    known.find((one) => one === field) ??
    (yield* new InvalidRequest({ field: "field", message: `must be one of ${known.join(", ")}` }))
  )
})

/** Takes one of the tenant's own settings back: it is inherited from now on. Doing so again changes nothing. */
export const resetLineSetting = Effect.fn("resetLineSetting")(function* (actor: Actor, tenant: Tenant, field: string) {
  yield* assertSees(actor, tenant)
  const named = yield* readField(field, VoipSettings.FIELDS)
  return yield* change(actor, tenant, [named], (own) => VoipSettings.without(own, named))
}, byStaff)

/** What the platform decided for all tenants; for who sees them all. */
export const platformSettings = Effect.fnUntraced(function* (actor: Actor) {
  yield* assertSeesAll(actor, "siteGrouping")
  return yield* viewPlatform()
}, byStaff)

const changePlatform = Effect.fnUntraced(function* (
  actor: Actor,
  fields: ReadonlyArray<VoipSettings.PlatformField>,
  edit: (named: VoipSettings.PlatformEdit) => VoipSettings.PlatformEdit
) {
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const port = yield* Settings
      yield* port.lock()
      const before = yield* viewPlatform()
      yield* port.putPlatform(edit(yield* port.platform()))
      const after = yield* viewPlatform()
      yield* audit(actor, null, "platform_settings.change", "settings:platform", changesOf(before, after, fields))
      return after
    })
  )
})

const readPlatformEdit = reader(PlatformSettingsEdit)

/** Changes what is named of what all tenants inherit; for who sees them all. */
export const changePlatformSettings = Effect.fn("changePlatformSettings")(function* (
  actor: Actor,
  edit: PlatformSettingsEdit
) {
  yield* assertSeesAll(actor, "siteGrouping")
  const named = yield* readPlatformEdit(edit)
  yield* assertTimer(named)
  const fields = VoipSettings.PLATFORM_FIELDS.filter((field) => named[field] !== undefined)
  return yield* changePlatform(actor, fields, (own) => ({ ...own, ...named }))
}, byStaff)

/** Takes one of the platform's settings back: the product's holds from now on. */
export const resetPlatformSetting = Effect.fn("resetPlatformSetting")(function* (actor: Actor, field: string) {
  yield* assertSeesAll(actor, "siteGrouping")
  const named = yield* readField(field, VoipSettings.PLATFORM_FIELDS)
  return yield* changePlatform(actor, [named], (own) => VoipSettings.without(own, named))
}, byStaff)
