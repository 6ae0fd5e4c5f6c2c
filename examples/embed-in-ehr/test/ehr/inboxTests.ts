import { describe, expect, it } from "vitest"
import type { Running } from "../ehrTests.ts"
import { logIn } from "../support.ts"

export const inboxTests = (running: () => Running): void => {
  describe("the inbox", () => {
    it("has the thread with the newest message first, with its last line", async () => {
      const { ehr, people } = running()
      const sam = await logIn(ehr, people.sam)
      const ids: Array<string> = []
      for (const subject of ["One", "Two"]) {
        const { body } = await sam.post(`/patients/${people.bela}/threads`, { subject, body: `${subject} begins` })
        ids.push(body.id)
      }
      await sam.post(`/threads/${ids[0]}/messages`, { body: "One goes on. ".repeat(20) })
      const { body } = await sam.get("/inbox?limit=2")
      expect(body.items).toMatchObject([
        { id: ids[0], title: "Bela Kovacs: One", preview: "One goes on. ".repeat(20).slice(0, 120) },
        { id: ids[1], title: "Bela Kovacs: Two", preview: "Two begins", unreadCount: 0 }
      ])
    })

    it("goes on behind the cursor, also among threads of the same moment, whatever comes meanwhile", async () => {
      const { ehr, people } = running()
      const sam = await logIn(ehr, people.sam)
      const start = (subject: string) => sam.post(`/patients/${people.bela}/threads`, { subject, body: "Hello" })
      for (let count = 0; count < 5; count++) await start(`Subject ${count}`)
      await ehr.pool.query(
        `update threads set last_message_at = date_trunc('minute', last_message_at)
         where patient_id = $1 and subject like 'Subject%'`,
        [people.bela]
      )
      const whole = await sam.get("/inbox?limit=100")
      expect(whole.body.cursor).toBeNull()

      const seen: Array<string> = []
      let path = "/inbox?limit=2"
      for (;;) {
        const { body } = await sam.get(path)
        seen.push(...body.items.map(({ id }: { id: string }) => id))
        if (body.cursor === null) break
        path = `/inbox?limit=2&cursor=${body.cursor}`
        await start("Meanwhile")
      }
      expect(seen).toEqual(whole.body.items.map(({ id }: { id: string }) => id))
    })

    it("shows a system admin the threads of all site groups", async () => {
      const { ehr, people } = running()
      const nora = await logIn(ehr, people.nora)
      const sam = await logIn(ehr, people.sam)
      const threads = await Promise.all([
        nora.post(`/patients/${people.alma}/threads`, { subject: "North", body: "Hello" }),
        sam.post(`/patients/${people.bela}/threads`, { subject: "South", body: "Hello" })
      ])
      const { body } = await (await logIn(ehr, people.root)).get("/inbox?limit=2")
      expect(body.items.map(({ id }: { id: string }) => id).sort()).toEqual(threads.map(({ body }) => body.id).sort())
    })
  })
}
