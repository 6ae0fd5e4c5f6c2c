/** The conversation of `pnpm demo`, through the EHR's own Express, tables, jobs and sessions. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { until } from "../../../../test/support/host.ts"
import { type Client, listen, logIn } from "../support.ts"
import { LINE, type Line, ON_CALL, openLine } from "./line.ts"

const contact = "+13035550123"
const ofKind = (messages: ReadonlyArray<any>, kind: string) =>
  messages.filter(({ metaData }) => metaData.messageSubType === kind)

describe("A conversation with the EHR's line", () => {
  let line: Line
  let nora: Client
  let threadId: string
  const view = (holds?: (view: any) => boolean) => line.threadWhen(nora, contact, holds)

  beforeAll(async () => {
    line = await openLine()
    nora = await logIn(line.ehr, line.people.nora)
  })
  afterAll(() => line.close())

  it("begins with a text: the thread is there, locked to the number, answered once", async () => {
    const socket = await listen(nora)
    expect(await line.text(contact, "Hi, this is Ana's daughter. Can she take the new pill with food?")).toBe(200)
    const found = await view()
    threadId = found.thread.id
    expect(found.phoneNumber).toBe(LINE)
    const [autoReply] = await until(async () => {
      const sent = line.sentTo(contact)
      return sent.length > 0 && sent
    })
    expect(autoReply).toMatchObject({ from: LINE, body: "Thank you for texting us. We answer within the hour." })

    await line.text(contact, "She is 82, if that matters.")
    const messages = await until(async () => {
      const all = await line.messagesOf(nora, threadId)
      return all.filter(({ direction }) => direction === "inbound").length === 2 && all
    })
    expect(ofKind(messages, "auto_reply")).toHaveLength(1)
    // The chat gateway tells the sockets of the site group, and tells ids only.
    await until(async () => socket.heard.some(({ payload }) => payload?.threadId === threadId))
    expect(JSON.stringify(socket.heard)).not.toContain("pill")
  })

  it("goes on with a reply from the locked number, which is delivered", async () => {
    const words = "Yes, with food is best. Call us if she feels dizzy."
    const { body, status } = await nora.post(`/external-threads/${threadId}/messages`, { body: words })
    expect([status, body.deliveryStatus, body.senderId]).toEqual([202, "queued", line.people.nora.id])
    await until(async () =>
      (await line.messagesOf(nora, threadId)).some(
        ({ deliveryStatus, id }) => id === body.id && deliveryStatus === "delivered"
      )
    )
    expect(line.sentTo(contact).filter((sent) => sent.body === words)).toMatchObject([{ from: LINE }])
  })

  it("obeys STOP, and START", async () => {
    await line.text(contact, "STOP")
    await view(({ optedOut }) => optedOut)
    const refused = await nora.post(`/external-threads/${threadId}/messages`, { body: "Are you still there?" })
    expect(refused).toMatchObject({
      status: 409,
      type: "application/problem+json; charset=utf-8",
      body: { type: "urn:careline:problem:send-refused", reason: "recipient_opted_out" }
    })
    await line.text(contact, "START")
    await view(({ optedOut }) => !optedOut)
  })

  it("escalates when nobody answers, without a word about the patient", async () => {
    const nadia = await logIn(line.ehr, line.people.nadia)
    await nadia.request("PUT", `/site-groups/${line.people.north}/line-settings`, { escalationTimerMinutes: 0.005 })
    await line.text(contact, "She feels dizzy now. What should we do?")
    await until(async () => ofKind(await line.messagesOf(nora, threadId), "escalation").length === 1)
    const [alarm] = await until(async () => {
      const sent = line.sentTo(ON_CALL)
      return sent.length > 0 && sent
    })
    expect(alarm?.body).toContain(`/external-threads/${threadId}`)
    expect(alarm?.body).not.toContain("dizzy")
  })

  it("sends nothing twice, and leaves no failed job behind", async () => {
    await line.simulator.idle()
    const bodies = line.simulator.ledger.sent.map(({ body, to }) => `${to} ${body}`)
    expect(new Set(bodies).size).toBe(bodies.length)
    const { rows } = await line.ehr.pool.query("select kind, last_error from jobs where last_error is not null")
    expect(rows).toEqual([])
  })
})
