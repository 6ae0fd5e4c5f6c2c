/** What is read of the callbacks as Bandwidth documents them. */
import { assert, describe, it } from "@effect/vitest"
import { identityOf } from "@careline/ports"
import { Effect, Redacted } from "effect"
import * as BasicCredentials from "../src/BasicCredentials.ts"
import * as Webhooks from "../src/Webhooks.ts"

const webhooks = Webhooks.make({ accountId: "9900000", callbackCredentials: [Redacted.make("careline:secret")] })

const receive = (...events: ReadonlyArray<unknown>) =>
  webhooks.receive("sms", {
    method: "POST",
    target: "/api/v1/webhooks/bandwidth/sms",
    headers: { authorization: BasicCredentials.header("careline:secret") },
    body: new TextEncoder().encode(JSON.stringify(events))
  })

const received = (change: object = {}) => ({
  type: "message-received",
  time: "2016-09-14T18:20:16Z",
  description: "Incoming message received",
  to: "+13034997111",
  message: {
    id: "14762070468292kw2fuqty55yp2b2",
    time: "2016-09-14T18:20:16Z",
    to: ["+13034997112", "+13034997111"],
    from: "+13035550123",
    text: "Hey, check this out!",
    applicationId: "93de2206-9669-4e07-948d-329f4b722ee2",
    owner: "+13034997111",
    direction: "in",
    segmentCount: 1,
    ...change
  }
})

describe("Webhooks", () => {
  it.effect("reads the number of ours that a copy of a group message came to", () =>
    Effect.gen(function* () {
      const { account, events } = yield* receive(received())
      assert.strictEqual(account, "9900000")
      assert.lengthOf(events, 1)
      assert.deepInclude(events[0] as object, { to: "+13034997111", from: "+13035550123", attachments: [] })
    })
  )

  it.effect("reads media by the names of their files", () =>
    Effect.gen(function* () {
      const base = "https://messaging.bandwidth.com/api/v2/users/9900000/media/14762/0"
      const media = ["bw.png", "Clip.MP4", "voice.amr", "smil.xml", "photo.jpg?x=1", "unnamed"].map(
        (name) => `${base}/${name}`
      )
      const { events } = yield* receive(received({ text: null, media }))
      const [event] = events
      assert(event?._tag === "MessageReceived")
      assert.strictEqual(event.text, "")
      assert.deepStrictEqual(
        event.attachments.map(({ type }) => type),
        ["image", "video", "audio", "file", "image", "file"]
      )
      assert.deepStrictEqual(
        event.attachments.map(({ url }) => url),
        media
      )
    })
  )

  it.effect("reads every event of a list", () =>
    Effect.gen(function* () {
      const { events } = yield* receive(received({ id: "1" }), { type: "of-the-future" }, received({ id: "2" }))
      assert.deepStrictEqual(
        events.map((event) => identityOf(event).id),
        ["1", "2"]
      )
    })
  )

  it.effect("reads no event of a list of which one cannot be read: all of it comes again", () =>
    Effect.gen(function* () {
      for (const event of [received({ owner: "" }), received({ id: "" }), { type: "message-failed" }, null, {}]) {
        const error = yield* Effect.flip(receive(received(), event))
        assert.strictEqual(error.reason._tag, "MalformedWebhook")
      }
    })
  )
})
