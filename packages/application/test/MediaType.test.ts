/** An attachment is what its bytes are, and only what staff may open passes. */
import { assert, describe, it } from "@effect/vitest"
import { test } from "@fast-check/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import * as MediaType from "../src/media/MediaType.ts"

/** Text stands for its bytes, and numbers for themselves. */
const bytesOf = (...parts: ReadonlyArray<string | ReadonlyArray<number>>) =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from([...part]))))
  )
const zeros = Array.from({ length: 32 }, () => 0)
const ftyp = (brand: string) => bytesOf([0, 0, 0, 24], "ftyp", brand, [0, 0, 2, 0], brand, "mp42", zeros)
const ebml = (kind: string) =>
  bytesOf([0x1a, 0x45, 0xdf, 0xa3, 0x83 + kind.length, 0x42, 0x82, 0x80 + kind.length], kind, zeros)

const ihdr = [0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0, 0, 0, 0]
const idat = [0, 0, 0, 0, 73, 68, 65, 84, 0, 0, 0, 0]
const webm = ebml("webm")

const passing: ReadonlyArray<readonly [string, Uint8Array, string]> = [
  ["PNG", bytesOf([0x89], "PNG", [13, 10, 26, 10], ihdr, idat), "image/png"],
  ["JPEG", bytesOf([0xff, 0xd8, 0xff, 0xe0], zeros), "image/jpeg"],
  ["GIF", bytesOf("GIF89a", zeros), "image/gif"],
  ["WebP", bytesOf("RIFF", [40, 0, 0, 0], "WEBPVP8 ", zeros), "image/webp"],
  ["HEIC", ftyp("heic"), "image/heic"],
  ["WAV", bytesOf("RIFF", [40, 0, 0, 0], "WAVEfmt ", zeros), "audio/wav"],
  ["MP3", bytesOf([0xff, 0xfb, 0x90, 0x64], zeros), "audio/mpeg"],
  ["Ogg", bytesOf("OggS", zeros.slice(0, 24), "OpusHead", zeros), "audio/ogg"],
  ["AAC", bytesOf([0xff, 0xf1, 0x50, 0x80], zeros), "audio/aac"],
  ["M4A", ftyp("M4A "), "audio/mp4"],
  ["AMR", bytesOf("#!AMR\n", zeros), "audio/amr"],
  ["MP4", ftyp("isom"), "video/mp4"],
  ["3GP", ftyp("3gp4"), "video/3gpp"],
  ["QuickTime", ftyp("qt  "), "video/quicktime"],
  ["WebM", webm, "video/webm"],
  ["PDF", bytesOf("%PDF-1.7\n", zeros), "application/pdf"],
  ["a vCard", bytesOf("BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n"), "text/vcard"],
  [
    "a vCard in lower case behind a byte order mark",
    bytesOf([0xef, 0xbb, 0xbf], "begin:vcard\nend:vcard"),
    "text/vcard"
  ],
  ["text", bytesOf("Can she take the pill with food? 💊\n"), "text/plain"],
  ["text that begins as a bitmap does", bytesOf("BMI is 24, says the doctor, and that is fine."), "text/plain"],
  ["text that begins with a heart", bytesOf("<3 thank you"), "text/plain"],
  ["text that begins with an arrow", bytesOf("<- this one"), "text/plain"],
  ["text with markup in it", bytesOf("a < b, and 3 <b> 4"), "text/plain"]
]

