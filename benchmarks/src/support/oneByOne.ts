/** The same rows, one event per transaction, by a client loop with prepared statements: what a queue without sets does. */
import pg from "pg"
import { randomUUID } from "node:crypto"

const CLIENTS = 8

interface Claimed {
  readonly id: string
  readonly contact: string
  readonly event: { readonly text: string; readonly providerMessageId: string }
}

const statements = {
  claim: `select e.id, e.contact, e.event from webhook_events e join lanes l using (site_grouping_id, contact)
          where e.state = 'pending' and e.kind = 'MessageReceived' and abs(hashtext(e.contact)) % ${CLIENTS} = $1
          order by e.id limit 1 for update of e`,
  thread: `select * from external_threads where site_grouping_id = '' and thread_type = 'voip' and external_contact = $1 for update`,
  save: `insert into external_threads (site_grouping_id, id, thread_type, external_contact, patient_ids, unread_count, last_position,
           read_position, last_message_at, last_message_preview, last_inbound_at, auto_replied_at, escalation_state,
           escalation_period, escalation_due_at, created_at, updated_at)
         values ('', $1, 'voip', $2, '{}', 1, $4, 0, now(), $3, now(), now(), 'running', 1, now() + interval '10 hours', now(), now())
         on conflict (site_grouping_id, id) do update set unread_count = external_threads.unread_count + 1,
           last_position = excluded.last_position, last_message_at = now(), last_message_preview = excluded.last_message_preview, updated_at = now()`,
  message: `insert into messages (site_grouping_id, id, external_thread_id, position, message_type, direction, content, attachments,
              meta_data, delivery_status, created_at)
            values ('', $1, $2, $3, $4, $5, $6, '[]', $7, $8, now())`,
  send: `insert into sends (site_grouping_id, id, external_thread_id, message_id, purpose, message_class, from_number, from_number_id,
           to_number, body, media_urls, attempts, state, not_before, queued_at)
         values ('', $1, $2, $3, 'auto_reply', 'conversational', '+12025550100', $1, $4, $5, '{}', 0, 'queued', now(), now())`,
  timer: `insert into escalations (site_grouping_id, external_thread_id, period, state, due_at)
          values ('', $1, 1, 'running', now() + interval '10 hours')`,
  broadcast: `insert into broadcast_events (site_grouping_id, type, external_thread_id, message_id) values ('', $1, $2, $3)`,
  done: `update webhook_events set state = 'done' where id = $1`
} as const

const REPLY = "Thank you for texting us. We answer within the hour."

/** Events per second over what waits in the database. */
export const oneByOne = async (url: string): Promise<number> => {
  const work = async (part: number): Promise<number> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const run = <Row extends pg.QueryResultRow>(name: keyof typeof statements, values: Array<unknown>) =>
      client.query<Row>({ name, text: statements[name], values })
    let done = 0
    for (;;) {
      await client.query("begin")
      const { rows } = await run<Claimed>("claim", [part])
      const [claimed] = rows
      if (claimed === undefined) {
        await client.query("commit")
        await client.end()
        return done
      }
      const known = (await run<{ id: string; last_position: number }>("thread", [claimed.contact])).rows[0]
      const thread = known?.id ?? randomUUID()
      const position = (known?.last_position ?? 0) + 1
      const message = randomUUID()
      const reply = randomUUID()
      await run("save", [thread, claimed.contact, claimed.event.text, position + (known === undefined ? 1 : 0)])
      const metaData = JSON.stringify({ provider: "twilio", providerMessageId: claimed.event.providerMessageId })
      await run("message", [message, thread, position, "sms", "inbound", claimed.event.text, metaData, null])
      await run("broadcast", ["message.created", thread, message])
      if (known === undefined) {
        await run("message", [
          reply,
          thread,
          position + 1,
          "system",
          "outbound",
          REPLY,
          '{"messageSubType":"auto_reply"}',
          "queued"
        ])
        await run("send", [randomUUID(), thread, reply, claimed.contact, REPLY])
        await run("timer", [thread])
        await run("broadcast", ["message.created", thread, reply])
      }
      await run("broadcast", ["thread.updated", thread, null])
      await run("done", [claimed.id])
      await client.query("commit")
      done++
    }
  }
  const started = performance.now()
  const done = await Promise.all(Array.from({ length: CLIENTS }, (_, part) => work(part)))
  return done.reduce((sum, one) => sum + one, 0) / ((performance.now() - started) / 1000)
}
