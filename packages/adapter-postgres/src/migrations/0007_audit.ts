/**
 * The audit log as a chain of each tenant's entries, and accesses in an emergency. Entries of before are chained in the
 * order in which they were written.
 */
import { AuditChain, type AuditEntry } from "@careline/ports"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { instant, tenantOf } from "../sql/rows.ts"

const statements = [
  `set local statement_timeout = 0`,

  // Before they are chained for good: a contact is named by its last digits.
  `update audit_log set subject = 'contact:•••' || right(subject, 4) where subject like 'contact:%'`,

  `alter table audit_log add column place bigint check (place > 0)`,
  `alter table audit_log add column hash text`,

  // Its row is locked by whoever adds to the chain, as the last of all that a transaction locks.
  `create table audit_chains (
     site_grouping_id text primary key,
     place bigint not null check (place >= 0),
     hash text not null
   ) with (fillfactor = 50)`,

  // Of a tenant that there may not be: whether there is one is not told to who asks for access to it.
  `create table break_glasses (
     site_grouping_id text not null,
     id uuid not null,
     user_id text not null,
     reason text not null,
     opened_at timestamptz not null,
     expires_at timestamptz not null,
     closed_at timestamptz,
     primary key (site_grouping_id, id)
   )`,
  `create index break_glasses_newest on break_glasses (opened_at desc, id desc)`
]

const closing = [
  `alter table audit_log alter column place set not null, alter column hash set not null`,
  `alter table audit_log drop constraint audit_log_pkey`,
  `alter table audit_log add primary key (site_grouping_id, place)`,
  `create index audit_log_newest on audit_log (site_grouping_id, at desc, place desc)`,
  // Nobody has the right to; this is for who owns the table and errs.
  `create function careline_only_grows() returns trigger language plpgsql as $$
     begin raise exception 'the audit log is only added to' using errcode = 'insufficient_privilege'; end $$`,
  `create trigger audit_log_only_grows before update or delete or truncate on audit_log
     for each statement execute function careline_only_grows()`
]

const BATCH = 1_000

interface Row {
  readonly id: bigint
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly detail: AuditEntry["detail"]
  readonly at: Date
}

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })

  /** Chains what one tenant has. */
  const chain = Effect.fnUntraced(function* (column: string) {
    let head = AuditChain.start(tenantOf(column))
    let after = 0n
    while (true) {
      const rows = yield* sql<Row>`
        select id, actor, action, subject, detail, at from audit_log
        where site_grouping_id = ${column} and id > ${after}::bigint order by id limit ${BATCH}`
      if (rows.length === 0) break
      const entries = rows.map(({ action, actor, at, detail, subject }) => ({
        siteGroupingId: head.siteGroupingId,
        actor,
        action,
        subject,
        detail,
        at: instant(at)
      }))
      const extended = AuditChain.extend(head, entries)
      const links = extended.records.map(({ hash, place }, index) => ({ id: String(rows[index]!.id), place, hash }))
      yield* sql`
        update audit_log a set place = n.place, hash = n.hash
        from json_to_recordset(${JSON.stringify(links)}::json) n (id bigint, place bigint, hash text)
        where a.site_grouping_id = ${column} and a.id = n.id`
      head = extended.head
      after = rows.at(-1)!.id
    }
    yield* sql`insert into audit_chains (site_grouping_id, place, hash) values (${column}, ${head.place}, ${head.hash})`
  })

  const tenants = yield* sql<{ readonly id: string }>`select distinct site_grouping_id as id from audit_log`
  yield* Effect.forEach(tenants, ({ id }) => chain(id), { discard: true })
  yield* Effect.forEach(closing, (statement) => sql.unsafe(statement), { discard: true })
})
