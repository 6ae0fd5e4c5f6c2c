/** Checks in the catalogue of a database that row-level security holds for its tables and our roles. */
import { StorageError, StoreFault } from "@careline/ports"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { STAFF_ROLE, WORKERS_ROLE } from "./RowLevelSecurity.ts"

/** Columns that name a tenant. */
const TENANT_COLUMNS = ["site_grouping_id"]

/**
 * What is wrong with them, by name: a table with a tenant and without a forced policy that both shows and takes rows by it;
 * a role of ours that owns a table or that no policy holds back; rows of the log that may be changed.
 */
export const gaps = (sql: PgClient.PgClient) =>
  sql<{ readonly gap: string }>`
    with ours as (
      select c.oid, c.relname, c.relowner, c.relrowsecurity and c.relforcerowsecurity as is_forced
      from pg_class c
      where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace and (
        has_table_privilege(${STAFF_ROLE}, c.oid, 'select, insert, update, delete')
        or has_table_privilege(${WORKERS_ROLE}, c.oid, 'select, insert, update, delete')
      )
    )
    select 'the table ' || o.relname || ' has no forced policy' as gap from ours o
    where (
        o.relname = 'site_groupings' or exists (
          select from pg_attribute a
          where a.attrelid = o.oid and a.attname = any(${TENANT_COLUMNS}::text[]) and not a.attisdropped
        )
      ) and not (o.is_forced and exists (
        select from pg_policy p
        where p.polrelid = o.oid and p.polroles = '{0}' and p.polpermissive and p.polcmd = '*'
          and p.polqual is not null and p.polwithcheck is not null
      ))
    union all
    select 'a policy of ' || o.relname || ' is for everybody' from ours o join pg_policy p on p.polrelid = o.oid
    where p.polroles <> array[(select oid from pg_roles where rolname = ${WORKERS_ROLE})]
      and coalesce(pg_get_expr(p.polqual, p.polrelid) not like '%careline_tenants%', true)
    union all
    select 'the role ' || r.rolname || ' is not held back by policies' from pg_roles r
    where r.rolname in (${STAFF_ROLE}, ${WORKERS_ROLE}) and (r.rolsuper or r.rolbypassrls)
    union all
    select 'the role ' || r.rolname || ' owns the table ' || o.relname from ours o join pg_roles r on r.oid = o.relowner
    where r.rolname in (${STAFF_ROLE}, ${WORKERS_ROLE})
    union all
    select 'the role ' || role || ' may ' || privilege || ' the table audit_log'
    from unnest(${[STAFF_ROLE, WORKERS_ROLE]}::text[]) role, unnest(array['update', 'delete', 'truncate']) privilege
    where has_table_privilege(role, 'audit_log', privilege)
    union all
    select 'the function ' || p.proname || ' runs as its owner' from pg_proc p
    where p.pronamespace = current_schema()::regnamespace and p.prosecdef and p.proname like 'careline%'
    union all
    select 'members of staff may take on the role of workers'
    where pg_has_role(${STAFF_ROLE}, ${WORKERS_ROLE}, 'member')
    union all
    select 'a view shows rows as its owner: ' || c.relname from pg_class c
    where c.relkind = 'v' and c.relnamespace = current_schema()::regnamespace
      and not coalesce('security_invoker=true' = any(c.reloptions), false)
      and (has_table_privilege(${STAFF_ROLE}, c.oid, 'select') or has_table_privilege(${WORKERS_ROLE}, c.oid, 'select'))`.pipe(
    Effect.map((rows) => rows.map(({ gap }) => gap))
  )

const fault = (message: string) =>
  new StorageError({ operation: "rowLevelSecurity", reason: new StoreFault({ message }) })

/** Fails unless a session is the role that it asked to be: what stands between may have left that out. */
export const assertRole = Effect.fnUntraced(function* (sql: PgClient.PgClient, role: string) {
  const [session] = yield* sql<{ readonly role: string }>`select current_user as role`
  if (session?.role !== role) {
    return yield* fault(
      `a session is not the role ${role}: does a connection pooler drop the startup parameter "role"?`
    )
  }
})

/** Fails unless the roles are there, or may be made by who asks. */
export const assertRoles = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const [row] = yield* sql<{ readonly user: string; readonly may: boolean }>`
    select quote_ident(current_user) as user, rolsuper or rolcreaterole or (
      select count(*) = 2 from pg_roles r where r.rolname in (${STAFF_ROLE}, ${WORKERS_ROLE})
    ) as may
    from pg_roles where rolname = current_user`
  if (row?.may === true) return
  const statements = [
    `create role ${STAFF_ROLE} nologin`,
    `create role ${WORKERS_ROLE} nologin`,
    `grant ${STAFF_ROLE}, ${WORKERS_ROLE} to ${row?.user}`
  ]
  return yield* fault(`the user may not make roles; let an administrator run: ${statements.join("; ")}`)
})

/** Fails unless they stand. */
export const assertRowLevelSecurity = Effect.fnUntraced(function* (sql: PgClient.PgClient) {
  const found = yield* gaps(sql)
  if (found.length > 0) {
    return yield* fault(`row-level security has a gap: ${found.join("; ")}`)
  }
})
