create table site_groups (
  id bigint generated always as identity primary key,
  name text not null
);

create table facilities (
  id bigint generated always as identity primary key,
  site_group_id bigint not null references site_groups,
  name text not null,
  phone text not null,
  time_zone text not null
);

create table users (
  id bigint generated always as identity primary key,
  email text not null unique check (email = lower(email)),
  display_name text not null,
  password_hash text not null,
  role text not null check (role in ('clinician', 'site_admin', 'system_admin')),
  phone text
);

create table user_site_groups (
  user_id bigint not null references users on delete cascade,
  site_group_id bigint not null references site_groups on delete cascade,
  primary key (user_id, site_group_id)
);

create table sessions (
  token_hash bytea primary key,
  user_id bigint not null references users on delete cascade,
  expires_at timestamptz not null
);

create index sessions_expires_at on sessions (expires_at);

create table patients (
  id bigint generated always as identity primary key,
  facility_id bigint not null references facilities,
  given_name text not null,
  family_name text not null,
  phone text
);

create index patients_facility_id on patients (facility_id);

create table threads (
  id bigint generated always as identity primary key,
  patient_id bigint not null references patients on delete cascade,
  subject text not null,
  created_by bigint not null references users,
  assigned_to bigint references users,
  -- Milliseconds: the inbox's cursor holds this time, and the client's clock has no finer ones.
  last_message_at timestamptz(3) not null default now(),
  last_message_preview text not null default '',
  created_at timestamptz not null default now()
);

create index threads_patient_id on threads (patient_id);
create index threads_newest on threads (last_message_at desc, id desc);

create table messages (
  id bigint generated always as identity primary key,
  thread_id bigint not null references threads on delete cascade,
  sender_id bigint not null references users,
  body text not null,
  sent_at timestamptz not null default now()
);

create index messages_of_thread on messages (thread_id, id);

create table message_read_status (
  user_id bigint not null references users on delete cascade,
  thread_id bigint not null references threads on delete cascade,
  last_read_message_id bigint not null references messages on delete cascade,
  read_at timestamptz not null default now(),
  primary key (user_id, thread_id)
);

create index message_read_status_thread_id on message_read_status (thread_id);
create index message_read_status_message_id on message_read_status (last_read_message_id);

create table jobs (
  id bigint generated always as identity primary key,
  kind text not null,
  payload jsonb not null,
  dedupe_key text,
  state text not null default 'queued' check (state in ('queued', 'running', 'failed')),
  run_at timestamptz not null default now(),
  attempts integer not null default 0,
  locked_until timestamptz,
  last_error text,
  created_at timestamptz not null default now()
);

-- The same job waits once. One that runs does not count: it may have looked before what the new one is about.
create unique index jobs_waiting_once on jobs (dedupe_key) where state = 'queued';
create index jobs_waiting on jobs (run_at) where state = 'queued';
create index jobs_leased on jobs (locked_until) where state = 'running';

create table chat_events (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  room text not null,
  event text not null,
  payload jsonb not null,
  created_at timestamptz not null default now()
);

create index chat_events_in_order on chat_events (xid, id);
create index chat_events_created_at on chat_events (created_at);
