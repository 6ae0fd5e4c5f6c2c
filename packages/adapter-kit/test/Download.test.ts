/** A download reaches only where it may, brings no more than it may, and says nothing of where it was. */
import type { LookupAddress } from "node:dns"
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from "node:http"
import { BlockList, isIP } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { test } from "@fast-check/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import { MAX_REDIRECTS } from "../src/download/Download.ts"
import { download, type DownloadOptions } from "../src/download/index.ts"
import { PUBLIC_V4, PUBLIC_V6, serveInternet, servePlain } from "./support/internet.ts"

const options: DownloadOptions = {
  hosts: ["api.twilio.com", "*.twiliocdn.com"],
  trustedOrigin: null,
  headers: { authorization: "Basic canary" },
  maxBytes: 1000,
  timeoutMillis: 5000
}
const recording = "https://api.twilio.com/Recordings/canary"
const picture = "https://media.twiliocdn.com/canary"

const sendBytes = (response: ServerResponse, size: number) => {
  response.writeHead(200, { "content-type": "audio/x-wav" })
  response.end(new Uint8Array(size))
}
const redirect = (response: ServerResponse, location: string, status = 302) => {
  response.writeHead(status, { location })
  response.end()
}
const loopback: LookupAddress = { address: "127.0.0.1", family: 4 }

/** A failure, and that it says nothing of what was asked for. */
const failureOf = Effect.fnUntraced(function* (effect: ReturnType<typeof download>) {
  const reason = yield* Effect.flip(effect)
  const said = `${String(reason)} ${JSON.stringify(reason)} ${reason.message}`
  assert.notMatch(said, /canary|twilio|127\.0\.0\.1|authorization|Basic/i)
  return { _tag: reason._tag, code: "code" in reason ? reason.code : undefined, reason }
})
const forbidden = { _tag: "Refused", code: "forbidden_url" } as const

