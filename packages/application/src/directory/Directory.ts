/**
 * Staff keep the directory of a host that has no EHR: patients, facilities and users. Names and phones are the patients' data, so
 * that each look and each deed stands in the audit log, by ids alone.
 */
import { DirectoryEntry, type PatientId, type Tenant } from "@careline/domain"
import { DirectoryEntries, type EntrySpace, IdGenerator, Transaction } from "@careline/ports"
import { DateTime, Effect, type Schema } from "effect"
import { byStaff } from "../access/Access.ts"
import { type Actor, assertSees } from "../access/Actor.ts"
import { audit, auditList, narrowedBy } from "../access/Audit.ts"
import { assertActive } from "../access/TenantRecord.ts"
import { InvalidRequest, NotFound } from "../shared/Errors.ts"
import { type PageQuery, PageQuery as PageSchema, pageOf } from "../shared/RequestFields.ts"
import { reader } from "../shared/ReadRequest.ts"
import { regionOf } from "../threads/LoadThread.ts"
import {
  FacilityEdit,
  type GivenEntry,
  NewFacility,
  NewPatient,
  NewUser,
  ofUser,
  PatientEdit,
  PatientSearch,
  phonesOf,
  UserEdit
} from "./DirectoryRequests.ts"

type Entry = DirectoryEntry.DirectoryEntry
type Kind = DirectoryEntry.EntryKind

const NO_PHONE = "must be a valid phone number without an extension"

const readPage = reader(PageSchema)

const whose = ({ id, kind }: Pick<Entry, "id" | "kind">) => ({
  patientIds: kind === "patient" ? [id as PatientId] : []
})

/** The phones as they are kept. Fails with the place of the first that is none. */
const readPhones = Effect.fnUntraced(function* (given: GivenEntry, kind: Kind, tenant: Tenant) {
  const read = phonesOf(given.phones, yield* regionOf(tenant))
  if ("phones" in read) return read.phones
  return yield* new InvalidRequest({
    field: kind === "user" ? "phone" : `phones.${read.unreadable}.number`,
    message: NO_PHONE
  })
})

/** One of a tenant's that the actor sees, and which nobody else changes until the ambient transaction ends. */
const lockEntry = Effect.fnUntraced(function* (space: EntrySpace, id: string) {
  const [entry] = yield* (yield* DirectoryEntries).lock(space, [id])
  return entry ?? (yield* new NotFound({ entity: space.kind }))
})

const list = (kind: Kind) =>
  Effect.fnUntraced(function* (actor: Actor, siteGroupingId: Tenant, given: PageQuery) {
    const page = yield* readPage(given)
    yield* assertSees(actor, siteGroupingId)
    const { transact } = yield* Transaction
    return yield* transact(
      Effect.gen(function* () {
        const found = yield* (yield* DirectoryEntries).list({ siteGroupingId, kind }, null, pageOf(page))
        yield* auditList(
          actor,
          `${kind}.list`,
          "directory",
          found.items.map((one) => ({ siteGroupingId, ...whose(one) }))
        )
        return found
      })
    )
  }, byStaff)

const view = (kind: Kind) =>
  Effect.fnUntraced(function* (actor: Actor, siteGroupingId: Tenant, id: string) {
    yield* assertSees(actor, siteGroupingId)
    const { transact } = yield* Transaction
    return yield* transact(
      Effect.gen(function* () {
        const [entry] = yield* (yield* DirectoryEntries).load({ siteGroupingId, kind }, [id])
        if (entry === undefined) return yield* new NotFound({ entity: kind })
        yield* audit(actor, siteGroupingId, `${kind}.view`, `${kind}:${id}`, {}, whose(entry))
        return entry
      })
    )
  }, byStaff)

const create = <S extends Schema.Codec<GivenId, unknown>>(
  kind: Kind,
  schema: S,
  entryOf: (asked: S["Type"]) => GivenEntry
) => {
  const read = reader(schema)
  return Effect.fn(`${kind}.create`)(function* (actor: Actor, given: Parameters<typeof read>[0]) {
    const asked: S["Type"] = yield* read(given)
    const { siteGroupingId } = asked
    yield* assertSees(actor, siteGroupingId)
    const { transact } = yield* Transaction
    return yield* transact(
      Effect.gen(function* () {
        yield* assertActive(siteGroupingId)
        const now = yield* DateTime.now
        const wanted = entryOf(asked)
        const phones = yield* readPhones(wanted, kind, siteGroupingId)
        const id = asked.id ?? (yield* (yield* IdGenerator).next("directoryEntry", 1))[0]!
        const entry: Entry = {
          kind,
          id: id as Entry["id"],
          siteGroupingId,
          name: wanted.name,
          phones: DirectoryEntry.phonesSince([], phones, now),
          timeZone: wanted.timeZone ?? null,
          createdAt: now,
          updatedAt: now
        }
        yield* (yield* DirectoryEntries).add(entry)
        yield* audit(actor, siteGroupingId, `${kind}.create`, `${kind}:${entry.id}`, {}, whose(entry))
        return entry
      })
    )
  }, byStaff)
}