const refused: ReadonlyArray<readonly [string, Uint8Array]> = [
  ["nothing", bytesOf()],
  ["a page", bytesOf("<!DOCTYPE html><html></html>")],
  ["a page behind blanks", bytesOf(" \n\t<HTML><script>alert(1)</script>")],
  ["a page behind a byte order mark", bytesOf([0xef, 0xbb, 0xbf], "<script>alert(1)</script>")],
  ["SVG", bytesOf('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
  ["SVG behind a prologue", bytesOf('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
  ["XML of 16 bits", bytesOf([0xff, 0xfe, 60, 0, 63, 0, 120, 0, 109, 0, 108, 0, 32, 0])],
  ["a program of Windows", bytesOf("MZ", [0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0], zeros)],
  ["a program of Linux", bytesOf([0x7f], "ELF", [2, 1, 1, 0], zeros)],
  ["a script", bytesOf("#!/bin/sh\nrm -rf /\n")],
  ["PostScript", bytesOf("%!PS-Adobe-3.0\n")],
  ["RTF", bytesOf("{\\rtf1 hello}")],
  ["ZIP", bytesOf("PK", [3, 4, 20, 0], zeros)],
  ["gzip", bytesOf([0x1f, 0x8b, 8, 0], zeros)],
  ["Flash", bytesOf("FWS", [9], zeros)],
  ["a bitmap", bytesOf("BM", zeros)],
  ["Matroska", ebml("matroska")],
  ["text with a NUL", bytesOf("text", [0])],
  ["text that is not UTF-8", bytesOf("caf", [0xe9], " au lait")],
  ["noise", bytesOf([0x80, 0x81, 0x82, 0x83])]
]

describe("An attachment", () => {
  it.effect.each(passing)("that is %s passes as that", ([, bytes, contentType]) =>
    Effect.gen(function* () {
      for (const declared of [null, "text/html", "image/svg+xml", contentType]) {
        assert.strictEqual((yield* MediaType.sniff(bytes, declared))?.contentType, contentType)
      }
    })
  )

  it.effect.each(refused)("that is %s is refused, whatever it calls itself", ([, bytes]) =>
    Effect.gen(function* () {
      for (const declared of [null, "image/png", "text/plain", "audio/wav"]) {
        assert.isNull(yield* MediaType.sniff(bytes, declared))
      }
    })
  )

  it.effect.each([
    ["text/plain; charset=iso-8859-1", [0x63, 0x61, 0x66, 0xe9]],
    ['text/plain; name=a.txt; Charset="windows-1252"', [0x63, 0x61, 0x66, 0xe9]],
    ["text/plain;charset=utf-8", [0x63, 0x61, 0x66, 0xc3, 0xa9]],
    ["text/plain;charset=UTF-16LE", [0x63, 0, 0x61, 0, 0x66, 0, 0xe9, 0]],
    ["text/plain", [0x63, 0x61, 0x66, 0xc3, 0xa9]]
  ] as const)("of text is read by the character set of %s, and kept in UTF-8", ([declared, bytes]) =>
    Effect.gen(function* () {
      const found = yield* MediaType.sniff(new Uint8Array(bytes), declared)
      assert.strictEqual(found?.contentType, "text/plain")
      assert.strictEqual(new TextDecoder().decode(found?.bytes), "café")
    })
  )

  it.effect.each([
    ["text/plain; charset=utf-16le", "<script>alert(1)</script>"],
    ["text/plain; charset=utf-7", "+ADw-script+AD4-"],
    ["text/plain; charset=no-such-set", "hello"]
  ] as const)("is refused as %s when that makes it markup, or nobody knows the set", ([declared, text]) =>
    Effect.gen(function* () {
      const bytes = declared.includes("16le") ? Buffer.from(text, "utf16le") : Buffer.from(text)
      assert.isNull(yield* MediaType.sniff(new Uint8Array(bytes), declared))
    })
  )

  it.effect("has the kind of what it is", () =>
    Effect.gen(function* () {
      const kinds = yield* Effect.forEach(passing, ([, bytes]) => MediaType.sniff(bytes, null))
      for (const found of kinds) {
        const kind = found?.contentType.split("/")[0]
        const isMedia = kind === "image" || kind === "audio" || kind === "video"
        assert.strictEqual(found?.attachmentType, isMedia ? kind : "file")
      }
    })
  )

  it.effect.each([
    [ftyp("isom"), "audio/mp4", "audio/mp4"],
    [ftyp("3gp4"), "Audio/3GPP; codecs=amr", "audio/3gpp"],
    [webm, "audio/webm", "audio/webm"],
    [ftyp("qt  "), "audio/mp4", "video/quicktime"],
    [bytesOf("GIF89a", zeros), "audio/mp4", "image/gif"]
  ] as const)("in a container is sound when it is called that: %#", ([bytes, declared, contentType]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* MediaType.sniff(bytes, declared))?.contentType, contentType)
    })
  )

  const known = new Set(Object.values(MediaType).filter((value) => typeof value === "string"))
  const starts = [...passing, ...refused].map(([, bytes]) => Array.from(bytes.slice(0, 16)))
  test.prop([fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }), fc.option(fc.string())])(
    "of any bytes is one of the types that we know, or none",
    (start, rest, declared) =>
      Effect.gen(function* () {
        const found = yield* MediaType.sniff(new Uint8Array([...start, ...rest]), declared)
        if (found !== null) assert.include([...known], found.contentType)
      }).pipe(Effect.runPromise)
  )
})
