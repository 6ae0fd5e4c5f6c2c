/** What tells this database from every other, wherever it is moved or copied to. */
import { grant } from "./0008_row_level_security.ts"
import { run } from "./run.ts"

export default run([
  `create table installation (
     only_one boolean primary key default true check (only_one),
     id uuid not null default gen_random_uuid()
   )`,
  `insert into installation default values`,
  ...grant("installation", { staff: null, workers: "select" })
])
