/** Files that staff uploaded and that no message took yet; `is_removed`: nobody may take it any more, its bytes are going. */
import { grant, rowLevelSecurity } from "./0008_row_level_security.ts"
import { run } from "./run.ts"

export default run([
  `create table media_uploads (
     site_grouping_id text not null,
     key text not null,
     user_id text not null,
     size bigint not null,
     waits_since timestamptz not null,
     is_removed boolean not null default false,
     primary key (site_grouping_id, key)
   )`,
  `create index media_uploads_user on media_uploads (user_id)`,
  `create index media_uploads_waiting on media_uploads (waits_since, key)`,
  ...rowLevelSecurity("media_uploads"),
  // A message of staff takes them in its own transaction.
  ...grant("media_uploads", { staff: "select, delete", workers: "select, insert, update, delete" })
])