interface GivenId {
  readonly id?: string | undefined
  readonly siteGroupingId: Tenant
}

const replace = <S extends Schema.Codec<unknown, unknown>>(
  kind: Kind,
  schema: S,
  entryOf: (asked: S["Type"]) => GivenEntry
) => {
  const read = reader(schema)
  return Effect.fn(`${kind}.edit`)(function* (
    actor: Actor,
    siteGroupingId: Tenant,
    id: string,
    given: Parameters<typeof read>[0]
  ) {
    const wanted = entryOf(yield* read(given))
    yield* assertSees(actor, siteGroupingId)
    const { transact } = yield* Transaction
    return yield* transact(
      Effect.gen(function* () {
        const before = yield* lockEntry({ siteGroupingId, kind }, id)
        const now = yield* DateTime.now
        const phones = yield* readPhones(wanted, kind, siteGroupingId)
        const entry: Entry = {
          ...before,
          name: wanted.name,
          phones: DirectoryEntry.phonesSince(before.phones, phones, now),
          timeZone: wanted.timeZone ?? null,
          updatedAt: now
        }
        yield* (yield* DirectoryEntries).save([entry])
        yield* audit(actor, siteGroupingId, `${kind}.edit`, `${kind}:${id}`, {}, whose(entry))
        return entry
      })
    )
  }, byStaff)
}

/** Threads that were linked stay so: they tell whom a conversation was about. */
const remove = (kind: Kind) =>
  Effect.fn(`${kind}.delete`)(function* (actor: Actor, siteGroupingId: Tenant, id: string) {
    yield* assertSees(actor, siteGroupingId)
    const { transact } = yield* Transaction
    return yield* transact(
      Effect.gen(function* () {
        const entry = yield* lockEntry({ siteGroupingId, kind }, id)
        yield* (yield* DirectoryEntries).remove(entry, id)
        yield* audit(actor, siteGroupingId, `${kind}.delete`, `${kind}:${id}`, {}, whose(entry))
        return entry
      })
    )
  }, byStaff)

/** The use cases of patients, but for the search. */
export const patients = {
  list: list("patient"),
  view: view("patient"),
  create: create("patient", NewPatient, (asked) => asked),
  replace: replace("patient", PatientEdit, (asked) => asked),
  remove: remove("patient")
}

/** The use cases of facilities. */
export const facilities = {
  list: list("facility"),
  view: view("facility"),
  create: create("facility", NewFacility, (asked) => asked),
  replace: replace("facility", FacilityEdit, (asked) => asked),
  remove: remove("facility")
}

/** The use cases of users. */
export const users = {
  list: list("user"),
  view: view("user"),
  create: create("user", NewUser, ofUser),
  replace: replace("user", UserEdit, ofUser),
  remove: remove("user")
}

const readSearch = reader(PatientSearch)

/** Patients by a phone, all who share it, or by words of their name. */
export const searchPatients = Effect.fnUntraced(function* (actor: Actor, given: PatientSearch) {
  const { name, phone, siteGroupingId, ...page } = yield* readSearch(given)
  yield* assertSees(actor, siteGroupingId)
  if ((name === undefined) === (phone === undefined)) {
    return yield* new InvalidRequest({ field: "phone", message: "is needed, or a name: one of both" })
  }
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const entries = yield* DirectoryEntries
      const found =
        phone === undefined
          ? yield* entries.list({ siteGroupingId, kind: "patient" }, name!, pageOf(page))
          : { items: yield* patientsOf(siteGroupingId, phone), nextCursor: null }
      const shown = found.items.map((one) => ({ siteGroupingId, ...whose(one) }))
      yield* auditList(actor, "patient.search", "directory", shown, narrowedBy({ name, phone }))
      return found
    })
  )
}, byStaff)

const patientsOf = Effect.fnUntraced(function* (siteGroupingId: Tenant, phone: string) {
  const read = phonesOf([{ number: phone }], yield* regionOf(siteGroupingId))
  if (!("phones" in read)) return yield* new InvalidRequest({ field: "phone", message: NO_PHONE })
  const contact = DirectoryEntry.phoneKey(read.phones[0]!.number)
  const holders = yield* (yield* DirectoryEntries).holders([{ siteGroupingId, contact }])
  return holders.flatMap(({ entry }) => (entry.kind === "patient" ? [entry] : []))
})
