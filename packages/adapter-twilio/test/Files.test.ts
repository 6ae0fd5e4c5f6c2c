/** Pictures are followed to where Twilio keeps them, and nowhere else. */
import { download } from "@careline/ports/download"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { PUBLIC_V4, serveInternet } from "../../ports/test/support/internet.ts"
import * as Files from "../src/Files.ts"

const picture = "https://api.twilio.com/2010-04-01/Accounts/AC/Messages/MM/Media/ME"

/** What comes of a picture that the API redirects to another host, and what that host was told. */
const redirectedTo = Effect.fnUntraced(function* (host: string) {
  const told: Array<string | undefined> = []
  const { network } = yield* serveInternet(
    (request, response) => {
      if (request.headers.host === "api.twilio.com") {
        response.writeHead(307, { location: `https://${host}/media.twiliocdn.com/AC/canary` }).end()
        return
      }
      told.push(request.headers.authorization)
      response.writeHead(200, { "content-type": "image/png" }).end("picture")
    },
    () => [PUBLIC_V4]
  )
  const options = {
    hosts: Files.HOSTS,
    trustedOrigin: null,
    headers: { authorization: "Basic canary" },
    maxBytes: 1_000,
    timeoutMillis: 60_000
  }
  return { told, result: yield* Effect.result(download(picture, options, network)) }
})

describe("A picture", () => {
  it.live.each(["s3-external-1.amazonaws.com", "media.s3.eu-west-1.amazonaws.com", "media.twiliocdn.com"])(
    "is followed to %s, without our credentials",
    (host) =>
      Effect.gen(function* () {
        const { result, told } = yield* redirectedTo(host)
        assert.strictEqual(result._tag, "Success")
        assert.deepStrictEqual(told, [undefined])
      })
  )

  it.live.each(["ec2-203-0-113-7.amazonaws.com", "amazonaws.com", "s3.amazonaws.com.example.com", "files.example.com"])(
    "is not followed to %s",
    (host) =>
      Effect.gen(function* () {
        const { result, told } = yield* redirectedTo(host)
        assert.strictEqual(result._tag, "Failure")
        assert.deepStrictEqual(told, [])
      })
  )
})
