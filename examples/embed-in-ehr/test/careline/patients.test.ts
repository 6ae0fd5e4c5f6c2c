/** What the EHR's tables hold to beside Careline: patients who go, messages of one thread, its own statements. */
import type { Thread } from "careline"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { repositories } from "../../src/careline/repositories/index.ts"
import { withTransaction } from "../../src/ehr/database.ts"
import { listInbox } from "../../src/ehr/inbox.ts"
import { listMessages, markRead, postMessage } from "../../src/ehr/messages.ts"
import type { User } from "../../src/ehr/sessions.ts"
import { people, startServices, type TestServices } from "./ehrDatabase.ts"
import { aThread, at, textIn } from "./externalThread.ts"

const [siteGroupId] = people.siteGroups
const [kim, sam] = people.users
const [ada, ben] = people.patients
const scope = [siteGroupId]

let ehr: TestServices
let careline: ReturnType<typeof repositories>

beforeEach(async () => {
  ehr = await startServices()
  careline = repositories(ehr)
})
afterEach(() => ehr.close())

const save = (thread: Thread) =>
  withTransaction(ehr.pool, (tx) => careline.changes(tx).apply([{ _tag: "ThreadSaved", thread }]))

const patientsOf = async ({ id }: Thread) => (await careline.threads(ehr.pool).get(scope, id, kim))?.thread.patientIds

const deletePatient = (id: string) => ehr.pool.query("delete from patients where id = $1", [id])

describe("A patient who is deleted", () => {
  it("is unlinked from external threads, which stay with all that was written", async () => {
    const thread = await aThread(ehr.pool, [ben, ada])
    const message = await textIn(ehr.pool, thread)
    await withTransaction(ehr.pool, (tx) =>
      careline.changes(tx).apply([
        { _tag: "MessageAdded", message },
        { _tag: "ThreadSaved", thread }
      ])
    )
    expect(await patientsOf(thread)).toEqual([ben, ada])
    await deletePatient(ben)
    const found = await careline.threads(ehr.pool).get(scope, thread.id, kim)
    expect(found?.thread).toEqual({ ...thread, patientIds: [ada] })
    const query = { siteGroupingId: siteGroupId, threadId: thread.id, limit: 10, cursor: null }
    expect(await careline.messages(ehr.pool).list(query)).toEqual({ items: [message], nextCursor: null })
  })

  it("is no link of a thread that is saved with it", async () => {
    const thread = await aThread(ehr.pool, [ben, ada])
    await deletePatient(ben)
    await save(thread)
    expect(await patientsOf(thread)).toEqual([ada])
  })

  it("may go while a thread that it is linked to is saved", async () => {
    const thread = await aThread(ehr.pool, [ada, ben])
    await save(thread)
    const deleting = await ehr.pool.connect()
    await deleting.query("begin")
    await deleting.query("delete from patients where id = $1", [ada])
    const saving = save({ ...thread, patientIds: [ben, ada] })
    await expect.poll(waitingForLocks).toBe(1)
    await deleting.query("commit")
    deleting.release()
    await saving
    expect(await patientsOf(thread)).toEqual([ben])
  })
})

const waitingForLocks = async (): Promise<number> => {
  const { rows } = await ehr.pool.query(
    "select count(*)::integer as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
  )
  return rows[0].count
}

describe("The links of a thread", () => {
  it("are in the order in which they were saved last", async () => {
    const thread = await aThread(ehr.pool, [ben, ada])
    for (const patientIds of [[ben, ada], [ada, ben], [ben], [], [ada, ben, ada]]) {
      await save({ ...thread, patientIds })
      expect(await patientsOf(thread)).toEqual([...new Set(patientIds)])
    }
  })

  it("are loaded as the transaction left them that was waited for", async () => {
    const thread = await aThread(ehr.pool, [])
    await save(thread)
    const load = (tx: Parameters<typeof careline.threads>[0]) =>
      careline.threads(tx).loadByIds([{ siteGroupingId: siteGroupId, threadId: thread.id }])
    const waiting = await withTransaction(ehr.pool, async (tx) => {
      await load(tx)
      const other = withTransaction(ehr.pool, load)
      await careline.changes(tx).apply([{ _tag: "ThreadSaved", thread: { ...thread, patientIds: [ada] } }])
      await expect.poll(waitingForLocks).toBe(1)
      return { other }
    })
    expect((await waiting.other).map(({ patientIds }) => patientIds)).toEqual([[ada]])
  })
})

