-- The phone line: what Careline keeps, in the EHR's own tables.
--
-- A site group of null is the line of the whole system. Instants that are compared with a client's are in milliseconds,
-- which is what a `Date` holds. Keys that stand first in an index are the ones that tell most: a number more than its
-- site group.

-- From the least that is known of a message's way to the most. Of two reports the greater one holds.
create type delivery_status as enum (
  'queued', 'sending', 'unknown', 'accepted', 'sent', 'failed', 'undelivered', 'delivered', 'read'
);

create table phone_lines (
  id bigint generated always as identity primary key,
  site_group_id bigint references site_groups,
  number text not null unique,
  label text,
  provider text,
  provider_number_id text,
  status text not null check (status in ('assigned', 'suspended')),
  created_at timestamptz(3) not null
);

create table external_threads (
  id bigint generated always as identity primary key,
  site_group_id bigint references site_groups,
  kind text not null check (kind in ('voip', 'email')),
  contact text not null,
  contact_name text,
  -- The line that it answers from, for ever, and the one that the contact used last.
  phone_line_id bigint references phone_lines,
  last_line_id bigint references phone_lines,
  facility_id bigint references facilities on delete set null,
  assigned_to bigint references users,
  last_place integer not null,
  -- The place of the contact's last message, 0 for none.
  last_inbound_place integer not null,
  last_message_at timestamptz(3) not null,
  last_message_preview text not null,
  last_inbound_at timestamptz(3),
  auto_replied_at timestamptz(3),
  -- Since when the contact waits for an answer, and the reply that did not get through.
  unanswered_since timestamptz(3),
  urgent_at timestamptz(3),
  reply_failed jsonb,
  alarm_state text not null check (alarm_state in ('idle', 'running', 'fired')),
  alarm_period integer not null,
  alarm_due_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  deleted_at timestamptz(3),
  unique nulls not distinct (contact, kind, site_group_id)
);

-- A list walks one of these from its cursor on, group by group; 0 is the group of the line of the whole system.
create index external_threads_newest on external_threads (coalesce(site_group_id, 0), last_message_at desc, id desc)
  where deleted_at is null;
create index external_threads_inbox on external_threads (coalesce(site_group_id, 0), last_message_at desc, id desc)
  where deleted_at is null and (assigned_to is null or unanswered_since is not null or reply_failed is not null);
-- The EHR's own inbox walks this one beside the patients' threads.
create index external_threads_newest_of_all on external_threads (last_message_at desc, id desc)
  where deleted_at is null;
create index external_threads_assigned_to on external_threads (assigned_to, last_message_at desc, id desc);
create index external_threads_facility_id on external_threads (facility_id, last_message_at desc, id desc);

-- A patient who is deleted is unlinked; what the contact wrote stays.
create table external_thread_patients (
  external_thread_id bigint not null references external_threads on delete cascade,
  patient_id bigint not null references patients on delete cascade,
  place integer not null,
  primary key (external_thread_id, patient_id)
);

create index external_thread_patients_patient_id on external_thread_patients (patient_id);

-- Names of contacts are looked up by phone, for every text.
create index patients_phone on patients (phone) where phone is not null;
create index users_phone on users (phone) where phone is not null;
create index facilities_phone on facilities (phone);

-- What follows locks `messages` and `message_read_status`, for as long as it takes to build their indexes and, of the second,
-- a new key. The checks wait for 003, which locks nobody out. Where that is too long, build the indexes concurrently first.
set local lock_timeout = '5s';

-- A message is of a patient's thread, and has a sender, or of an external one, and has all that Careline knows beside.
alter table messages
  alter column thread_id drop not null,
  alter column sender_id drop not null,
  add column external_thread_id bigint references external_threads,
  add column place integer,
  add column kind text check (kind in ('sms', 'system', 'email')),
  add column direction text check (direction in ('inbound', 'outbound')),
  add column attachments jsonb,
  add column details jsonb,
  add column transcript jsonb,
  add column delivery_status delivery_status,
  add constraint messages_one_thread check (num_nonnulls(thread_id, external_thread_id) = 1) not valid,
  add constraint messages_internal check (
    thread_id is null
    or sender_id is not null and num_nonnulls(place, kind, direction, attachments, details, delivery_status) = 0
  ) not valid,
  add constraint messages_external check (
    external_thread_id is null or num_nulls(place, kind, direction, attachments, details) = 0
  ) not valid;

create unique index messages_place on messages (external_thread_id, place) where external_thread_id is not null;
create unique index messages_one_auto_reply on messages (external_thread_id)
  where details ->> 'messageSubType' = 'auto_reply';
create index messages_delivery_status on messages (delivery_status, sent_at desc, id desc)
  where delivery_status is not null;

-- Who has read how far, in either kind of thread. The key of the first kind stays what it was, but for its being primary.
alter table message_read_status
  drop constraint message_read_status_pkey,
  add column id bigint generated always as identity primary key,
  alter column thread_id drop not null,
  -- Nothing of an external thread is read.
  alter column last_read_message_id drop not null,
  add column external_thread_id bigint references external_threads on delete cascade,
  add constraint message_read_status_one_thread check (num_nonnulls(thread_id, external_thread_id) = 1),
  add unique (user_id, thread_id),
  add unique (user_id, external_thread_id);

-- Since when a user looks at the line of a site group: what came in before is nothing to catch up with.
create table line_readers (
  user_id bigint not null references users on delete cascade,
  site_group_id bigint references site_groups,
  since timestamptz(3) not null,
  unique nulls not distinct (user_id, site_group_id)
);

