/** The patients, facilities and users that a host keeps itself, and the phones that they are found by. */
import { grant, rowLevelSecurity } from "./0008_row_level_security.ts"
import { run } from "./run.ts"

export default run([
  `create table directory_entries (
     site_grouping_id text not null references site_groupings,
     kind text not null check (kind in ('patient', 'facility', 'user')),
     id text not null,
     name text not null,
     search_bits text not null,
     phones jsonb not null,
     time_zone text,
     created_at timestamptz not null,
     updated_at timestamptz not null,
     primary key (site_grouping_id, kind, id)
   )`,
  `create index directory_entries_list on directory_entries (site_grouping_id, kind, created_at desc, id collate "C" desc)`,
  `create table directory_phones (
     site_grouping_id text not null,
     kind text not null,
     entry_id text not null,
     contact_key text not null,
     primary key (site_grouping_id, contact_key, kind, entry_id),
     foreign key (site_grouping_id, kind, entry_id) references directory_entries on delete cascade
   )`,
  `create index directory_phones_of_entry on directory_phones (site_grouping_id, kind, entry_id)`,
  ...rowLevelSecurity("directory_entries"),
  ...rowLevelSecurity("directory_phones"),
  // Workers ask who a contact is.
  ...grant("directory_entries", { staff: "select, insert, update, delete", workers: "select" }),
  ...grant("directory_phones", { staff: "select, insert, delete", workers: "select" })
])
