/**
 * Callbacks that rang a phone, beyond all tenants: nobody is rung by two at a time, whoever prepared them. Whose phone it is
 * stands here as a digest.
 */
import { grant } from "./0008_row_level_security.ts"
import { run } from "./run.ts"

export default run([
  `create table callback_rings (
     id uuid primary key,
     user_id text not null,
     phone_hash bytea not null,
     begun_at timestamptz not null,
     rings_until timestamptz not null
   )`,
  `create index callback_rings_user on callback_rings (user_id, begun_at)`,
  `create index callback_rings_phone on callback_rings (phone_hash, rings_until)`,
  `create index callback_rings_begun on callback_rings (begun_at)`,
  ...grant("callback_rings", { staff: "select, insert, update", workers: "select, insert, update, delete" })
])
