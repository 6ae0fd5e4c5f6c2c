/**
 * Adds to the chains of the audit log. A chain is one tenant's, so whoever adds to it waits for whoever else does: that is
 * done as the last thing before a commit, when nothing else is waited for any more.
 */
import { AuditChain, type AuditEntry, type AuditHead, type AuditRecord } from "@careline/ports"
import type { PgClient } from "@effect/sql-pg"
import { Context, Effect } from "effect"
import { tenantColumn, tenantOf } from "../sql/rows.ts"
import type { FieldEncryption } from "../encryption/FieldEncryption.ts"
import { auditLog } from "../tables/Tables.ts"

/** What the ambient transaction noted so far; `null` outside of one. */
export const Noted: Context.Reference<Array<AuditEntry> | null> = Context.Reference(
  "careline/adapter-postgres/AuditChains/Noted",
  { defaultValue: (): Array<AuditEntry> | null => null }
)

interface HeadRow {
  readonly site_grouping_id: string
  readonly place: bigint
  readonly hash: string
}

export const headOf = (row: HeadRow): AuditHead => ({
  siteGroupingId: tenantOf(row.site_grouping_id),
  place: Number(row.place),
  hash: row.hash
})

/** Locks the heads of the tenants' chains, always in the same order. */
const lockHeads = Effect.fnUntraced(function* (sql: PgClient.PgClient, columns: ReadonlyArray<string>) {
  const lock = sql<HeadRow>`
    select site_grouping_id, place, hash from audit_chains where site_grouping_id = any(${[...columns]}::text[])
    order by site_grouping_id for update`
  const known = yield* lock
  if (known.length === columns.length) return known.map(headOf)
  yield* sql`
    insert into audit_chains (site_grouping_id, place, hash)
    select tenant, 0, ${AuditChain.GENESIS} from unnest(${[...columns]}::text[]) tenant order by tenant
    on conflict do nothing`
  return (yield* lock).map(headOf)
})

/** Entries with what may be contact data encrypted: the chain holds it in that form, and gives nothing away to who guesses. */
const encryptEntries = Effect.fnUntraced(function* (
  encryption: FieldEncryption["Service"],
  entries: ReadonlyArray<AuditEntry>
) {
  const secret = entries.filter(({ detail }) => detail.sealed != null)
  const rows = yield* encryption.encrypt(
    auditLog,
    secret.map(({ action, detail, siteGroupingId, subject }) => ({
      site_grouping_id: tenantColumn(siteGroupingId),
      action,
      subject,
      sealed: detail.sealed
    }))
  )
  const sealed = new Map(secret.map((entry, nth) => [entry, rows[nth]!.sealed ?? null]))
  return entries.map((entry): AuditEntry => {
    const value = sealed.get(entry)
    return value === undefined ? entry : { ...entry, detail: { ...entry.detail, sealed: value } }
  })
})

/** The record as a row, what may be contact data beside what stands in the open. */
const toRow = ({ detail: { sealed, ...detail }, ...record }: AuditRecord) =>
  auditLog.toRow({ ...record, detail, sealed: sealed == null ? null : String(sealed) })

/** Adds the entries, in their order. In the ambient transaction. */
export const extend = Effect.fnUntraced(function* (
  sql: PgClient.PgClient,
  encryption: FieldEncryption["Service"],
  given: ReadonlyArray<AuditEntry>
) {
  if (given.length === 0) return
  // Before the heads are locked: whoever waits for them does not wait for a key as well.
  const entries = yield* encryptEntries(encryption, given)
  const columns = new Set(entries.map(({ siteGroupingId }) => tenantColumn(siteGroupingId)))
  const heads = new Map((yield* lockHeads(sql, [...columns])).map((head) => [head.siteGroupingId, head]))
  const records = entries.flatMap((entry) => {
    const extended = AuditChain.extend(heads.get(entry.siteGroupingId)!, [entry])
    heads.set(entry.siteGroupingId, extended.head)
    return extended.records
  })
  const ends = [...heads.values()].map(({ hash, place, siteGroupingId }) => ({
    site_grouping_id: tenantColumn(siteGroupingId),
    place,
    hash
  }))
  yield* sql`
    with extended as (
      update audit_chains c set place = n.place, hash = n.hash
      from json_populate_recordset(null::audit_chains, ${JSON.stringify(ends)}::json) n
      where c.site_grouping_id = n.site_grouping_id
    )
    ${auditLog.insert(records.map(toRow))}`
})
