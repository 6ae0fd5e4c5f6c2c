/** The chapter "File names and types" of the blob store contract. */
import { assert } from "@effect/vitest"
import { type Chapter, test } from "./Chapter.ts"
import * as Given from "./Given.ts"

/** RFC 6266 with a quoted string, and an extended value of RFC 8187 where that does not say it all. */
const DISPOSITION =
  /^(inline|attachment); filename="([\x20\x21\x23-\x5b\x5d-\x7e]*)"(?:; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]+))?$/

const dispositionOf = (headers: Headers): { readonly kind: string; readonly fileName: string } => {
  const header = headers.get("content-disposition") ?? ""
  const [, kind = "", plain = "", extended] = DISPOSITION.exec(header) ?? assert.fail(`Content-Disposition: ${header}`)
  return { kind, fileName: extended === undefined ? plain : decodeURIComponent(extended) }
}

const honest = [
  "voicemail.wav",
  "Voicemail of 2 March, 9.30 (2).wav",
  'say "aah".wav',
  "it's 100%.wav",
  "Rückruf für José.wav",
  "留言.wav",
  "🩺.wav"
]

const hostile = [
  'a.wav"; filename="b.exe',
  "a.wav\r\nSet-Cookie: stolen=1",
  "a.wav\nContent-Type: text/html\n\n<script>",
  "../../a.wav",
  "..\\a.wav",
  "a\0.wav",
  "a\u202Evaw.exe",
  "half \uD83D.wav",
  "%0d%0aSet-Cookie: stolen=1",
  "a".repeat(5000),
  ""
]

/** What a browser runs as a page or a script, or hands to a program that does. */
const active = [
  "text/html",
  "TEXT/HTML; charset=utf-8",
  "application/xhtml+xml",
  "image/svg+xml",
  "text/xml",
  "application/xml",
  "application/javascript",
  "text/javascript",
  "application/pdf",
  "multipart/x-mixed-replace",
  "audio/wav\r\ncontent-type: text/html",
  ""
]

export const fileNamesChapter: Chapter = {
  chapter: "File names and types",
  tests: [
    test("MUST name the file as the link does, in any script", function* () {
      const { bytes, key } = yield* Given.kept()
      for (const fileName of honest) {
        const { headers } = yield* Given.serves(yield* Given.link(key, { fileName }), bytes)
        assert.strictEqual(dispositionOf(headers).fileName, fileName)
      }
    }),

    test("MUST let no file name add a header or lead out of a folder", function* () {
      const { bytes, key } = yield* Given.kept()
      for (const fileName of hostile) {
        const { headers } = yield* Given.serves(yield* Given.link(key, { fileName }), bytes)
        assert.strictEqual(headers.get("content-type"), "audio/wav")
        assert.isEmpty(headers.getSetCookie())
        const named = dispositionOf(headers).fileName
        assert.notMatch(named, /[\p{C}/\\]/u)
        assert.isNotEmpty(named)
        assert.isAtMost(named.length, 255)
      }
    }),

    test("MUST show recordings and pictures in place", function* () {
      const { key } = yield* Given.kept()
      for (const contentType of ["audio/wav", "audio/mpeg", "video/mp4", "image/jpeg", "image/png"]) {
        const { headers } = yield* Given.follow(yield* Given.link(key, { contentType }))
        assert.strictEqual(dispositionOf(headers).kind, "inline", contentType)
        assert.strictEqual(headers.get("content-type"), contentType)
      }
    }),

    test("MUST have a browser save what it would run", function* () {
      const { key } = yield* Given.kept(100, "text/html")
      for (const contentType of active) {
        const { headers, status } = yield* Given.follow(yield* Given.link(key, { contentType }))
        assert.strictEqual(status, 200, contentType)
        assert.strictEqual(dispositionOf(headers).kind, "attachment", contentType)
      }
    }),

    test(
      "MUST forbid to guess another type",
      function* () {
        const { key } = yield* Given.kept()
        const { headers } = yield* Given.follow(yield* Given.link(key))
        assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
      },
      ["no sniffing"]
    )
  ]
}
