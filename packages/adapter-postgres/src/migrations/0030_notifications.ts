/** What is planned to be told to contacts: one row for each cause, which leaves when it is due. */
import { grant, rowLevelSecurity } from "./0008_row_level_security.ts"
import { run } from "./run.ts"

export default run([
  `create table notifications (
     site_grouping_id text not null references site_groupings,
     id uuid not null,
     cause_key text not null,
     kind text not null,
     message_class text not null,
     contact text not null,
     patient_id text,
     content jsonb not null,
     language text,
     template_version integer,
     due_at timestamptz not null,
     valid_until timestamptz,
     state text not null,
     reason text,
     external_thread_id uuid,
     message_id uuid,
     fingerprint text,
     created_by text,
     created_at timestamptz not null,
     updated_at timestamptz not null,
     primary key (site_grouping_id, id),
     unique (site_grouping_id, cause_key)
   )`,
  // What is due is found without a walk over what is due later, however much that is.
  `create index notifications_due on notifications (due_at, id) where state = 'scheduled'`,
  `create index notifications_list on notifications (site_grouping_id, created_at desc, id desc)`,
  `create index notifications_by_state on notifications (site_grouping_id, state, created_at desc, id desc)`,
  `create index notifications_of_message on notifications (site_grouping_id, message_id) where message_id is not null`,
  ...rowLevelSecurity("notifications"),
  ...grant("notifications", { staff: "select, insert, update", workers: "select, insert, update" })
])