-- Requests that made a message. A key is taken before its message is written, which is why nothing refers to it.
create table request_keys (
  external_thread_id bigint not null references external_threads on delete cascade,
  key text not null,
  fingerprint text not null,
  message_id bigint not null,
  created_at timestamptz not null default now(),
  primary key (external_thread_id, key)
);

create table contact_consents (
  site_group_id bigint references site_groups,
  contact text not null,
  status text not null check (status in ('unknown', 'opted_in', 'opted_out')),
  source text not null,
  changed_at timestamptz(3),
  unique nulls not distinct (contact, site_group_id)
);

create table line_settings (
  site_group_id bigint references site_groups,
  settings jsonb not null,
  unique nulls not distinct (site_group_id)
);

-- What every site group inherits that named nothing else: one row.
create table platform_line_settings (
  id boolean primary key check (id),
  settings jsonb not null
);

-- What providers report, kept before they are answered. The texts of a contact to a site group are a lane: they are
-- worked on in the order of their ids.
create table inbound_events (
  id bigint generated always as identity primary key,
  site_group_id bigint references site_groups,
  contact text,
  provider text not null,
  account text not null,
  provider_message_id text not null,
  kind text not null check (kind in ('MessageReceived', 'DeliveryReported', 'CallReceived', 'CallReported')),
  -- A message is reported once for each status.
  status text not null,
  event jsonb not null,
  state text not null check (state in ('pending', 'done', 'parked')),
  failures integer not null default 0,
  reason text,
  postponed_until timestamptz(3),
  received_at timestamptz not null default now(),
  unique (provider_message_id, provider, account, kind, status)
);

create index inbound_events_texts on inbound_events (id) where state = 'pending' and contact is not null;
create index inbound_events_lane on inbound_events (contact, id) where state = 'pending' and contact is not null;
create index inbound_events_held on inbound_events (contact) where state = 'pending' and postponed_until is not null;
create index inbound_events_reports on inbound_events (id) where state = 'pending' and kind = 'DeliveryReported';
create index inbound_events_call_reports on inbound_events (id) where state = 'pending' and kind = 'CallReported';
create index inbound_events_parked on inbound_events (id) where state = 'parked';

create table outbound_texts (
  id bigint generated always as identity primary key,
  -- Ids are drawn before a thread is locked, turns when it is: texts leave in the order in which they were decided.
  turn bigint generated always as identity,
  site_group_id bigint references site_groups,
  external_thread_id bigint not null references external_threads,
  message_id bigint references messages,
  purpose text not null,
  message_class text not null,
  -- 0 alarm, 1 conversation, 2 care and reminders, 3 bulk: what is urgent leaves first.
  lane smallint not null check (lane between 0 and 3),
  from_number text not null,
  phone_line_id bigint not null references phone_lines,
  to_number text not null,
  body text not null,
  media_urls text[] not null,
  attempts integer not null,
  attempt_id bigint,
  state text not null check (
    state in ('queued', 'sending', 'accepted', 'rejected', 'unknown', 'undecided', 'abandoned', 'canceled')
  ),
  not_before timestamptz(3) not null,
  -- When an attempt is given up for lost, or looked up again.
  look_at timestamptz(3),
  valid_until timestamptz(3),
  queued_at timestamptz(3) not null
);

create index outbound_texts_due on outbound_texts (lane, not_before, turn) where state = 'queued';
create index outbound_texts_turn on outbound_texts (to_number, lane, turn) where state = 'queued' and lane > 0;
create unique index outbound_texts_one_under_way on outbound_texts (to_number, lane, site_group_id) nulls not distinct
  where state = 'sending' and lane > 0;
create index outbound_texts_of_line on outbound_texts (phone_line_id, lane) where state = 'queued';
create index outbound_texts_look_at on outbound_texts (lane, look_at) where state in ('sending', 'unknown');
create index outbound_texts_recipient on outbound_texts (to_number, queued_at);
create index outbound_texts_message_id on outbound_texts (message_id);

create table outbound_attempts (
  id bigint generated always as identity primary key,
  text_id bigint not null references outbound_texts,
  provider text not null,
  from_number text not null,
  started_at timestamptz(3) not null,
  deadline timestamptz(3) not null,
  looks integer not null default 0,
  provider_message_id text,
  status delivery_status,
  detail text
);

create index outbound_attempts_text_id on outbound_attempts (text_id);
create index outbound_attempts_provider_message_id on outbound_attempts (provider_message_id, provider);

alter table outbound_texts add foreign key (attempt_id) references outbound_attempts;

create table alarms (
  external_thread_id bigint not null references external_threads on delete cascade,
  period integer not null,
  state text not null default 'running' check (state in ('running', 'stopped', 'fired')),
  due_at timestamptz(3) not null,
  notified text[] not null default '{}',
  ended_at timestamptz(3),
  primary key (external_thread_id, period)
);

create index alarms_due on alarms (due_at) where state = 'running';
create unique index alarms_one_running on alarms (external_thread_id) where state = 'running';

-- Written for every text: with room for the next version on the same page.
create table send_rates (
  key text primary key,
  full_at timestamptz(3) not null default 'epoch'
) with (fillfactor = 50);

create table provider_circuits (
  provider text primary key,
  failures integer not null default 0 check (failures >= 0),
  open_until timestamptz(3),
  probe_until timestamptz(3)
) with (fillfactor = 50);

create table audit_trail (
  id bigint generated always as identity primary key,
  site_group_id bigint references site_groups,
  -- A user's id, or `system`.
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null,
  at timestamptz(3) not null
);

create index audit_trail_subject on audit_trail (subject, id);
