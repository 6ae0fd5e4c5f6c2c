/**
 * The first tables. The tenant leads every key of a tenant's table, `''` standing for the system-wide space, so that
 * row-level security and distribution by tenant need no other keys. `careline_now()` is the clock of leases and timers.
 */
import { run } from "./run.ts"

export default run([
  `create extension if not exists pg_trgm`,

  `create function careline_now() returns timestamptz language sql stable parallel safe
     as $$ select date_trunc('milliseconds', now()) $$`,

  `create table site_groupings (
     id text primary key,
     created_at timestamptz not null default careline_now()
   )`,
  `insert into site_groupings (id) values ('')`,

  `create table phone_numbers (
     site_grouping_id text not null references site_groupings,
     id uuid not null,
     number text not null,
     label text,
     provider_sid text,
     status text not null check (status in ('assigned', 'suspended')),
     created_at timestamptz not null,
     primary key (site_grouping_id, id),
     constraint phone_numbers_number_key unique (number)
   )`,

  `create table external_threads (
     site_grouping_id text not null references site_groupings,
     id uuid not null,
     thread_type text not null check (thread_type in ('voip', 'email')),
     external_contact text not null,
     contact_name text,
     phone_number_id uuid,
     last_contacted_number_id uuid,
     patient_ids text[] not null,
     facility_id text,
     assignee_id text,
     unread_count integer not null check (unread_count >= 0),
     last_position integer not null,
     read_position integer not null,
     last_message_at timestamptz not null,
     last_message_preview text not null,
     last_inbound_at timestamptz,
     auto_replied_at timestamptz,
     escalation_state text not null check (escalation_state in ('idle', 'running', 'fired')),
     escalation_period integer not null,
     escalation_due_at timestamptz,
     created_at timestamptz not null,
     updated_at timestamptz not null,
     deleted_at timestamptz,
     unique (site_grouping_id, thread_type, external_contact),
     foreign key (site_grouping_id, phone_number_id) references phone_numbers,
     check (cardinality(patient_ids) = 0 or facility_id is null)
   ) with (fillfactor = 80)`,
  `create index external_threads_all on external_threads (site_grouping_id, last_message_at desc, id desc)
     where deleted_at is null`,
  `create index external_threads_inbox on external_threads (site_grouping_id, last_message_at desc, id desc)
     where deleted_at is null and (assignee_id is null or unread_count > 0)`,
  `create index external_threads_unread on external_threads (site_grouping_id, last_message_at desc, id desc)
     where deleted_at is null and unread_count > 0`,
  `create index external_threads_unassigned on external_threads (site_grouping_id, last_message_at desc, id desc)
     where deleted_at is null and assignee_id is null`,
  `create index external_threads_assignee on external_threads (site_grouping_id, assignee_id, last_message_at desc, id desc)
     where deleted_at is null and assignee_id is not null`,
  `create index external_threads_facility on external_threads (site_grouping_id, facility_id, last_message_at desc, id desc)
     where deleted_at is null and facility_id is not null`,
  `create index external_threads_patients on external_threads using gin (patient_ids)`,
  `create index external_threads_search on external_threads
     using gin (lower(coalesce(contact_name, '') || ' ' || external_contact) gin_trgm_ops)`,
  // Added last: of indexes that cost the same to a planner without statistics it takes the youngest, and the checks of
  // foreign keys keep the plan that they began with. Any other index that the tenant leads would be walked whole.
  `alter table external_threads add primary key (site_grouping_id, id)`,

  `create table messages (
     site_grouping_id text not null references site_groupings,
     id uuid not null,
     thread_id text,
     external_thread_id uuid,
     position integer not null,
     message_type text not null check (message_type in ('sms', 'system', 'email')),
     direction text not null check (direction in ('inbound', 'outbound')),
     sender_id text,
     content text not null,
     attachments jsonb not null,
     meta_data jsonb not null,
     delivery_status text,
     created_at timestamptz not null,
     primary key (site_grouping_id, id),
     foreign key (site_grouping_id, external_thread_id) references external_threads,
     constraint messages_one_thread check (num_nonnulls(thread_id, external_thread_id) = 1)
   )`,
  `create unique index messages_position on messages (site_grouping_id, external_thread_id, position)
     where external_thread_id is not null`,
  `create unique index messages_one_auto_reply on messages (site_grouping_id, external_thread_id)
     where meta_data ->> 'messageSubType' = 'auto_reply'`,

  `create table message_read_status (
     site_grouping_id text not null,
     external_thread_id uuid not null,
     user_id text not null,
     position integer not null,
     read_at timestamptz not null,
     primary key (site_grouping_id, external_thread_id, user_id),
     foreign key (site_grouping_id, external_thread_id) references external_threads
   )`,

  `create table idempotency_keys (
     site_grouping_id text not null,
     external_thread_id uuid not null,
     key text not null,
     fingerprint text not null,
     message_id uuid not null,
     created_at timestamptz not null default careline_now(),
     primary key (site_grouping_id, external_thread_id, key)
   )`,

  `create table consents (
     site_grouping_id text not null references site_groupings,
     contact text not null,
     status text not null check (status in ('unknown', 'opted_in', 'opted_out')),
     source text not null,
     changed_at timestamptz,
     primary key (site_grouping_id, contact)
   )`,

  `create table voip_settings (
     site_grouping_id text primary key references site_groupings,
     settings jsonb not null,
     updated_at timestamptz not null default careline_now()
   )`,

  `create table escalations (
     site_grouping_id text not null,
     external_thread_id uuid not null,
     period integer not null,
     state text not null check (state in ('running', 'stopped', 'fired')),
     due_at timestamptz not null,
     notified text[] not null default '{}',
     ended_at timestamptz,
     primary key (site_grouping_id, external_thread_id, period),
     foreign key (site_grouping_id, external_thread_id) references external_threads
   )`,
  `create index escalations_due on escalations (due_at) where state = 'running'`,
  `create unique index escalations_one_running on escalations (site_grouping_id, external_thread_id) where state = 'running'`,

  `create table webhook_events (
     id bigint generated by default as identity primary key,
     site_grouping_id text,
     contact text,
     provider text not null,
     account text not null,
     provider_message_id text not null,
     kind text not null check (kind in ('MessageReceived', 'DeliveryReported')),
     status text not null,
     event jsonb not null,
     state text not null check (state in ('pending', 'done', 'parked')),
     failures integer not null default 0,
     reason text,
     visible_at timestamptz not null default careline_now(),
     received_at timestamptz not null default careline_now(),
     unique (provider, account, provider_message_id, kind, status)
   ) with (fillfactor = 80)`,
  `create index webhook_events_texts on webhook_events (id) where state = 'pending' and kind = 'MessageReceived'`,
  `create index webhook_events_lane on webhook_events (site_grouping_id, contact, id)
     where state = 'pending' and kind = 'MessageReceived'`,
  `create index webhook_events_reports on webhook_events (id) where state = 'pending' and kind = 'DeliveryReported'`,
  `create index webhook_events_parked on webhook_events (id desc) where state = 'parked'`,

  `create table lanes (
     site_grouping_id text not null,
     contact text not null,
     blocked_until timestamptz,
     primary key (site_grouping_id, contact)
   )`,

  `create table sends (
     site_grouping_id text not null,
     id uuid not null,
     place bigint generated always as identity,
     external_thread_id uuid not null,
     message_id uuid,
     purpose text not null,
     message_class text not null,
     from_number text not null,
     from_number_id uuid not null,
     to_number text not null,
     body text not null,
     media_urls text[] not null,
     attempts integer not null,
     attempt_id uuid,
     state text not null,
     not_before timestamptz not null,
     look_at timestamptz,
     queued_at timestamptz not null,
     foreign key (site_grouping_id, external_thread_id) references external_threads
   ) with (fillfactor = 80)`,
  `create index sends_queued on sends (place) where state = 'queued'`,
  `create index sends_open on sends (site_grouping_id, to_number, place) where state in ('queued', 'sending')`,
  `create index sends_unknown on sends (look_at) where state in ('sending', 'unknown')`,
  `create index sends_recipient on sends (site_grouping_id, to_number, queued_at)`,
  `alter table sends add primary key (site_grouping_id, id)`,

  `create table send_attempts (
     site_grouping_id text not null,
     id uuid not null,
     send_id uuid not null,
     provider text not null,
     started_at timestamptz not null,
     deadline timestamptz not null,
     looks integer not null default 0,
     provider_message_id text,
     status text,
     detail text,
     primary key (site_grouping_id, id),
     foreign key (site_grouping_id, send_id) references sends
   ) with (fillfactor = 80)`,
  `create unique index send_attempts_id on send_attempts (id)`,
  `create index send_attempts_provider on send_attempts (provider, provider_message_id) where provider_message_id is not null`,
  `create index send_attempts_send on send_attempts (site_grouping_id, send_id)`,

  `create table audit_log (
     site_grouping_id text not null,
     id bigint generated always as identity,
     actor text not null,
     action text not null,
     subject text not null,
     detail jsonb not null,
     at timestamptz not null,
     primary key (site_grouping_id, id)
   )`,

  // Ids are given before commits happen, so a reader goes by the transaction: it shows a row only when every transaction
  // that began before the row's own has ended, and then misses none.
  `create table broadcast_events (
     xid xid8 not null default pg_current_xact_id(),
     id bigint generated always as identity,
     site_grouping_id text not null,
     type text not null,
     external_thread_id uuid not null,
     message_id uuid,
     published_at timestamptz not null default careline_now(),
     primary key (xid, id)
   )`
])
