/**
 * Numbers over their whole life, in a tenant's hands or (`site_grouping_id` null) in nobody's, and tenants that can be
 * deactivated. A number leaves a tenant only after nothing of that tenant names it any more: the foreign keys see to it.
 */
import { run } from "./run.ts"

export default run([
  // New indexes over tables of many threads and calls take longer than any one request may.
  `set local statement_timeout = 0`,

  `alter table site_groupings add column name text, add column deactivated_at timestamptz`,
  `create index site_groupings_deactivated on site_groupings (id) where deactivated_at is not null`,

  // The keys of threads and calls lead with the tenant, and go on doing so; the number's own key cannot.
  `alter table external_threads drop constraint external_threads_site_grouping_id_phone_number_id_fkey`,
  `alter table phone_call_logs drop constraint phone_call_logs_site_grouping_id_phone_number_id_fkey`,
  `alter table phone_numbers drop constraint phone_numbers_pkey`,
  `alter table phone_numbers alter column site_grouping_id drop not null`,
  `alter table phone_numbers add primary key (id)`,
  `alter table phone_numbers add constraint phone_numbers_of_tenant unique (site_grouping_id, id)`,
  `alter table phone_numbers drop constraint phone_numbers_status_check`,

  `alter table phone_numbers
     add column area_code text generated always as
       (case when number ~ '^[+]1[2-9][0-9]{2}[2-9][0-9]{6}$' then substr(number, 3, 3) end) stored,
     add column status_since timestamptz,
     add column acquired_at timestamptz,
     add column ends_at timestamptz,
     add column replaced_by uuid references phone_numbers,
     add column is_default boolean not null default false,
     add column stray_inbound integer not null default 0,
     add column monthly_price numeric(12, 4),
     add column currency text,
     add column assignment_key text`,
  `update phone_numbers set status_since = created_at, acquired_at = created_at`,
  `alter table phone_numbers
     alter column status_since set not null,
     alter column acquired_at set not null,
     add constraint phone_numbers_status_check
       check (status in ('available', 'assigned', 'suspended', 'replaced', 'quarantined', 'retired')),
     add constraint phone_numbers_holder_check
       check ((site_grouping_id is null) = (status in ('available', 'quarantined', 'retired'))),
     add constraint phone_numbers_end_check check ((ends_at is not null) = (status in ('replaced', 'quarantined'))),
     add constraint phone_numbers_price_check check ((monthly_price is null) = (currency is null))`,
  `create index phone_numbers_available on phone_numbers (status_since, id) where status = 'available'`,
  `create index phone_numbers_available_there on phone_numbers (area_code, status_since, id) where status = 'available'`,
  `create index phone_numbers_ending on phone_numbers (ends_at) where ends_at is not null`,
  `create index phone_numbers_replaced on phone_numbers (replaced_by) where replaced_by is not null`,
  `create unique index phone_numbers_one_default on phone_numbers (site_grouping_id) where is_default`,
  `create unique index phone_numbers_assignment on phone_numbers (site_grouping_id, assignment_key)
     where assignment_key is not null`,

  // What names a number, for when it is replaced or taken away, and for the checks of the foreign keys.
  `create index external_threads_number on external_threads (phone_number_id) where phone_number_id is not null`,
  `create index external_threads_last_number on external_threads (last_contacted_number_id)
     where last_contacted_number_id is not null and last_contacted_number_id is distinct from phone_number_id`,
  `create index phone_call_logs_number on phone_call_logs (phone_number_id) where phone_number_id is not null`,
  `alter table external_threads add foreign key (site_grouping_id, phone_number_id)
     references phone_numbers (site_grouping_id, id)`,
  `alter table phone_call_logs add foreign key (site_grouping_id, phone_number_id)
     references phone_numbers (site_grouping_id, id)`,

  // Who has tried a number in nobody's hands, as a hash: they belong to no tenant, and nobody shall read them here.
  `create table number_strays (
     number_id uuid not null references phone_numbers,
     contact_hash bytea not null,
     primary key (number_id, contact_hash)
   )`,

  `create table number_wishes (
     site_grouping_id text primary key references site_groupings,
     area_code text,
     wished_at timestamptz not null
   )`
])
