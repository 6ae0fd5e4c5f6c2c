/**
 * The lists of messages by status, and the way from a message to its send. Both indexes are partial, so that no question
 * that the primary keys answer can take them instead.
 */
import { run } from "./run.ts"

export default run([
  `create index messages_status on messages (site_grouping_id, delivery_status, created_at desc, id desc)
     where delivery_status is not null`,
  `create index sends_message on sends (message_id) where message_id is not null`
])
