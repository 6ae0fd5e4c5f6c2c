/** Patient threads go on beside external ones: one inbox, read status for both, both isolated by site group. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { addPatient, type Client, logIn } from "../support.ts"
import { type Line, openLine } from "./line.ts"

const contact = "+13035550177"

describe("The shared inbox", () => {
  let line: Line
  let nora: Client
  let ned: Client
  let patientThread: string
  let externalThread: string

  const inbox = async (client: Client, query = "") => (await client.get(`/inbox${query}`)).body

  beforeAll(async () => {
    line = await openLine()
    nora = await logIn(line.ehr, line.people.nora)
    ned = await logIn(line.ehr, line.people.ned)
    // Whoever has looked before has what comes in from then on unread.
    await Promise.all([nora.get("/inbox"), ned.get("/inbox")])
    const started = await ned.post(`/patients/${line.people.alma}/threads`, { subject: "Discharge", body: "Today?" })
    patientThread = started.body.id
    await line.text(contact, "Is the pharmacy open on Sunday?")
    externalThread = (await line.threadWhen(nora, contact)).thread.id
  })
  afterAll(() => line.close())

  it("has both kinds, the newest first, each with its badge", async () => {
    const { items } = await inbox(nora)
    expect(items).toMatchObject([
      { kind: "external", id: externalThread, title: contact, unreadCount: 1 },
      { kind: "patient", id: patientThread, title: "Alma Reyes: Discharge", preview: "Today?", unreadCount: 1 }
    ])
    await ned.post(`/threads/${patientThread}/messages`, { body: "Tomorrow, then." })
    expect((await inbox(nora)).items.map(({ kind }: { kind: string }) => kind)).toEqual(["patient", "external"])
  })

  it("knows what each user has read, of both kinds", async () => {
    const unread = async (client: Client) =>
      Object.fromEntries(
        (await inbox(client)).items.map((item: { kind: string; unreadCount: number }) => [item.kind, item.unreadCount])
      )
    expect(await unread(nora)).toEqual({ patient: 2, external: 1 })
    const [newest] = (await nora.get(`/threads/${patientThread}/messages`)).body.items
    await nora.post(`/threads/${patientThread}/read`, { messageId: newest.id })
    expect(await unread(nora)).toEqual({ patient: 0, external: 1 })
    const text = (await line.messagesOf(nora, externalThread)).find(({ direction }) => direction === "inbound")
    expect((await nora.post(`/external-threads/${externalThread}/read`, { messageId: text.id })).status).toBe(204)
    expect(await unread(nora)).toEqual({ patient: 0, external: 0 })
    expect(await unread(ned)).toEqual({ patient: 0, external: 1 })
    const { items } = (await ned.get(`/external-threads/${externalThread}/readers`)).body
    expect(items).toMatchObject([{ userId: line.people.nora.id, messageId: text.id }])
    expect((await nora.post(`/external-threads/${externalThread}/read`, { messageId: null })).status).toBe(204)
    expect(await unread(nora)).toEqual({ patient: 0, external: 1 })
    const listed = (await nora.get("/external-threads?view=unread")).body.items
    expect(listed).toMatchObject([{ thread: { id: externalThread }, unreadCount: 1 }])
    const nadia = await logIn(line.ehr, line.people.nadia)
    expect((await unread(nadia)).external).toBe(0)
  })

  it("goes on behind a cursor through both kinds, though their ids are the same", async () => {
    for (let count = 0; count < 4; count++) {
      await ned.post(`/patients/${line.people.alma}/threads`, { subject: `Subject ${count}`, body: "Hello" })
      await line.text(`+1303555018${count}`, "Hello")
      await line.threadWhen(nora, `+1303555018${count}`)
    }
    await line.ehr.pool.query("update threads set last_message_at = '2026-03-02T17:00:00Z'")
    await line.ehr.pool.query("update external_threads set last_message_at = '2026-03-02T17:00:00Z'")
    const key = ({ id, kind }: { id: string; kind: string }) => `${kind} ${id}`
    const whole = (await inbox(nora, "?limit=100")).items.map(key)
    expect(whole).toHaveLength(10)
    const seen: Array<string> = []
    let page = await inbox(nora, "?limit=3")
    for (;;) {
      seen.push(...page.items.map(key))
      if (page.cursor === null) break
      page = await inbox(nora, `?limit=3&cursor=${page.cursor}`)
    }
    expect(seen).toEqual(whole)
  })

  it("shows nobody the threads of another site group, by whatever way", async () => {
    const sam = await logIn(line.ehr, line.people.sam)
    expect((await inbox(sam)).items).toEqual([])
    expect((await sam.get("/external-threads?view=all")).body.items).toEqual([])
    const [message] = await line.messagesOf(nora, externalThread)
    const answers = await Promise.all([
      sam.get(`/external-threads/${externalThread}`),
      sam.get(`/external-threads/${externalThread}/messages`),
      sam.post(`/external-threads/${externalThread}/messages`, { body: "Hello" }),
      sam.post(`/external-threads/${externalThread}/read`, { messageId: message.id }),
      sam.request("PATCH", `/external-threads/${externalThread}`, { contactName: "Mine" }),
      sam.request("DELETE", `/external-threads/${externalThread}`),
      sam.get(`/site-groups/${line.people.north}/line-settings`),
      sam.post("/external-threads", { siteGroupId: line.people.north, contact: "+13035550199" }),
      sam.get("/external-threads/nothing")
    ])
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404))
    expect(line.sentTo(contact).filter(({ body }) => body === "Hello")).toEqual([])
  })

  it("knows contacts, patients, facilities and users from the EHR's own tables", async () => {
    const { alma, bela, ned, north, northClinic, sam } = line.people
    await line.ehr.pool.query("update patients set phone = '+13035550150' where id = $1", [alma])
    await line.text("+13035550150", "It is me.")
    const own = await line.threadWhen(nora, "+13035550150")
    expect(own.thread.contactName).toBe("Alma Reyes")
    const edit = (body: unknown) => nora.request("PATCH", `/external-threads/${own.thread.id}`, body)
    expect((await edit({ patientIds: [alma], assigneeId: ned.id })).body.thread).toMatchObject({
      patientIds: [alma],
      assigneeId: ned.id
    })
    expect((await edit({ patientIds: [bela] })).status).toBe(422)
    expect((await edit({ assigneeId: sam.id })).status).toBe(422)
    expect((await edit({ facilityId: "9999999" })).status).toBe(422)
    expect((await edit({ facilityId: northClinic })).body.thread).toMatchObject({
      facilityId: northClinic,
      patientIds: []
    })
    const opened = await nora.post("/external-threads", { siteGroupId: north, contact: "(212) 555-0100" })
    expect(opened.body.thread.contactName).toBe("North Clinic")
  })

  it("names nobody whose phone is another's as well", async () => {
    const { ehr, people } = line
    const cleo = await addPatient(ehr.pool, people.northClinic, "Cleo", "Reyes")
    await ehr.pool.query("update patients set phone = '+13035550151' where id = any($1)", [[people.alma, cleo]])
    await line.text("+13035550151", "It is one of us.")
    expect((await line.threadWhen(nora, "+13035550151")).thread.contactName).toBeNull()
  })

  it("unlinks external threads from a patient who is deleted, and keeps them", async () => {
    const nadia = await logIn(line.ehr, line.people.nadia)
    await nora.request("PATCH", `/external-threads/${externalThread}`, { patientIds: [line.people.alma] })
    expect((await nadia.request("DELETE", `/patients/${line.people.alma}`)).status).toBe(204)
    const { body } = await nora.get(`/external-threads/${externalThread}`)
    expect(body.thread.patientIds).toEqual([])
    expect((await line.messagesOf(nora, externalThread)).length).toBeGreaterThan(0)
    expect((await nora.get(`/threads/${patientThread}`)).status).toBe(404)
    expect((await inbox(nora, "?limit=100")).items.map(({ kind }: { kind: string }) => kind)).not.toContain("patient")
    await line.text(contact, "And on Monday?")
    await line.threadWhen(nora, contact, ({ thread }) => thread.lastMessagePreview === "And on Monday?")
  })

  it("shows system admins what no line of ours could take", async () => {
    await line.simulator.receive({ from: contact, to: "+12025550199", body: "Is this the clinic?" })
    const root = await logIn(line.ehr, line.people.root)
    expect((await root.get("/parked-texts")).body.items).toMatchObject([{ reason: "the number is no line of ours" }])
    expect((await nora.get("/parked-texts")).status).toBe(404)
  })

  it("shows what comes in while a provider keeps many texts waiting", async () => {
    line.simulator.faults.everySend("hangs")
    for (let count = 0; count < 60; count++) await line.text(`+1303555${1200 + count}`, "Hello")
    await line.text(contact, "She has chest pain.")
    await line.threadWhen(nora, contact, ({ thread }) => thread.lastMessagePreview === "She has chest pain.")
    const { rows } = await line.ehr.pool.query("select from outbound_texts where state = 'queued'")
    expect(rows.length).toBeGreaterThan(0)
    line.simulator.faults.clear()
  })

  it("lets only admins set the line up", async () => {
    const lineSettings = `/site-groups/${line.people.north}/line-settings`
    expect((await nora.request("PUT", lineSettings, { voipEnabled: false })).status).toBe(403)
    expect((await nora.post("/phone-lines", { siteGroupId: line.people.north, number: "+12025550101" })).status).toBe(
      403
    )
    const nadia = await logIn(line.ehr, line.people.nadia)
    expect((await nadia.request("PUT", lineSettings, { escalationTimerMinutes: -1 })).status).toBe(422)
    const elsewhere = { siteGroupId: line.people.south, number: "+12025550101" }
    expect((await nadia.post("/phone-lines", elsewhere)).status).toBe(404)
    const root = await logIn(line.ehr, line.people.root)
    expect((await root.post("/phone-lines", { ...elsewhere, siteGroupId: "987654" })).status).toBe(404)
    expect((await root.get("/site-groups/abc/line-settings")).status).toBe(404)
  })
})
