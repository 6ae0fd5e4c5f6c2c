/** Templates, and their versions, which are only ever added: nobody may change or delete one. */
import { grant, rowLevelSecurity } from "./0008_row_level_security.ts"
import { run } from "./run.ts"

export default run([
  `create table templates (
     site_grouping_id text not null references site_groupings,
     id uuid primary key,
     name text not null,
     description text,
     category text not null,
     tags text[] not null,
     latest_version integer not null,
     published_version integer,
     created_by text,
     created_at timestamptz not null,
     updated_at timestamptz not null,
     archived_at timestamptz,
     unique (site_grouping_id, id)
   )`,
  `create unique index templates_name on templates (site_grouping_id, lower(name)) where archived_at is null`,
  `create index templates_list on templates (site_grouping_id, created_at desc, id desc)`,
  `create table template_versions (
     site_grouping_id text not null,
     template_id uuid not null,
     number integer not null,
     variables jsonb not null,
     contents jsonb not null,
     created_by text,
     created_at timestamptz not null,
     primary key (template_id, number),
     foreign key (site_grouping_id, template_id) references templates (site_grouping_id, id)
   )`,
  ...rowLevelSecurity("templates"),
  ...rowLevelSecurity("template_versions"),
  // Workers render what is published.
  ...grant("templates", { staff: "select, insert, update", workers: "select" }),
  ...grant("template_versions", { staff: "select, insert", workers: "select" })
])
