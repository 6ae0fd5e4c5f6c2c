/**
 * Staff import patients from a CSV file: each line makes a patient, or replaces the one of its id. Lines that cannot be read are told
 * by number, and the others kept. It is done in parts, each a transaction: an import that was cut off is done again as a whole.
 */
import { DirectoryEntry, type PatientId, type Tenant } from "@careline/domain"
import { DirectoryEntries, Transaction } from "@careline/ports"
import { Array as Arr, DateTime, Effect } from "effect"
import { byStaff } from "../access/Access.ts"
import { type Actor, assertSees } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { assertActive } from "../access/TenantRecord.ts"
import { Limits } from "../shared/Limits.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"
import { regionOf } from "../threads/LoadThread.ts"
import { type LineFault, type PatientLine, readPatientFile } from "./PatientFile.ts"

/** What became of the lines of a file: each but the header and blank ones made a patient, or has an error for each column at fault. */
export interface PatientImport {
  readonly created: number
  readonly updated: number
  /** Those whom the directory has as the file does. */
  readonly unchanged: number
  /** Lines that were not imported, in their order. */
  readonly errors: ReadonlyArray<LineFault>
}

type Entry = DirectoryEntry.DirectoryEntry

/** The phones without since when they are on record. */
const phonesOf = ({ phones }: Pick<Entry, "phones"> | PatientLine): string =>
  JSON.stringify(phones.map(({ isProxy, language, number }) => [number, language, isProxy]))

const isSame = (before: Entry, after: Entry): boolean =>
  before.name === after.name && before.timeZone === after.timeZone && phonesOf(before) === phonesOf(after)

/** One part of the file. */
const importPart = Effect.fnUntraced(function* (
  actor: Actor,
  siteGroupingId: Tenant,
  lines: ReadonlyArray<PatientLine>
) {
  yield* assertActive(siteGroupingId)
  const entries = yield* DirectoryEntries
  const now = yield* DateTime.now
  const space = { siteGroupingId, kind: "patient" } as const
  const known = new Map<string, Entry>(
    (yield* entries.lock(
      space,
      lines.map(({ id }) => id)
    )).map((entry) => [entry.id, entry])
  )
  const given = lines.map(({ id, name, phones, timeZone }): Entry => {
    const before = known.get(id)
    return {
      ...space,
      id: id as PatientId,
      name,
      phones: DirectoryEntry.phonesSince(before?.phones ?? [], phones, now),
      timeZone,
      createdAt: before?.createdAt ?? now,
      updatedAt: now
    }
  })
  const changed = given.filter((entry) => {
    const before = known.get(entry.id)
    return before === undefined || !isSame(before, entry)
  })
  yield* entries.save(changed)
  const created = changed.filter(({ id }) => !known.has(id)).length
  const counts = { created, updated: changed.length - created, unchanged: given.length - changed.length }
  const patientIds = changed.map(({ id }) => id as PatientId)
  yield* audit(actor, siteGroupingId, "patient.import", "directory", counts, { patientIds })
  return counts
})

/** Imports patients of a site grouping from the bytes of a CSV file. */
export const importPatients = Effect.fn("importPatients")(function* (
  actor: Actor,
  siteGroupingId: Tenant,
  bytes: Uint8Array
) {
  yield* assertSees(actor, siteGroupingId)
  const { patientsPerFile, patientsPerPart } = yield* Limits
  const { transact } = yield* Transaction
  yield* transact(assertActive(siteGroupingId))
  const { faults, patients } = yield* readPatientFile(bytes, yield* regionOf(siteGroupingId), patientsPerFile)
  // In one order, so that two imports wait for each other and not in a circle.
  const parts = Arr.chunksOf(
    patients.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
    patientsPerPart
  )
  const counts = yield* Effect.forEach(parts, (part) =>
    retryOnConflict(transact(importPart(actor, siteGroupingId, part)))
  )
  const sum = (count: "created" | "unchanged" | "updated") => counts.reduce((all, part) => all + part[count], 0)
  return {
    created: sum("created"),
    updated: sum("updated"),
    unchanged: sum("unchanged"),
    errors: faults.toSorted((one, other) => one.line - other.line)
  } satisfies PatientImport
}, byStaff)
