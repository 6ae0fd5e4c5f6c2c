/** The clinic changes its provider in mid-conversation: nothing is lost, and the old one's late callbacks still count. */
import { newTelnyxKey, TelnyxSimulator, TwilioSimulator } from "@careline/testkit/simulators"
import { assert, describe, it } from "vitest"
import * as Host from "./support/host.ts"
import { migratedDatabase } from "./support/postgres.ts"

const line = "+12025550100"
const contact = "+13035550123"
const profile = "740572b6-099c-44a1-89b9-6c92163bc68d"

interface Message {
  readonly id: string
  readonly content: string
  readonly deliveryStatus: string | null
  readonly metaData: { readonly provider?: string }
}
interface Items<A> {
  readonly items: ReadonlyArray<A>
}

describe("A swap of the provider in mid-conversation", () => {
  it("keeps the thread, hears the old provider out, and sends through the new one", async () => {
    const port = String(await Host.freePort())
    const url = `http://127.0.0.1:${port}`
    const key = newTelnyxKey()
    const twilio = await TwilioSimulator.start({
      accountSid: Host.accountSid,
      authTokens: [Host.authToken],
      numbers: [line],
      smsUrl: `${url}/api/v1/webhooks/twilio/sms`
    })
    const telnyx = await TelnyxSimulator.start({
      apiKey: "KEYintegration",
      signingKeys: [key],
      numbers: [line],
      messagingProfileId: profile,
      organizationId: profile,
      inboundUrl: `${url}/api/v1/webhooks/telnyx/sms`
    })
    const environment = {
      DATABASE_URL: await migratedDatabase(),
      PORT: port,
      PUBLIC_URL: url,
      TWILIO_BASE_URL: twilio.url,
      TELNYX_API_KEY: "KEYintegration",
      TELNYX_PUBLIC_KEY: key.publicKey,
      TELNYX_MESSAGING_PROFILE_ID: profile,
      TELNYX_BASE_URL: telnyx.url
    }
    const bearer = await Host.token()
    const before = await Host.startHost({ ...environment, VOIP_PROVIDER: "twilio" })
    await Host.api(url, bearer, "POST", "/phone-numbers", { number: line })
    await twilio.receive({ from: contact, to: line, body: "Can she take it with food?" })
    const thread = await Host.until(async () => {
      const { body } = await Host.api<Items<{ readonly id: string }>>(url, bearer, "GET", "/external-threads")
      return body.items[0]
    })
    const path = `/external-threads/${thread.id}/messages`
    const messages = async () => (await Host.api<Items<Message>>(url, bearer, "GET", path)).body.items
    const messageOf = async (content: string) => (await messages()).find((message) => message.content === content)

    // Twilio takes the reply, and its report comes only after the swap.
    twilio.script(contact, "silent")
    await Host.api(url, bearer, "POST", path, { content: "Yes, with food." })
    await Host.until(async () => (await messageOf("Yes, with food."))?.deliveryStatus === "sent")
    await twilio.idle()
    assert.strictEqual(await before.stop(), 0)

    const after = await Host.startHost({ ...environment, VOIP_PROVIDER: "telnyx" })
    const [taken] = twilio.ledger.sent
    const late = { MessageSid: taken!.id, MessageStatus: "delivered", From: line, To: contact }
    const callback = new URL(taken!.callbackUrl!)
    const status = await Host.webhook(url, callback.pathname + callback.search, late, url)
    assert.strictEqual(status, 204)
    await Host.until(async () => (await messageOf("Yes, with food."))?.deliveryStatus === "delivered")

    // The number was ported: the contact writes to the same one, through the new provider.
    await telnyx.receive({ from: contact, to: line, body: "And at night?" })
    await Host.until(() => messageOf("And at night?"))
    const { body: threads } = await Host.api<Items<unknown>>(url, bearer, "GET", "/external-threads?view=all")
    assert.lengthOf(threads.items, 1)

    await Host.api(url, bearer, "POST", path, { content: "At night as well." })
    const reply = await Host.until(async () => {
      const message = await messageOf("At night as well.")
      return message?.deliveryStatus === "delivered" && message
    })
    assert.strictEqual(reply.metaData.provider, "telnyx")
    assert.deepStrictEqual(
      telnyx.ledger.sent.map(({ body, from }) => ({ body, from })),
      [{ body: "At night as well.", from: line }]
    )
    assert.lengthOf(twilio.ledger.sent, 1)
    assert.deepStrictEqual(
      (await messages()).toReversed().map(({ content }) => content),
      ["Can she take it with food?", "Yes, with food.", "And at night?", "At night as well."]
    )
    await after.stop()

    // Without its credentials the old provider is nobody.
    const alone = await Host.startHost({ ...environment, VOIP_PROVIDER: "telnyx", TWILIO_ACCOUNT_SID: "" })
    assert.strictEqual(await Host.webhook(url, callback.pathname + callback.search, late, url), 501)
    await alone.stop()
    await twilio.close()
    await telnyx.close()
  })

  it.each([
    [{ VOIP_PROVIDER: "telnyx" }, "TELNYX_API_KEY"],
    [{ VOIP_PROVIDER: "telnyx", TELNYX_API_KEY: "KEY", TELNYX_PUBLIC_KEY: "short" }, "TELNYX_PUBLIC_KEY"],
    [{ VOIP_PROVIDER: "vonage" }, "VONAGE_API_KEY"],
    [{ VOIP_PROVIDER: "twilio", TELNYX_API_KEY: "KEY" }, "TELNYX_PUBLIC_KEY"],
    [{ VOIP_PROVIDER: "twilio", VONAGE_API_KEY: "a1b2" }, "VONAGE_API_SECRET"]
  ])("refuses to start with %j, and names %s", async (environment, variable) => {
    const database = await migratedDatabase()
    const failure = await Host.startHost({ DATABASE_URL: database, ...environment }).then(
      () => "it started",
      (error: unknown) => String(error)
    )
    assert.include(failure, variable)
  })
})
