import { describe, expect, it } from "vitest"
import { until } from "../../../../test/support/host.ts"
import type { Running } from "../ehrTests.ts"
import { Client, logIn, PASSWORD } from "../support.ts"

const NOT_FOUND = { status: 404, type: "application/problem+json; charset=utf-8" }

export const accessTests = (running: () => Running): void => {
  describe("who gets in", () => {
    it("knows a user from login to logout, in every process", async () => {
      const { ehr, other, people } = running()
      const nora = await logIn(ehr, people.nora)
      const elsewhere = new Client(other.url)
      elsewhere.cookie = nora.cookie
      const expected = { id: people.nora.id, displayName: "nora", role: "clinician", siteGroupIds: [people.north] }
      expect(await nora.get("/me")).toMatchObject({ status: 200, body: expected })
      expect(await elsewhere.get("/me")).toMatchObject({ status: 200, body: expected })
      expect(await nora.post("/logout")).toMatchObject({ status: 204 })
      expect(await elsewhere.get("/me")).toMatchObject({ status: 401 })
    })

    it("gives a cookie that no script and no other site can use, and keeps only its hash", async () => {
      const { ehr, people } = running()
      const response = await fetch(`${ehr.url}/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: people.nora.email, password: PASSWORD })
      })
      const [cookie = ""] = response.headers.getSetCookie()
      expect(cookie).toMatch(/^ehr_session=[\w-]{43}; .*HttpOnly; SameSite=Lax$/)
      const { rows } = await ehr.pool.query("select token_hash::text as hash from sessions")
      expect(JSON.stringify(rows)).not.toContain(cookie.slice("ehr_session=".length, 55))
    })

    it("refuses a wrong password as it refuses an email that nobody has", async () => {
      const { ehr, people } = running()
      const client = new Client(ehr.url)
      const wrong = await client.post("/login", { email: people.nora.email, password: "guess" })
      const nobody = await client.post("/login", { email: "nobody@example.com", password: "guess" })
      expect(wrong).toMatchObject({ status: 401, type: "application/problem+json; charset=utf-8" })
      expect(nobody).toEqual(wrong)
      expect(await client.get("/inbox")).toMatchObject({ status: 401 })
    })

    it("ends a session that has expired, and sweeps it", async () => {
      const { ehr, people } = running()
      const ned = await logIn(ehr, people.ned)
      await ehr.pool.query("update sessions set expires_at = now() where user_id = $1", [people.ned.id])
      expect(await ned.get("/me")).toMatchObject({ status: 401 })
      await ehr.pool.query("update jobs set run_at = now() where kind = 'sessions.sweep'")
      await until(async () => {
        const { rowCount } = await ehr.pool.query("select from sessions where user_id = $1", [people.ned.id])
        return rowCount === 0
      })
    })
  })

  describe("isolation of site groups", () => {
    it("shows a patient to the site group, and to a system admin, and tells others that there is none", async () => {
      const { ehr, people } = running()
      const [nora, sam, root] = await Promise.all([people.nora, people.sam, people.root].map((one) => logIn(ehr, one)))
      const path = `/patients/${people.alma}`
      expect(await nora!.get(path)).toMatchObject({
        status: 200,
        body: { givenName: "Alma", facilityName: "North Clinic", siteGroupId: people.north }
      })
      expect(await root!.get(path)).toMatchObject({ status: 200 })
      const hidden = await sam!.get(path)
      expect(hidden).toMatchObject(NOT_FOUND)
      expect(await sam!.get("/patients/999999")).toEqual(hidden)
      expect(await sam!.get("/patients/alma")).toEqual(hidden)
    })

    it("hides a patient's threads in the same way", async () => {
      const { ehr, people } = running()
      const nora = await logIn(ehr, people.nora)
      const sam = await logIn(ehr, people.sam)
      const message = { subject: "Wound", body: "Looks better" }
      const { body: thread } = await nora.post(`/patients/${people.alma}/threads`, message)
      expect(await sam.post(`/patients/${people.alma}/threads`, message)).toMatchObject(NOT_FOUND)
      expect(await sam.get(`/threads/${thread.id}`)).toMatchObject(NOT_FOUND)
      expect(await sam.get(`/threads/${thread.id}/messages`)).toMatchObject(NOT_FOUND)
      expect(await sam.post(`/threads/${thread.id}/messages`, { body: "Hello" })).toMatchObject(NOT_FOUND)
      expect(await sam.post(`/threads/${thread.id}/read`, { messageId: "1" })).toMatchObject(NOT_FOUND)
      expect((await sam.get("/inbox")).body.items).toEqual([])
    })

    it("assigns a thread to nobody of another site group", async () => {
      const { ehr, people } = running()
      const nora = await logIn(ehr, people.nora)
      const answer = await nora.post(`/patients/${people.alma}/threads`, {
        subject: "Wound",
        body: "Please look",
        assignedTo: people.sam.id
      })
      expect(answer).toMatchObject({ status: 400 })
    })

    it("answers as well as it can when asked for nonsense", async () => {
      const { ehr, people } = running()
      const nora = await logIn(ehr, people.nora)
      expect(await nora.get("/nowhere")).toMatchObject(NOT_FOUND)
      expect(await nora.get("/inbox?cursor=1")).toMatchObject({ status: 400, body: { title: "Bad Request" } })
      expect(await nora.post(`/patients/${people.alma}/threads`, { subject: "Wound" })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: "#/body" }] }
      })
      expect(await nora.post(`/patients/${people.alma}/threads`, { subject: "\0", body: "\0" })).toMatchObject({
        status: 400
      })
      expect(await nora.get("/healthz")).toMatchObject({ status: 200 })
    })
  })
}
