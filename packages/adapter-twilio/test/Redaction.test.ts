/** Nothing that comes out of the adapter holds a credential, a number or a word of a text. */
import type { PhoneNumber } from "@careline/domain"
import { Redaction } from "@careline/testkit/contract"
import { type Scenario, signTwilioWebhook } from "@careline/testkit/simulators"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Redacted } from "effect"
import * as Support from "./support.ts"

const basic = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString("base64")
const secrets = [
  Support.authToken,
  Support.apiKey.secret,
  basic(Support.accountSid, Support.authToken),
  basic(Support.apiKey.sid, Support.apiKey.secret),
  Support.line.slice(1),
  "3035550199",
  "Canary"
]
const message = () => Support.outbound({ to: "+13035550199" as PhoneNumber.E164 })

const { shownAs, watched } = Redaction

const assertSilent = (value: unknown) => {
  const shown = shownAs(value)
  for (const secret of secrets) assert.notInclude(shown, secret)
}

const faults: ReadonlyArray<Scenario.RequestFault> = [
  "rateLimited",
  "unauthorised",
  "serverError",
  "badGateway",
  "redirected",
  "hangs",
  "resets",
  "garbageBody",
  "slowBody"
]

describe("What the adapter lets out", () => {
  it.live("is less than the SDK's own error, which holds credentials, number and text", () =>
    Effect.gen(function* () {
      const { default: twilio } = yield* Effect.promise(() => import("twilio"))
      const client = twilio(Support.accountSid, Support.authToken)
      client.api.baseUrl = "http://127.0.0.1:9"
      const { body, from, to } = message()
      const error: unknown = yield* Effect.flip(
        Effect.tryPromise({ try: () => client.messages.create({ body, from, to }), catch: (thrown) => thrown })
      )
      const shown = shownAs(error)
      for (const secret of [basic(Support.accountSid, Support.authToken), "3035550199", "Canary"]) {
        assert.include(shown, secret)
      }
    })
  )

  it.live.each(faults)("after %s holds no secret, in its results, its errors, its spans and its logs", (fault) =>
    Effect.gen(function* () {
      const { faults, url } = yield* Support.simulator
      const { apiKey } = Support
      for (const key of [null, { sid: apiKey.sid, secret: Redacted.make(apiKey.secret) }]) {
        const telephony = yield* Support.adapter(url, { apiKey: key })
        faults.everySend(fault)
        faults.everyRead(fault)
        const text = message()
        for (const { exit, seen } of [
          yield* watched(telephony.messages.send(text)),
          yield* watched(telephony.messages.find(Support.lost(text))),
          yield* watched(telephony.messages.status(`SM${"4d".repeat(16)}`))
        ]) {
          assertSilent(exit)
          for (const one of seen) assertSilent(one)
        }
        assertSilent(telephony)
      }
    })
  )

  it.live("for each refusal of Twilio, and when nobody listens, holds no secret", () =>
    Effect.gen(function* () {
      const { url } = yield* Support.simulator
      for (const [to, baseUrl] of [
        ["+15005550001", url],
        ["+15005550004", url],
        ["+13035550199", "http://127.0.0.1:9"],
        ["+13035550199", "http://twilio.invalid"]
      ] as const) {
        const telephony = yield* Support.adapter(baseUrl)
        const { exit, seen } = yield* watched(telephony.messages.send({ ...message(), to: to as PhoneNumber.E164 }))
        assertSilent(exit)
        for (const one of seen) assertSilent(one)
      }
    })
  )

  it.effect("of a webhook that it refuses holds no secret", () =>
    Effect.gen(function* () {
      const telephony = yield* Support.adapter("http://127.0.0.1:9")
      const target = "/api/v1/webhooks/twilio/sms"
      const form: ReadonlyArray<readonly [string, string]> = [
        ["AccountSid", Support.accountSid],
        ["From", "+13035550199"],
        ["To", Support.line],
        ["Body", "Canary"]
      ]
      for (const token of [Support.authToken, "another"]) {
        const { exit, seen } = yield* watched(
          telephony.webhooks.receive("sms", {
            method: "POST",
            target,
            headers: {
              "content-type": "application/x-www-form-urlencoded",
              "x-twilio-signature": signTwilioWebhook(token, Support.publicUrl + target, form)
            },
            body: new TextEncoder().encode(new URLSearchParams(Object.fromEntries(form)).toString())
          })
        )
        assert.isTrue(Exit.isFailure(exit))
        assertSilent(exit)
        for (const one of seen) assertSilent(one)
      }
    })
  )
})
