import { describe, expect, it } from "vitest"
import { until } from "../../../../test/support/host.ts"
import type { Running } from "../ehrTests.ts"
import { addPatient, type Client, type Heard, listen, logIn } from "../support.ts"

const startThread = async (client: Client, patientId: string, more: object = {}) => {
  const { body } = await client.post(`/patients/${patientId}/threads`, { subject: "Diet", body: "First", ...more })
  return body as { readonly id: string }
}

const unreadIn = async (client: Client, threadId: string): Promise<number> => {
  const { body } = await client.get("/inbox?limit=100")
  return body.items.find(({ id }: { id: string }) => id === threadId).unreadCount
}

export const threadTests = (running: () => Running): void => {
  describe("threads and their messages", () => {
    it("keeps what the team says about a patient, newest first and in pages", async () => {
      const { ehr, people } = running()
      const nora = await logIn(ehr, people.nora)
      const ned = await logIn(ehr, people.ned)
      const thread = await startThread(nora, people.alma)
      expect((await ned.get(`/threads/${thread.id}`)).body).toMatchObject({
        patientId: people.alma,
        subject: "Diet",
        createdBy: people.nora.id,
        assignedTo: null
      })
      await ned.post(`/threads/${thread.id}/messages`, { body: "Second" })
      await nora.post(`/threads/${thread.id}/messages`, { body: "Third" })
      const first = await nora.get(`/threads/${thread.id}/messages?limit=2`)
      expect(first.body.items).toMatchObject([
        { body: "Third", senderId: people.nora.id },
        { body: "Second", senderId: people.ned.id }
      ])
      const next = await nora.get(`/threads/${thread.id}/messages?limit=2&before=${first.body.items[1].id}`)
      expect(next.body.items).toMatchObject([{ body: "First" }])
    })

    it("counts for each user what the others wrote since that user read", async () => {
      const { ehr, people } = running()
      const [nora, ned, nadia] = await Promise.all([
        logIn(ehr, people.nora),
        logIn(ehr, people.ned),
        logIn(ehr, people.nadia)
      ])
      const thread = await startThread(nora, people.alma)
      const { body: second } = await nora.post(`/threads/${thread.id}/messages`, { body: "Second" })
      await nora.post(`/threads/${thread.id}/messages`, { body: "Third" })
      expect(await Promise.all([nora, ned, nadia].map((each) => unreadIn(each, thread.id)))).toEqual([0, 3, 3])

      expect(await ned.post(`/threads/${thread.id}/read`, { messageId: second.id })).toMatchObject({ status: 204 })
      expect(await Promise.all([nora, ned, nadia].map((each) => unreadIn(each, thread.id)))).toEqual([0, 1, 3])

      await nadia.post(`/threads/${thread.id}/messages`, { body: "Fourth" })
      expect(await Promise.all([nora, ned, nadia].map((each) => unreadIn(each, thread.id)))).toEqual([1, 2, 0])
    })

    it("does not unread, and reads no message of another thread", async () => {
      const { ehr, people } = running()
      const nora = await logIn(ehr, people.nora)
      const ned = await logIn(ehr, people.ned)
      const thread = await startThread(nora, people.alma)
      const { body: early } = await nora.post(`/threads/${thread.id}/messages`, { body: "Early" })
      const { body: late } = await nora.post(`/threads/${thread.id}/messages`, { body: "Late" })
      await ned.post(`/threads/${thread.id}/read`, { messageId: late.id })
      await ned.post(`/threads/${thread.id}/read`, { messageId: early.id })
      expect(await unreadIn(ned, thread.id)).toBe(0)
      const other = await startThread(nora, people.alma)
      expect(await ned.post(`/threads/${other.id}/read`, { messageId: late.id })).toMatchObject({ status: 404 })
    })

    it("deletes a patient's threads and messages with the patient, which takes an admin", async () => {
      const { ehr, people } = running()
      const nora = await logIn(ehr, people.nora)
      const nadia = await logIn(ehr, people.nadia)
      const patient = await addPatient(ehr.pool, people.northClinic, "Cyrus", "Vale")
      const thread = await startThread(nora, patient)
      expect(await nora.request("DELETE", `/patients/${patient}`)).toMatchObject({ status: 403 })
      expect(await nadia.request("DELETE", `/patients/${patient}`)).toMatchObject({ status: 204 })
      expect(await nora.get(`/patients/${patient}`)).toMatchObject({ status: 404 })
      expect(await nora.get(`/threads/${thread.id}`)).toMatchObject({ status: 404 })
      const left = await ehr.pool.query(
        `select id from messages where thread_id = $1
         union all select thread_id from message_read_status where thread_id = $1`,
        [thread.id]
      )
      expect(left.rows).toEqual([])
      expect(await nadia.request("DELETE", `/patients/${people.bela}`)).toMatchObject({ status: 404 })
    })
  })

  describe("a thread's assignee", () => {
    const quarterPasses = (threadId: string, messageAge: string) =>
      running().ehr.pool.query(
        `with aged as (update messages set sent_at = now() - $2::interval where thread_id = $1)
         update jobs set run_at = now() where payload ->> 'threadId' = $1::text`,
        [threadId, messageAge]
      )
    const reminderOf = async (threadId: string): Promise<Date | undefined> => {
      const { rows } = await running().ehr.pool.query<{ runAt: Date }>(
        `select run_at as "runAt" from jobs where kind = 'thread.unread_reminder' and payload ->> 'threadId' = $1`,
        [threadId]
      )
      return rows[0]?.runAt
    }

    const isReminderOf =
      (threadId: string) =>
      ({ event, payload }: Heard) =>
        event === "thread.unread" && payload.threadId === threadId

    it("is told of what stays unread for a quarter of an hour", async () => {
      const { ehr, people } = running()
      const nora = await logIn(ehr, people.nora)
      const { heard } = await listen(await logIn(ehr, people.ned))
      const bystander = await listen(await logIn(ehr, people.nadia))
      const thread = await startThread(nora, people.alma, { assignedTo: people.ned.id })
      await quarterPasses(thread.id, "16 minutes")
      await until(async () => heard.some(isReminderOf(thread.id)))
      expect(bystander.heard.some(isReminderOf(thread.id))).toBe(false)
    })

    it("is not told of what was read", async () => {
      const { ehr, people } = running()
      const nora = await logIn(ehr, people.nora)
      const ned = await logIn(ehr, people.ned)
      const { heard } = await listen(ned)
      const thread = await startThread(nora, people.alma, { assignedTo: people.ned.id })
      const { body } = await ned.get(`/threads/${thread.id}/messages`)
      await ned.post(`/threads/${thread.id}/read`, { messageId: body.items[0].id })
      await quarterPasses(thread.id, "16 minutes")
      await until(async () => (await reminderOf(thread.id)) === undefined)
      expect(heard.some(isReminderOf(thread.id))).toBe(false)
    })

    it("is told later of what came later", async () => {
      const { ehr, people } = running()
      const nora = await logIn(ehr, people.nora)
      const FIVE_MINUTES = 5 * 60_000
      const earliest = Date.now() + FIVE_MINUTES
      const thread = await startThread(nora, people.alma, { assignedTo: people.ned.id })
      await quarterPasses(thread.id, "10 minutes")
      const later = await until(async () => {
        const runAt = await reminderOf(thread.id)
        return runAt !== undefined && runAt.getTime() >= earliest && runAt
      })
      expect(later.getTime()).toBeLessThanOrEqual(Date.now() + FIVE_MINUTES)
    })
  })
}
