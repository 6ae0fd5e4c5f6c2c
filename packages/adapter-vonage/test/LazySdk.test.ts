/** A host that only takes webhooks never loads Vonage's SDK, which costs 30 MB and a tenth of a second. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

/** The SDK signs its requests with `jsonwebtoken`, a CommonJS module that nothing else here loads. */
const script = `
import { createRequire } from "node:module"
import { Effect } from "effect"
import * as Support from "./support.ts"

const isLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => /node_modules.jsonwebtoken/.test(path))
const telephony = await Effect.runPromise(Support.adapter(await Effect.runPromise(Support.deserted)))
const payload = { channel: "sms", message_uuid: Support.messageUuid, to: "12025550100", from: "13035550123", text: "x" }
const { events } = await Effect.runPromise(telephony.webhooks.receive("sms", Support.webhook(payload, Date.now())))
const before = isLoaded()
const { _tag } = await Effect.runPromise(telephony.messages.send(Support.outbound()))
console.log(JSON.stringify({ events: events.length, before, outcome: _tag, after: isLoaded() }))
`

describe("Vonage's SDK", () => {
  it("is loaded by the first send, and not by webhooks", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: import.meta.dirname
    })
    assert.deepStrictEqual(JSON.parse(stdout), { events: 1, before: false, outcome: "NotSent", after: true })
  })
})
