/** A host without a recording to write down never loads the SDK. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

const script = `
import { registerHooks } from "node:module"
let isLoaded = false
registerHooks({ load: (url, context, next) => ((isLoaded ||= url.includes("/node_modules/openai/")), next(url, context)) })
const { Effect } = await import("effect")
const { OpenAiTranscriber } = await import("@careline/adapter-openai")
const transcriber = await Effect.runPromise(
  OpenAiTranscriber.make({ url: "http://127.0.0.1:9/v1", apiKey: null, model: "whisper-1", timeoutMillis: 5000 })
)
const before = isLoaded
const recording = { bytes: new Uint8Array(1), contentType: "audio/wav", language: "en-US" }
const { message } = await Effect.runPromise(Effect.flip(transcriber.transcribe(recording)))
console.log(JSON.stringify({ before, message, after: isLoaded }))
`

describe("OpenAI's SDK", () => {
  it("is loaded by the first recording, and not by the import", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: import.meta.dirname
    })
    const { after, before } = JSON.parse(stdout)
    assert.deepStrictEqual({ before, after }, { before: false, after: true })
  })
})
