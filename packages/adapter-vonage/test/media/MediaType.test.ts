/** What a URL's extension says. */
import { assert, describe, it } from "vitest"
import * as MediaType from "../../src/media/MediaType.ts"

describe("The attachment", () => {
  it.each([
    ["https://files.example.com/a.jpg", "image"],
    ["https://files.example.com/a.PNG?x=1.mp3", "image"],
    ["https://files.example.com/a", "image"],
    ["https://files.example.com", "image"],
    ["https://files.example.com/.pdf", "image"],
    ["https://files.example.com/a.mp3#t=1", "audio"],
    ["https://files.example.com/a.b.mp4?token=a/b.pdf", "video"],
    ["https://files.example.com/Dr%20Who.vcf", "vcard"],
    ["https://files.example.com/visit.ics", "file"],
    ["https://files.example.com/letter.pdf", "file"],
    ["https://files.example.com/a.heic", "image"],
    ["", "image"]
  ])("%s is %s", (url, type) => assert.strictEqual(MediaType.ofUrl(url), type))
})
