/**
 * Calls and media: the call log with the plan and the facts of each call, permissions for masked calls, and what is to be
 * copied from providers. The webhook events of calls are kept beside those of texts, in the same lanes.
 */
import { run } from "./run.ts"

export default run([
  // New partial indexes over a table of many events take longer than any one request may.
  `set local statement_timeout = 0`,

  `alter table webhook_events drop constraint webhook_events_kind_check`,
  `alter table webhook_events add constraint webhook_events_kind_check
     check (kind in ('MessageReceived', 'DeliveryReported', 'CallReceived', 'CallReported')) not valid`,
  `alter table webhook_events validate constraint webhook_events_kind_check`,
  // What has a contact belongs to a lane, whatever its kind.
  `drop index webhook_events_texts`,
  `drop index webhook_events_lane`,
  `create index webhook_events_arrivals on webhook_events (id) where state = 'pending' and contact is not null`,
  `create index webhook_events_lane on webhook_events (site_grouping_id, contact, id)
     where state = 'pending' and contact is not null`,
  `create index webhook_events_call_reports on webhook_events (id) where state = 'pending' and kind = 'CallReported'`,

  `create table phone_call_logs (
     site_grouping_id text not null references site_groupings,
     id uuid not null,
     purpose text not null check (purpose in ('voicemail', 'bridge')),
     direction text not null check (direction in ('inbound', 'outbound')),
     provider text not null,
     provider_call_id text,
     plan jsonb not null,
     language text,
     from_number text not null,
     to_number text not null,
     phone_number_id uuid,
     external_thread_id uuid,
     message_id uuid,
     status text not null,
     duration_seconds integer,
     own jsonb not null,
     far jsonb,
     recordings jsonb not null,
     transcript jsonb,
     initiator_id text,
     reason text,
     notes text,
     created_at timestamptz not null,
     updated_at timestamptz not null,
     ended_at timestamptz,
     foreign key (site_grouping_id, phone_number_id) references phone_numbers on delete set null (phone_number_id),
     foreign key (site_grouping_id, external_thread_id) references external_threads
   ) with (fillfactor = 80)`,
  `create unique index phone_call_logs_provider on phone_call_logs (provider, provider_call_id)
     where provider_call_id is not null`,
  `create index phone_call_logs_newest on phone_call_logs (site_grouping_id, created_at desc, id desc)`,
  `create index phone_call_logs_thread on phone_call_logs (site_grouping_id, external_thread_id, created_at desc, id desc)
     where external_thread_id is not null`,
  `create index phone_call_logs_open on phone_call_logs (updated_at) where ended_at is null`,
  `create unique index phone_call_logs_id on phone_call_logs (id)`,
  `alter table phone_call_logs add primary key (site_grouping_id, id)`,

  `create table bridge_requests (
     site_grouping_id text not null references site_groupings,
     id uuid not null,
     external_thread_id uuid not null,
     mode text not null check (mode in ('dial_in', 'callback')),
     clinician_id text not null,
     clinician_number text not null,
     number_since timestamptz not null,
     bridge_number_id uuid not null,
     bridge_number text not null,
     caller_id_number_id uuid not null,
     caller_id text not null,
     contact text not null,
     pin text not null,
     reason text,
     notes text,
     failed_pins integer not null,
     expires_at timestamptz not null,
     used_by uuid,
     created_at timestamptz not null,
     foreign key (site_grouping_id, external_thread_id) references external_threads
   )`,
  `create index bridge_requests_dialled on bridge_requests (clinician_number, bridge_number, expires_at)`,
  `create index bridge_requests_latest on bridge_requests (clinician_id, created_at desc, id desc)`,
  `create index bridge_requests_expired on bridge_requests (expires_at)`,
  `create unique index bridge_requests_id on bridge_requests (id)`,
  `alter table bridge_requests add primary key (site_grouping_id, id)`,

  `create table media_imports (
     site_grouping_id text not null,
     id uuid not null,
     place bigint generated always as identity,
     provider text not null,
     source jsonb not null,
     stage text not null check (stage in ('copy', 'await_transcript', 'delete', 'transcribe')),
     failures integer not null,
     fence bigint not null default 0,
     due_at timestamptz not null,
     primary key (site_grouping_id, id)
   ) with (fillfactor = 50)`,
  `create index media_imports_due on media_imports (due_at, place)`,
  `create unique index media_imports_id on media_imports (id)`
])
