/** A host that keeps nothing yet does not load Amazon's SDK. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

const script = `
import { createRequire } from "node:module"
import { Effect, Redacted } from "effect"
import { S3BlobStore } from "@careline/adapter-s3"

const isLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => /node_modules\\/@(aws-sdk|smithy)\\//.test(path))
const blobs = await Effect.runPromise(S3BlobStore.make({
  bucket: "recordings", region: "us-east-1", endpoint: null, keyPrefix: "", encryption: "AES256", timeoutMillis: 1000,
  credentials: { accessKeyId: "id", secretAccessKey: Redacted.make("secret") }
}))
const before = isLoaded()
const link = blobs.link("calls/1", { expiresInMillis: 1000, fileName: "a.wav", contentType: "audio/wav" })
const { host } = new URL(await Effect.runPromise(link))
console.log(JSON.stringify({ before, host, after: isLoaded() }))
`

describe("Amazon's SDK", () => {
  it("is loaded by the first use, and not by making the store", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: import.meta.dirname
    })
    const host = "recordings.s3.us-east-1.amazonaws.com"
    assert.deepStrictEqual(JSON.parse(stdout), { before: false, host, after: true })
  })
})
