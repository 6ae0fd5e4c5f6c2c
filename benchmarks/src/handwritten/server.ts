/** The host that one writes by hand: Express, the SDK's validation, and a thread and a message written in the request. */
import express from "express"
import pg from "pg"
import twilio from "twilio"
import { authToken, path, publicUrl } from "../support/account.ts"

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
await pool.query(`
  create table if not exists threads (
    id bigint generated always as identity primary key, contact text unique not null, number text not null,
    unread int not null default 0, last_message_at timestamptz, last_message text
  );
  create table if not exists thread_messages (
    id bigint generated always as identity primary key, thread_id bigint not null references threads,
    sid text unique not null, body text not null, created_at timestamptz not null default now()
  );
  create index if not exists thread_messages_thread on thread_messages (thread_id, created_at desc)`)

const app = express()
app.use(express.urlencoded({ extended: false }))
app.post(path, async (request, response) => {
  const form = request.body as Record<string, string>
  const signature = request.header("x-twilio-signature") ?? ""
  if (!twilio.validateRequest(authToken, signature, publicUrl + path, form)) {
    response.status(403).end()
    return
  }
  const client = await pool.connect()
  try {
    await client.query("begin")
    const { rows } = await client.query<{ id: string }>(
      `insert into threads (contact, number, unread, last_message_at, last_message) values ($1, $2, 1, now(), $3)
       on conflict (contact) do update set unread = threads.unread + 1, last_message_at = now(), last_message = excluded.last_message
       returning id`,
      [form.From, form.To, form.Body]
    )
    await client.query(
      "insert into thread_messages (thread_id, sid, body) values ($1, $2, $3) on conflict (sid) do nothing",
      [rows[0]?.id, form.MessageSid, form.Body]
    )
    await client.query("commit")
    response.type("text/xml").send("<Response/>")
  } catch {
    await client.query("rollback")
    response.status(500).end()
  } finally {
    client.release()
  }
})
const server = app.listen(0, "127.0.0.1", () => {
  const address = server.address()
  console.log(`ready ${typeof address === "object" ? address?.port : ""}`)
})