/** A thread of the care team about a patient, as the EHR keeps it. */
const internalThread = async (): Promise<string> => {
  const { rows } = await ehr.pool.query(
    "insert into threads (patient_id, subject, created_by, assigned_to) values ($1, 'Discharge', $2, $3) returning id",
    [ada, kim, sam]
  )
  return rows[0].id
}

describe("A message", () => {
  const insertMessage = (columns: Readonly<Record<string, unknown>>) =>
    ehr.pool.query(
      `insert into messages (body, ${Object.keys(columns).join(", ")})
       values ('Hello', ${Object.keys(columns)
         .map((_, index) => `$${index + 1}`)
         .join(", ")})`,
      Object.values(columns)
    )

  it("is of one thread: not of two, and not of none", async () => {
    const thread = await aThread(ehr.pool, [])
    await save(thread)
    const internal = { thread_id: await internalThread(), sender_id: kim }
    const external = {
      external_thread_id: thread.id,
      place: 1,
      kind: "sms",
      direction: "inbound",
      attachments: "[]",
      details: "{}"
    }
    const refused = (constraint: string) => expect.objectContaining({ code: "23514", constraint })
    await expect(insertMessage({ sender_id: kim })).rejects.toEqual(refused("messages_one_thread"))
    await expect(insertMessage({ ...internal, external_thread_id: thread.id })).rejects.toMatchObject({ code: "23514" })
    await expect(insertMessage({ ...internal, ...external })).rejects.toMatchObject({ code: "23514" })
    await expect(insertMessage({ ...internal, sender_id: null })).rejects.toEqual(refused("messages_internal"))
    await expect(insertMessage({ ...external, place: null })).rejects.toEqual(refused("messages_external"))
    await insertMessage(internal)
    await insertMessage(external)
  })

  it("is read up to in one thread: not in two, and not in none", async () => {
    const thread = await aThread(ehr.pool, [])
    await save(thread)
    const threadId = await internalThread()
    await insertMessage({ thread_id: threadId, sender_id: kim })
    for (const ids of [
      [null, null],
      [threadId, thread.id]
    ]) {
      const read = ehr.pool.query(
        `insert into message_read_status (user_id, last_read_message_id, thread_id, external_thread_id)
         select $1, max(id), $2::bigint, $3::bigint from messages`,
        [kim, ...ids]
      )
      await expect(read).rejects.toMatchObject({ constraint: "message_read_status_one_thread" })
    }
  })
})

describe("The EHR's own statements", () => {
  it("post, read and list as they did before there was a line", async () => {
    const external = await aThread(ehr.pool, [ada])
    await withTransaction(ehr.pool, async (tx) => {
      const message = await textIn(ehr.pool, external)
      await careline.changes(tx).apply([
        { _tag: "ThreadSaved", thread: external },
        { _tag: "MessageAdded", message }
      ])
      const mark = { siteGroupingId: siteGroupId, threadId: external.id, userId: sam, position: 1, readAt: at }
      await careline.messages(tx).markRead(mark)
    })
    const thread = { id: await internalThread(), siteGroupId }
    const post = (sender: string, body: string) =>
      withTransaction(ehr.pool, (tx) => postMessage(tx, ehr, thread, sender, body))
    const first = await post(kim, "Can she go home?")
    const second = await post(kim, "Tomorrow, I mean.")
    const user: User = { id: sam, displayName: "Sam", role: "clinician", siteGroupIds: [siteGroupId] }
    const unread = async () =>
      (await listInbox(ehr.pool, user, { limit: 10 }))
        .filter(({ kind }) => kind === "patient")
        .map(({ unreadCount }) => unreadCount)
    expect(await unread()).toEqual([2])
    await markRead(ehr.pool, sam, thread.id, second.id)
    await markRead(ehr.pool, sam, thread.id, first.id)
    expect(await unread()).toEqual([0])
    const shown = await listMessages(ehr.pool, thread.id, { limit: 10 })
    expect(shown.map(({ body }) => body)).toEqual(["Tomorrow, I mean.", "Can she go home?"])
  })
})
