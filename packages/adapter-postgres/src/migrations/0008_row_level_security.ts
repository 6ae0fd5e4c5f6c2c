/**
 * Row-level security between tenants: two roles that own nothing, and on every table with a tenant a policy that holds for whoever
 * asks, the owner too. Members of staff see the tenants that their transaction names; workers span tenants, and may do
 * what they have to and no more. A migration of a later table builds its policies with `rowLevelSecurity` and `grant`.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { STAFF_ROLE, TENANTS_SETTING, WORKERS_ROLE } from "../row-level-security/RowLevelSecurity.ts"

/** What each role may do with a table; `null`: not even look. */
interface Privileges {
  readonly staff: string | null
  readonly workers: string | null
}

const privileges: Readonly<Record<string, Privileges>> = {
  site_groupings: { staff: "select, insert, update", workers: "select, insert, update" },
  phone_numbers: { staff: "select, insert, update, delete", workers: "select, insert, update" },
  external_threads: { staff: "select, insert, update", workers: "select, insert, update" },
  messages: { staff: "select, insert, update", workers: "select, insert, update" },
  message_read_status: { staff: "select, insert, update", workers: null },
  idempotency_keys: { staff: "select, insert", workers: null },
  consents: { staff: "select, insert, update", workers: "select, insert, update" },
  voip_settings: { staff: "select, insert, update", workers: "select" },
  escalations: { staff: "select, insert, update", workers: "select, insert, update" },
  webhook_events: { staff: "select", workers: "select, insert, update" },
  lanes: { staff: null, workers: "select, insert, update" },
  sends: { staff: "select, insert, update", workers: "select, insert, update" },
  send_attempts: { staff: "select, update", workers: "select, insert, update" },
  audit_log: { staff: "select, insert", workers: "select, insert" },
  audit_chains: { staff: "select, insert, update", workers: "select, insert, update" },
  break_glasses: { staff: "select, insert, update", workers: "select" },
  broadcast_events: { staff: "select, insert", workers: "select, insert, delete" },
  phone_call_logs: { staff: "select, insert, update", workers: "select, insert, update" },
  bridge_requests: { staff: "select, insert", workers: "select, insert, update, delete" },
  media_imports: { staff: null, workers: "select, insert, update, delete" },
  number_strays: { staff: null, workers: "select, insert, delete" },
  number_wishes: { staff: "select, insert, update, delete", workers: "select, insert, update, delete" },
  data_keys: { staff: null, workers: "select, insert, update" },
  rate_buckets: { staff: null, workers: "select, insert, update" },
  circuits: { staff: null, workers: "select, insert, update" }
}

/** A role that owns nothing. Roles are the server's, and another database of it may be making them at this moment. */
const role = (name: string): ReadonlyArray<string> => [
  `begin
     if not exists (select from pg_roles where rolname = '${name}') then
       create role ${name} nologin;
     end if;
   exception when duplicate_object or unique_violation then null;
   end`,
  // Whoever migrates connects as the roles as well, unless another login is given for that.
  `begin
     if not pg_has_role('${name}', case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end) then
       grant ${name} to current_user;
     end if;
   exception when duplicate_object or unique_violation then null;
   end`
]

/** What a role may do with a table. */
export const grant = (table: string, { staff, workers }: Privileges): ReadonlyArray<string> => [
  ...(staff === null ? [] : [`grant ${staff} on ${table} to ${STAFF_ROLE}`]),
  ...(workers === null ? [] : [`grant ${workers} on ${table} to ${WORKERS_ROLE}`])
]

/** A table's rows by the tenant in the column. The settings are read once for a statement, and not once for a row. */
export const rowLevelSecurity = (table: string, column = "site_grouping_id"): ReadonlyArray<string> => {
  const isSeen = `(select careline_everybody()) or ${column} = any ((select careline_tenants())::text[])`
  return [
    `alter table ${table} enable row level security, force row level security`,
    `create policy tenants on ${table} using (${isSeen}) with check (${isSeen})`,
    `create policy workers on ${table} to ${WORKERS_ROLE} using (true) with check (true)`
  ]
}

const functions = [
  `create function careline_everybody() returns boolean language sql stable parallel safe
     as $$ select coalesce(current_setting('${TENANTS_SETTING}', true) = 'all', false) $$`,

  // Once it was set in a session, it is the empty text where it is not.
  `create function careline_tenants() returns text[] language sql stable parallel safe
     as $$ select case when current_setting('${TENANTS_SETTING}', true) like '{%'
                       then current_setting('${TENANTS_SETTING}', true)::text[] end $$`
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // At one go: there are many of them, and each is done at once.
  const run = (statements: ReadonlyArray<string>) =>
    sql.unsafe(`do $walls$ begin ${statements.map((statement) => `${statement};`).join("\n")} end $walls$`)
  yield* run([...role(STAFF_ROLE), ...role(WORKERS_ROLE), ...functions])
  // Ours alone: whoever embeds us may have tables of their own beside them.
  const walled = yield* sql<{ readonly table_name: string }>`
    select c.relname as table_name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
      and a.attname = 'site_grouping_id' and not a.attisdropped
      and c.relname = any(${Object.keys(privileges)}::text[])
    order by c.relname`
  yield* run(walled.flatMap(({ table_name }) => rowLevelSecurity(table_name)))
  yield* run(rowLevelSecurity("site_groupings", "id"))
  // What holds for a tenant that decided nothing. It is of nobody in particular.
  yield* run([
    `create policy defaults on voip_settings for select to ${STAFF_ROLE}
       using (site_grouping_id = '' and (select careline_tenants()) is not null)`
  ])
  yield* run(Object.entries(privileges).flatMap(([table, allowed]) => grant(table, allowed)))
  yield* run([`grant usage on sequence webhook_events_id_seq to ${WORKERS_ROLE}`])
  const [schema] = yield* sql<{ readonly name: string }>`select quote_ident(current_schema()) as name`
  yield* run([`grant usage on schema ${schema!.name} to ${STAFF_ROLE}, ${WORKERS_ROLE}`])
})
