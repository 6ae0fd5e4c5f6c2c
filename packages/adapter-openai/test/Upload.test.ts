/** How recordings are named for the endpoint. */
import { Language } from "@careline/domain"
import { assert, describe, it } from "vitest"
import { fileName, languageCode } from "../src/Upload.ts"

describe("A recording", () => {
  it.each([
    ["audio/wav", "recording.wav"],
    ["audio/x-wav", "recording.wav"],
    ["audio/vnd.wave", "recording.wav"],
    ["Audio/MPEG", "recording.mp3"],
    ["audio/mp4", "recording.m4a"],
    ["audio/x-m4a", "recording.m4a"],
    ["audio/ogg", "recording.ogg"],
    ["audio/amr", "recording.amr"],
    ["audio/3gpp", "recording.3gp"],
    ["video/mp4", "recording.mp4"],
    ["application/octet-stream", "recording.bin"],
    ["audio/../canary", "recording.bin"],
    ["", "recording.bin"]
  ])("of %s is called %s", (contentType, name) => assert.strictEqual(fileName(contentType), name))

  it.each([
    ["en-US", "en"],
    ["es-US", "es"],
    ["haw-US", null]
  ])("in %s is in %s", (language, code) => assert.strictEqual(languageCode(Language.make(language)), code))
})
