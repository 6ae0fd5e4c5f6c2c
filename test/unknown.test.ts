/** Texts whose outcome nobody knows, through each provider: never sent twice by themselves, and never forgotten. */
import { providerNames } from "@careline/server"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Host from "./support/host.ts"
import { type Line, openLine, ownNumber } from "./support/line.ts"

const number = "+12025550100"

interface Message {
  readonly id: string
  readonly content: string
  readonly deliveryStatus: string | null
  readonly metaData: {
    readonly messageSubType?: string
    readonly needsDecision?: boolean
    readonly failureReason?: string
    readonly delay?: { readonly reason: string } | null
  }
}
interface Items<A> {
  readonly items: ReadonlyArray<A>
}

describe.each(providerNames)("A text of unknown outcome through %s", (provider) => {
  let line: Line
  let count = 0

  beforeAll(async () => {
    line = await openLine({
      provider,
      timeoutMillis: 300,
      limits: { lookEvery: 100, looksUntilLost: 2, looksUntilUndecided: 3, pollEvery: 50, pollEveryMax: 50 }
    })
    await ownNumber(line.active, number)
    await api("POST", "/phone-numbers", { number })
  })
  afterAll(() => line.close())

  const api = <A>(method: string, path: string, body?: unknown) =>
    Host.api<A>(line.url, line.bearer, method, path, body)

  /** A contact writes; the path of their thread's messages. */
  const conversation = async (contact: string): Promise<string> => {
    await line.active.simulator.receive({ from: contact, to: number, body: "hello" })
    const thread = await Host.until(async () => {
      const { body } = await api<Items<{ readonly id: string }>>("POST", "/external-threads/search", { q: contact })
      return body.items[0]
    })
    return `/external-threads/${thread.id}/messages`
  }
  const fresh = () => `+1303555${String(2000 + ++count)}`
  const sentTo = (contact: string) => line.active.simulator.ledger.sent.filter(({ to }) => to === contact)

  const reply = async (path: string, words: string) => {
    const { body } = await api<Message>("POST", path, { content: words })
    return async () => (await api<Items<Message>>("GET", path)).body.items.find(({ id }) => id === body.id)!
  }
  const ends = (look: () => Promise<Message>, status: string) =>
    Host.until(async () => {
      const message = await look()
      return message.deliveryStatus === status && message
    })

  it("is none where the provider refuses it: the message says why", async () => {
    const contact = fresh()
    const path = await conversation(contact)
    line.active.simulator.faults.onSend("rejectedInvalidRecipient")
    const refused = await ends(await reply(path, "Yes, with food."), "failed")
    assert.strictEqual(refused.metaData.failureReason, "invalid_recipient")
    assert.isEmpty(sentTo(contact))
  })

  it("is none where the provider asks to wait: the message says so, and then it goes", async () => {
    const contact = fresh()
    const path = await conversation(contact)
    line.active.simulator.faults.onSend("rateLimited")
    const look = await reply(path, "Yes, with food.")
    const delayed = await Host.until(async () => {
      const message = await look()
      return message.metaData.delay !== undefined && message
    })
    // `null` once it has gone on.
    assert.oneOf(delayed.metaData.delay?.reason, ["provider_throttled", undefined])
    await ends(look, "delivered")
    assert.lengthOf(sentTo(contact), 1)
  })

  it("is settled by the provider's reports when only the answer was lost", async () => {
    const contact = fresh()
    const path = await conversation(contact)
    line.active.simulator.faults.onSend("acceptedThenHang")
    await ends(await reply(path, "Yes, with food."), "delivered")
    assert.lengthOf(sentTo(contact), 1)
  })

  it("is found at the provider when the reports are lost as well", async () => {
    const contact = fresh()
    const path = await conversation(contact)
    line.active.simulator.faults.onSend("acceptedThenReset")
    line.active.simulator.faults.allReports("lostStatuses")
    await ends(await reply(path, "Yes, with food."), "delivered")
    line.active.simulator.faults.clear()
    assert.lengthOf(sentTo(contact), 1)
  })

  it("waits for a person when nobody can tell, and goes once when they say so", async () => {
    const contact = fresh()
    const path = await conversation(contact)
    line.active.simulator.faults.onSend("providerDown")
    const look = await reply(path, "Yes, with food.")
    const undecided = await Host.until(async () => {
      const message = await look()
      return message.metaData.needsDecision === true && message
    })
    assert.strictEqual(undecided.deliveryStatus, "unknown")
    const listed = await api<Items<Message>>("GET", "/messages?deliveryStatus=unknown&needsDecision=true")
    assert.deepInclude(
      listed.body.items.map(({ id }) => id),
      undecided.id
    )
    assert.isEmpty(sentTo(contact))

    const answers = await Promise.all([1, 2].map(() => api("POST", `/messages/${undecided.id}/resend`)))
    assert.sameMembers(
      answers.map(({ status }) => status),
      [202, 409]
    )
    await ends(look, "delivered")
    assert.lengthOf(sentTo(contact), 1)
    const after = await api<Items<Message>>("GET", "/messages?deliveryStatus=unknown&needsDecision=true")
    assert.isEmpty(after.body.items)
  })

  it("is let go when it was an automatic answer: nobody has to look, and nobody gets it twice", async () => {
    await api("PUT", "/voip-settings", { autoReplyMessage: "We will answer soon." })
    line.active.simulator.faults.onSend("providerDown")
    const contact = fresh()
    const path = await conversation(contact)
    const automatic = await Host.until(async () => {
      const { body } = await api<Items<Message>>("GET", path)
      return body.items.find(({ deliveryStatus, metaData }) => {
        return metaData.messageSubType === "auto_reply" && deliveryStatus === "unknown"
      })
    })
    // A reply to the same contact leaves only once the automatic answer is out of the way.
    await ends(await reply(path, "Here we are."), "delivered")
    const { body } = await api<Items<Message>>("GET", "/messages?deliveryStatus=unknown")
    const listed = body.items.find(({ id }) => id === automatic.id)
    assert.isNotTrue(listed?.metaData.needsDecision)
    assert.deepStrictEqual(
      sentTo(contact).map((text) => text.body),
      ["Here we are."]
    )
    await api("PUT", "/voip-settings", { autoReplyMessage: null })
  })
})
