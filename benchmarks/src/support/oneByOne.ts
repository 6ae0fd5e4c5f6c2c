/** The same rows, one event per transaction, by a client loop with prepared statements: what a queue without sets does. */
import type pg from "pg"
import { randomUUID } from "node:crypto"
import { withClient } from "./world.ts"

const CLIENTS = 8

/** As long as what a thread is searched by, and nobody's. */
const SEARCH_BITS = `'x' || repeat('0', 128)`

interface Claimed {
  readonly id: string
  readonly contact: string
  readonly event: { readonly text: string; readonly providerMessageId: string }
}

const statements = {
  thread: `select * from external_threads where site_grouping_id = '' and thread_type = 'voip' and external_contact = $1 for update`,
  save: `insert into external_threads (site_grouping_id, id, thread_type, external_contact, contact_key, patient_ids, last_position,
           last_inbound_position, last_message_at, last_message_preview, last_inbound_at, auto_replied_at, escalation_state,
           escalation_period, escalation_due_at, created_at, updated_at, search_bits)
         values ('', $1, 'voip', $2, $2, '{}', $4, $4, now(), $3, now(), now(), 'running', 1, now() + interval '10 hours', now(), now(), ${SEARCH_BITS})
         on conflict (site_grouping_id, id) do update set last_position = excluded.last_position,
           last_inbound_position = excluded.last_inbound_position, last_message_at = now(), last_message_preview = excluded.last_message_preview, updated_at = now()`,
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

/** Events per second over what waits in the database. It is told its work: finding it costs nothing here. */
export const oneByOne = async (url: string): Promise<number> => {
  const { rows } = await withClient(url, (client) =>
    client.query<Claimed>("select id, contact, event from webhook_events where state = 'pending' order by id")
  )
  // One contact's events are one client's, in their order.
  const parts = new Map<string, number>()
  const partOf = (contact: string): number => {
    const part = parts.get(contact) ?? parts.size % CLIENTS
    parts.set(contact, part)
    return part
  }
  const work = Array.from({ length: CLIENTS }, (): Array<Claimed> => [])
  for (const row of rows) work[partOf(row.contact)]!.push(row)

  const apply = async (client: pg.Client, claimed: Claimed): Promise<void> => {
    const run = <Row extends pg.QueryResultRow>(name: keyof typeof statements, values: Array<unknown>) =>
      client.query<Row>({ name, text: statements[name], values })
    await client.query("begin")
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
  }

  const started = performance.now()
  await Promise.all(
    work.map((part) =>
      withClient(url, async (client) => {
        for (const claimed of part) await apply(client, claimed)
      })
    )
  )
  return rows.length / ((performance.now() - started) / 1000)
}
