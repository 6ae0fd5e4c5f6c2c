/** The header that decides whether a browser runs or saves, and by which name: nothing in a name may change it. */
import { fc } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import { ContentDisposition } from "../src/index.ts"
import { MediaType } from "@careline/ports"

/** The whole header, so that whatever else would be in it is noticed. */
const HEADER =
  /^(?:inline|attachment); filename="([\x20\x21\x23-\x24\x26-\x5b\x5d-\x7e]+)"(?:; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]+))?$/

const nameIn = (header: string): string => {
  const [, plain, extended] = HEADER.exec(header) ?? assert.fail(header)
  return extended === undefined ? plain! : decodeURIComponent(extended)
}

describe("Content-Disposition", () => {
  it.each([
    ["voicemail.wav", 'inline; filename="voicemail.wav"'],
    ['say "aah".wav', `inline; filename="say _aah_.wav"; filename*=UTF-8''say%20%22aah%22.wav`],
    ["Rückruf (2).wav", `inline; filename="R_ckruf (2).wav"; filename*=UTF-8''R%C3%BCckruf%20%282%29.wav`],
    ["a.wav\r\nSet-Cookie: a=b", 'inline; filename="a.wav__Set-Cookie: a=b"'],
    ["../../etc/passwd", 'inline; filename=".._.._etc_passwd"'],
    ["recording\u202Evaw.exe", 'inline; filename="recording_vaw.exe"'],
    ["half \uD83D of a letter", 'inline; filename="half _ of a letter"'],
    ["", 'inline; filename="file"'],
    [" ... ", 'inline; filename="file"']
  ])("names %j safely", (name, header) => {
    assert.strictEqual(ContentDisposition.of(name, "audio/wav"), header)
  })

  it("is one header, whatever the name, and says the name where it is safe", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.string(), (name, type) => {
        const said = nameIn(ContentDisposition.of(name, type))
        assert.isAtMost([...said].length, 120)
        assert.notMatch(said, /[\p{C}\p{Zl}\p{Zp}/\\]/u)
        if (/^[\p{L}\p{N}"'%*()]+$/u.test(name) && [...name].length <= 120) assert.strictEqual(said, name)
      })
    )
  })

  it.each(["audio/mpeg", "audio/x-wav", "Audio/WAV; rate=8000", "video/3gpp", "image/jpeg", "image/heic"])(
    "shows %s in place",
    (type) => assert.match(ContentDisposition.of("a", type), /^inline;/)
  )

  it.each([
    "text/html",
    "image/svg+xml",
    "IMAGE/SVG+XML; charset=utf-8",
    "application/xhtml+xml",
    "text/xml",
    "application/javascript",
    "application/pdf",
    "text/plain",
    "video/made-up+xml",
    "audio/wav\r\nset-cookie: a=b",
    ""
  ])("saves %j", (type) => assert.match(ContentDisposition.of("a", type), /^attachment;/))
})

describe("A media type", () => {
  it.each([
    ["audio/wav", "audio/wav"],
    [" Audio/L16; rate=8000", "audio/l16"],
    ["application/vnd.ms-excel", "application/vnd.ms-excel"],
    ["audio/wav\r\nset-cookie: a=b", MediaType.UNKNOWN],
    ["audio", MediaType.UNKNOWN],
    ["audio/wav, text/html", MediaType.UNKNOWN],
    ["", MediaType.UNKNOWN]
  ])("of %j is %s", (text, type) => assert.strictEqual(MediaType.of(text), type))
})