describe("A download", () => {
  it.effect("brings the bytes and the declared type, over TLS that names the host", () =>
    Effect.gen(function* () {
      const { connected, network } = yield* serveInternet(
        (request, response) => {
          assert.deepInclude(request.headers, { "accept-encoding": "identity", authorization: "Basic canary" })
          assert.strictEqual(request.headers.host, "api.twilio.com")
          sendBytes(response, 1000)
        },
        () => [PUBLIC_V6, PUBLIC_V4]
      )
      const { bytes, contentType } = yield* download(recording, options, network)
      assert.deepStrictEqual([bytes.byteLength, contentType], [1000, "audio/x-wav"])
      assert.deepStrictEqual(connected, [PUBLIC_V6.address, PUBLIC_V4.address])
    })
  )

  it.effect("does not take the certificate of another host for the host's", () =>
    Effect.gen(function* () {
      let asked = 0
      const { network } = yield* serveInternet((_, response) => sendBytes(response, ++asked))
      const elsewhere = { ...options, hosts: ["api.example.com"] }
      const { _tag, reason } = yield* failureOf(download("https://api.example.com/canary", elsewhere, network))
      assert.deepStrictEqual([_tag, reason.message, asked], ["Unavailable", "ERR_TLS_CERT_ALTNAME_INVALID", 0])
    })
  )

  it.effect.each([
    "http://api.twilio.com/canary",
    "ftp://api.twilio.com/canary",
    "file:///etc/passwd",
    "data:text/plain,canary",
    "https://api.twilio.com:8443/canary",
    "https://user:canary@api.twilio.com/",
    "https://api.twilio.com.example.com/",
    "https://api.twilio.com./",
    "https://xapi.twilio.com/",
    "https://twiliocdn.com/",
    "https://.twiliocdn.com/",
    "https://eviltwiliocdn.com/",
    "https://media.twiliocdn.com.example.com/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://93.184.215.14/",
    "https://[::1]/",
    "//api.twilio.com/",
    "/canary",
    ""
  ])("asks nobody for %s", (url) =>
    Effect.gen(function* () {
      const { connected, network, resolved } = yield* serveInternet((_, response) => sendBytes(response, 1))
      const listed = { ...options, hosts: [...options.hosts, "127.0.0.1", "93.184.215.14", "::1"] }
      assert.deepInclude(yield* failureOf(download(url, listed, network)), forbidden)
      assert.deepStrictEqual([resolved, connected], [[], []])
    })
  )

  it.effect("reaches a listed name however it is spelt, and every name below a suffix", () =>
    Effect.gen(function* () {
      const { network, resolved } = yield* serveInternet((_, response) => sendBytes(response, 1))
      yield* download("https://API.Twilio.com:443/canary", options, network)
      yield* download(picture, options, network)
      assert.deepStrictEqual(resolved, ["api.twilio.com", "media.twiliocdn.com"])
    })
  )

  it.effect.each([
    ["a private address", [loopback]],
    ["a public one and a private one", [PUBLIC_V4, loopback]],
    ["a private one behind many", [PUBLIC_V6, PUBLIC_V4, { address: "::ffff:10.0.0.1", family: 6 }]]
  ] as const)("connects to nothing when the name has %s", ([, addresses]) =>
    Effect.gen(function* () {
      const { connected, network } = yield* serveInternet(
        (_, response) => sendBytes(response, 1),
        () => addresses
      )
      assert.deepInclude(yield* failureOf(download(recording, options, network)), forbidden)
      assert.deepStrictEqual(connected, [])
    })
  )

  it.effect("connects to the address that was checked, whatever the name resolves to afterwards", () =>
    Effect.gen(function* () {
      let asked = 0
      const { connected, network, resolved } = yield* serveInternet(
        (_, response) => sendBytes(response, 1),
        () => (asked++ === 0 ? [PUBLIC_V4] : [loopback])
      )
      yield* download(recording, options, network)
      assert.deepStrictEqual([resolved.length, connected], [1, [PUBLIC_V4.address]])
      assert.deepInclude(yield* failureOf(download(recording, options, network)), forbidden)
      assert.lengthOf(connected, 1)
    })
  )

  it.effect("may be tried again when the name has no address", () =>
    Effect.gen(function* () {
      const { network } = yield* serveInternet(
        (_, response) => sendBytes(response, 1),
        () => []
      )
      assert.strictEqual((yield* failureOf(download(recording, options, network)))._tag, "Unavailable")
    })
  )

  /** From the registries of IANA, independently of the library that the product asks. */
  const special4 = new BlockList()
  // Apart, because a block list takes every IPv4 address for a mapped one, too.
  const special6 = new BlockList()
  for (const [network, prefix] of [
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.0.0.0", 24],
    ["192.0.2.0", 24],
    ["192.168.0.0", 16],
    ["198.18.0.0", 15],
    ["198.51.100.0", 24],
    ["203.0.113.0", 24],
    ["224.0.0.0", 3]
  ] as const) {
    special4.addSubnet(network, prefix, "ipv4")
  }
  for (const [network, prefix] of [
    ["::", 3],
    ["2001::", 23],
    ["2001:db8::", 32],
    ["2002::", 16],
    ["3fff::", 20],
    ["4000::", 2],
    ["8000::", 1]
  ] as const) {
    special6.addSubnet(network, prefix, "ipv6")
  }
  const isSpecial = (address: string) =>
    isIP(address) === 6 ? special6.check(address, "ipv6") : special4.check(address, "ipv4")

  const nearSpecial = fc.oneof(
    fc.ipV4().map((address) => `10.${address.split(".").slice(1).join(".")}`),
    fc.ipV4().map((address) => `172.${address.split(".").slice(1).join(".")}`),
    fc.ipV4().map((address) => `100.${address.split(".").slice(1).join(".")}`),
    fc.ipV4().map((address) => `::ffff:${address}`),
    fc.ipV4().map((address) => `64:ff9b::${address}`),
    fc.ipV4().map((address) => `::${address}`),
    fc.constantFrom("fe80", "fd00", "2001", "2002", "2a00", "ff02").map((head) => `${head}::1`)
  )
  const anyAddress = fc.oneof(fc.ipV4(), fc.ipV6(), nearSpecial, fc.constantFrom(PUBLIC_V4.address, PUBLIC_V6.address))

  test.prop([fc.array(fc.array(anyAddress, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })], {
    numRuns: 200
  })("never connects to an address outside the public unicast range, redirected or not", (hops) =>
    Effect.gen(function* () {
      let resolutions = 0
      const { connected, network } = yield* serveInternet(
        (_, response) => (resolutions < hops.length ? redirect(response, picture) : sendBytes(response, 1)),
        () => (hops[resolutions++] ?? [PUBLIC_V4.address]).map((address) => ({ address, family: isIP(address) }))
      )
      yield* Effect.ignore(download(recording, options, network))
      assert.deepStrictEqual(connected.filter(isSpecial), [])
      // What is refused is refused for a reason.
      if (hops.flat().every((address) => address === PUBLIC_V4.address)) assert.isNotEmpty(connected)
    }).pipe(Effect.scoped, Effect.runPromise)
  )
})

