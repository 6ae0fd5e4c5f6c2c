/** What `put` has answered for outlives the process, however it ends: killed while it writes, again and again. */
import { BlobKey } from "@careline/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { spawn } from "node:child_process"
import { FileBlobStore } from "../src/index.ts"
import { freshDirectory, optionsFor } from "./support.ts"

/** Puts the same few keys over and over, each time with another letter, and says what was answered for. */
const script = `
import { writeSync } from "node:fs"
import { Effect, Redacted } from "effect"
import { FileBlobStore } from "@careline/adapter-filesystem"

const { put } = await Effect.runPromise(FileBlobStore.make({
  directory: process.argv[1], publicUrl: "https://media.example.com", path: "/blobs", signingSecrets: [Redacted.make("s")]
}))
for (let round = 0; ; round++) {
  const content = { bytes: new Uint8Array(200_000).fill(97 + (round % 26)), contentType: "audio/wav" }
  const key = "key-" + (round % 3)
  await Effect.runPromise(put(key, content))
  writeSync(1, key + "\\n")
}
`

/** Kills the process as soon as it has answered for so many. */
const killedAfter = (count: number, directory: string) =>
  Effect.callback<ReadonlyArray<string>>((resume) => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script, directory], {
      cwd: import.meta.dirname,
      stdio: ["ignore", "pipe", "inherit"]
    })
    let said = ""
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString()
      if (said.split("\n").length > count) child.kill("SIGKILL")
    })
    child.on("close", () => resume(Effect.succeed(said.split("\n").filter((line) => line !== ""))))
  })

describe("A process that is killed while it writes", () => {
  it.live.each([1, 2, 7, 20])("leaves whole contents only, after %d puts", (count) =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const answered = yield* killedAfter(count, directory)
      assert.isAtLeast(answered.length, count)
      const { get } = yield* FileBlobStore.make(optionsFor(directory))
      for (const key of new Set(answered)) {
        const { bytes } = Option.getOrThrow(yield* get(BlobKey.make(key)))
        assert.strictEqual(bytes.length, 200_000)
        assert.strictEqual(new Set(bytes).size, 1)
      }
    })
  )
})
