/** Files that staff upload, on a PostgreSQL with row-level security: a message's, or removed after a day, and so many of one user. */
import { Limits, removeUploads } from "@careline/application"
import { Attachment } from "@careline/domain"
import { BlobStore } from "@careline/ports"
import { Effect, Layer, Option } from "effect"
import type { Hono } from "hono"
import { assert, beforeAll, describe, it } from "vitest"
import { openOnPostgres, type PostgresLine } from "./postgresLine.ts"
import { addLine, ask, tokenOf } from "./twilioLine.ts"

const line = "+12025550100"
const contact = "+13035550123"
const uploadsPerUser = 12

let app: Hono
let run: PostgresLine["run"]
let owner: PostgresLine["owner"]
let nurse: string
let threadId: string

beforeAll(async () => {
  const { hear, ...opened } = await openOnPostgres(Layer.succeed(Limits.Limits, { ...Limits.defaults, uploadsPerUser }))
  ;({ app, owner, run } = opened)
  nurse = await Effect.runPromise(tokenOf("nurse", ["CLINICIAN"], ["north"]))
  const root = await Effect.runPromise(tokenOf("root", ["SYSTEM_ADMIN"]))
  await addLine(app, root, line, "north", null)
  await hear({ from: contact, to: line, text: "Could you send me the form?" })
  threadId = (await ask(app, nurse, "GET", "/external-threads?view=all")).body.items[0].id
})
const upload = (bearer = nurse) =>
  ask(app, bearer, "POST", "/media", "Please bring your insurance card.", { "content-type": "text/plain" })
const send = (url: string) =>
  ask(app, nurse, "POST", `/external-threads/${threadId}/messages`, { content: "", mediaUrls: [url] })
const waiting = async () => (await owner<{ key: string }>("select key from media_uploads")).map(({ key }) => key)
const isKept = (url: string) =>
  run(Effect.flatMap(BlobStore, (blobs) => Effect.map(blobs.get(Attachment.keyOf(url)!), Option.isSome)))
const aDayPasses = () => owner("update media_uploads set waits_since = waits_since - interval '25 hours'")

describe("An upload", () => {
  it("waits for a message, is its own from then on, and goes after a day without one", async () => {
    const [taken, left] = [(await upload()).body.url as string, (await upload()).body.url as string]
    assert.lengthOf(await waiting(), 2)
    assert.oneOf((await send(taken)).status, [201, 202])
    assert.deepStrictEqual(await waiting(), [Attachment.keyOf(left)!])
    assert.strictEqual(await run(removeUploads()), 0)
    await aDayPasses()
    assert.strictEqual(await run(removeUploads()), 1)
    assert.isEmpty(await waiting())
    assert.deepStrictEqual([await isKept(taken), await isKept(left)], [true, false])
    assert.strictEqual((await send(left)).status, 422)
  })

  it("is never removed from under the message that takes it, whichever comes first", async () => {
    for (let round = 0; round < 10; round++) {
      const url = (await upload()).body.url as string
      await aDayPasses()
      const [sent] = await Promise.all([send(url), run(removeUploads()), run(removeUploads())])
      assert.strictEqual(await isKept(url), sent.status < 300, `round ${round}: ${sent.status}`)
    }
  })

  it("is refused to a user who has too many waiting, also when they come at once, and to nobody else", async () => {
    const statuses = await Promise.all(Array.from({ length: uploadsPerUser + 3 }, () => upload()))
    assert.lengthOf(
      statuses.filter(({ status }) => status === 201),
      uploadsPerUser
    )
    const refused = statuses.find(({ status }) => status !== 201)!
    assert.deepStrictEqual([refused.status, refused.type], [429, "application/problem+json"])
    const colleague = await Effect.runPromise(tokenOf("colleague", ["CLINICIAN"], ["north"]))
    assert.strictEqual((await upload(colleague)).status, 201)
  })
})