describe("A redirect", () => {
  /** Answers by the path, and keeps what it was asked. */
  const site = (paths: Readonly<Record<string, string>>) => {
    const asked: Array<{ readonly url: string; readonly headers: IncomingHttpHeaders }> = []
    const handle: RequestListener = ({ headers, url = "" }, response) => {
      asked.push({ url: `${headers.host}${url}`, headers })
      const location = paths[url]
      return location === undefined ? sendBytes(response, 7) : redirect(response, location)
    }
    return { asked, handle }
  }

  it.effect("takes the credentials to their own origin only", () =>
    Effect.gen(function* () {
      const { asked, handle } = site({ "/a": "b", "/b": `${picture}/c`, "/canary/c": "https://api.twilio.com/d" })
      const { network } = yield* serveInternet(handle)
      const { bytes } = yield* download("https://api.twilio.com/a", options, network)
      assert.lengthOf(bytes, 7)
      assert.deepStrictEqual(
        asked.map(({ headers, url }) => [url, headers.authorization]),
        [
          ["api.twilio.com/a", "Basic canary"],
          ["api.twilio.com/b", "Basic canary"],
          ["media.twiliocdn.com/canary/c", undefined],
          ["api.twilio.com/d", "Basic canary"]
        ]
      )
    })
  )

  it.effect.each([301, 302, 303, 307, 308])("is followed with status %s", (status) =>
    Effect.gen(function* () {
      const { network } = yield* serveInternet(({ url }, response) =>
        url === "/a" ? redirect(response, "/b", status) : sendBytes(response, 7)
      )
      assert.lengthOf((yield* download("https://api.twilio.com/a", options, network)).bytes, 7)
    })
  )

  it.effect.each([
    "http://api.twilio.com/b",
    "https://example.com/canary",
    "https://127.0.0.1/canary",
    "https://169.254.169.254/latest/meta-data",
    "file:///etc/passwd",
    "//example.com/b"
  ])("to %s is not followed", (location) =>
    Effect.gen(function* () {
      const { asked, handle } = site({ "/a": location })
      const { network, resolved } = yield* serveInternet(handle)
      assert.deepInclude(yield* failureOf(download("https://api.twilio.com/a", options, network)), forbidden)
      assert.deepStrictEqual([asked.length, resolved], [1, ["api.twilio.com"]])
    })
  )

  it.effect("to a name with a private address is not followed", () =>
    Effect.gen(function* () {
      const { handle } = site({ "/a": picture })
      const { connected, network } = yield* serveInternet(handle, (host) =>
        host === "api.twilio.com" ? [PUBLIC_V4] : [loopback]
      )
      assert.deepInclude(yield* failureOf(download("https://api.twilio.com/a", options, network)), forbidden)
      assert.deepStrictEqual(connected, [PUBLIC_V4.address])
    })
  )

  it.effect("to the operator's origin is not followed where that would leave TLS", () =>
    Effect.gen(function* () {
      let asked = 0
      const trustedOrigin = yield* servePlain((_, response) => sendBytes(response, ++asked))
      const { handle } = site({ "/a": `${trustedOrigin}/b` })
      const { network } = yield* serveInternet(handle)
      const failure = yield* failureOf(download("https://api.twilio.com/a", { ...options, trustedOrigin }, network))
      assert.deepInclude(failure, forbidden)
      assert.strictEqual(asked, 0)
    })
  )

  it.effect(`is followed ${MAX_REDIRECTS} times, and no more`, () =>
    Effect.gen(function* () {
      const { asked, handle } = site({ "/4": "/3", "/3": "/2", "/2": "/1", "/1": "/0" })
      const { network } = yield* serveInternet(handle)
      assert.lengthOf((yield* download("https://api.twilio.com/3", options, network)).bytes, 7)
      assert.lengthOf(asked, 4)
      const failure = yield* failureOf(download("https://api.twilio.com/4", options, network))
      assert.deepInclude(failure, { _tag: "Refused", code: "too_many_redirects" })
      assert.lengthOf(asked, 8)
    })
  )
})

describe("The origin that an operator configured", () => {
  it.effect("may be without TLS and on a private network, and gets the credentials", () =>
    Effect.gen(function* () {
      const origin = yield* servePlain(({ headers }, response) =>
        sendBytes(response, headers.authorization === "Basic canary" ? 7 : 0)
      )
      const { bytes } = yield* download(`${origin}/canary`, { ...options, trustedOrigin: `${origin}/base/` })
      assert.lengthOf(bytes, 7)
    })
  )

  it.effect("is the only one: another port of the same host is not", () =>
    Effect.gen(function* () {
      let asked = 0
      const trusted = yield* servePlain((_, response) => redirect(response, `${other}/canary`))
      const other = yield* servePlain((_, response) => sendBytes(response, ++asked))
      const trusting = { ...options, trustedOrigin: trusted }
      assert.deepInclude(yield* failureOf(download(`${other}/canary`, trusting)), forbidden)
      assert.deepInclude(yield* failureOf(download(`${trusted}/canary`, trusting)), forbidden)
      assert.deepInclude(yield* failureOf(download(`${trusted}/canary`, options)), forbidden)
      assert.strictEqual(asked, 0)
    })
  )

  it.effect("may redirect to a listed host, which gets no credentials", () =>
    Effect.gen(function* () {
      const { connected, network } = yield* serveInternet(({ headers }, response) =>
        sendBytes(response, headers.authorization === undefined ? 7 : 0)
      )
      const trustedOrigin = yield* servePlain((_, response) => redirect(response, picture))
      const { bytes } = yield* download(`${trustedOrigin}/canary`, { ...options, trustedOrigin }, network)
      assert.lengthOf(bytes, 7)
      assert.deepStrictEqual(connected, [PUBLIC_V4.address])
    })
  )
})

describe("A limit of a download", () => {
  const tooLarge = { _tag: "Refused", code: "too_large" } as const
  const failureAt = Effect.fnUntraced(function* (handle: RequestListener) {
    const { network } = yield* serveInternet(handle)
    return yield* failureOf(download(recording, options, network))
  })

  it.effect("holds for a declared length, without the content", () =>
    Effect.gen(function* () {
      const failure = yield* failureAt((_, response) => {
        response.writeHead(200, { "content-length": "1001" })
        response.flushHeaders()
      })
      assert.deepInclude(failure, tooLarge)
    })
  )

  it.effect("holds for content without a length and without an end", () =>
    Effect.gen(function* () {
      const failure = yield* failureAt((_, response) => {
        response.write(new Uint8Array(1000))
        response.write(new Uint8Array(1))
      })
      assert.deepInclude(failure, tooLarge)
    })
  )

  it.effect("is not got around with compression", () =>
    Effect.gen(function* () {
      const failure = yield* failureAt((_, response) => {
        response.writeHead(200, { "content-encoding": "gzip" })
        response.end(new Uint8Array(20))
      })
      assert.deepInclude(failure, { _tag: "Refused", code: "content_encoding" })
    })
  )

  it.effect("is found out about when the content is shorter than declared", () =>
    Effect.gen(function* () {
      const failure = yield* failureAt((_, response) => {
        response.writeHead(200, { "content-length": "1000" })
        response.write(new Uint8Array(999), () => response.destroy())
      })
      assert.strictEqual(failure._tag, "Unavailable")
    })
  )

  it.effect.each(["before the answer", "while the content drips"])("of time ends the connection %s", (when) =>
    Effect.gen(function* () {
      const asked = Promise.withResolvers<void>()
      const closed = Promise.withResolvers<void>()
      const { network } = yield* serveInternet((request, response) => {
        request.socket.on("close", () => closed.resolve())
        if (when !== "before the answer") response.write(new Uint8Array(1))
        asked.resolve()
      })
      const fiber = yield* Effect.forkChild(failureOf(download(recording, options, network)))
      yield* Effect.promise(() => asked.promise)
      yield* TestClock.adjust(options.timeoutMillis)
      const { reason } = yield* Fiber.join(fiber)
      assert.deepStrictEqual([reason._tag, reason.message], ["Unavailable", "no answer in time"])
      yield* Effect.promise(() => closed.promise)
    })
  )

  it.effect("of time is one for all redirects", () =>
    Effect.gen(function* () {
      const second = Promise.withResolvers<void>()
      const first = Promise.withResolvers<ServerResponse>()
      const { network } = yield* serveInternet(({ url }, response) =>
        url === "/b" ? second.resolve() : first.resolve(response)
      )
      const fiber = yield* Effect.forkChild(failureOf(download("https://api.twilio.com/a", options, network)))
      const response = yield* Effect.promise(() => first.promise)
      yield* TestClock.adjust(options.timeoutMillis - 1)
      redirect(response, "/b")
      yield* Effect.promise(() => second.promise)
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "Unavailable")
    })
  )
})

describe("A status", () => {
  it.effect.each([
    [201, "Unavailable"],
    [206, "Unavailable"],
    [304, "Unavailable"],
    [400, "Refused"],
    [401, "Unauthorised"],
    [403, "Unauthorised"],
    [404, "NotFound"],
    [410, "NotFound"],
    [429, "RateLimited"],
    [500, "Unavailable"],
    [503, "Unavailable"]
  ] as const)("%s means %s", ([status, tag]) =>
    Effect.gen(function* () {
      const { network } = yield* serveInternet((_, response) => {
        response.writeHead(status, { "retry-after": "7" })
        response.end()
      })
      const { _tag, reason } = yield* failureOf(download(recording, options, network))
      assert.strictEqual(_tag, tag)
      if (reason._tag === "RateLimited") assert.strictEqual(reason.retryAfterMillis, 7000)
    })
  )

  it.effect("of a server that is not there is Unavailable", () =>
    Effect.gen(function* () {
      const trustedOrigin = yield* Effect.scoped(servePlain((_, response) => sendBytes(response, 1)))
      const { _tag, reason } = yield* failureOf(download(`${trustedOrigin}/canary`, { ...options, trustedOrigin }))
      assert.deepStrictEqual([_tag, reason.message], ["Unavailable", "ECONNREFUSED"])
    })
  )
})
