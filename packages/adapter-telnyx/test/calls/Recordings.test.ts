/** Recordings are behind links that the API makes, and whatever it says no request goes anywhere else. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { newTelnyxKey, TelnyxSimulator } from "@careline/testkit/simulators"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { TelnyxTelephony } from "../../src/index.ts"
import { messagingProfileId, optionsFor } from "../support.ts"

const recording = "35094891-3290-4142-b2c2-b2eda57534cf"
const apiKey = "KEYcanary"
const MAX_BYTES = 1024 * 1024

/** A machine that answers every request with this, and remembers what was asked with which credentials. */
const serving = (answer: (origin: string) => unknown) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly asked: Array<string>; readonly close: () => void }>((resume) => {
      const asked: Array<string> = []
      const server = createServer((request, response) => {
        asked.push(`${request.url} ${request.headers.authorization ?? "-"}`)
        response.setHeader("content-type", "application/json")
        response.end(JSON.stringify(answer(url)))
      })
      let url = ""
      server.listen(0, "127.0.0.1", () => {
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        const close = () => {
          server.close()
          server.closeAllConnections()
        }
        resume(Effect.succeed({ url, asked, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const linking = (link: string) => serving(() => ({ data: { id: recording, download_urls: { wav: link } } }))

const fetchFrom = (baseUrl: string) =>
  Effect.flatMap(TelnyxTelephony.make(optionsFor({ baseUrl })), ({ recordings }) =>
    recordings.fetch(recording, MAX_BYTES)
  )

describe("A recording at Telnyx", () => {
  it.effect.each([
    "https://ec2-203-0-113-7.compute.amazonaws.com/recording.wav",
    "https://s3.amazonaws.com.example.com/recording.wav",
    "https://mys3.amazonaws.com/recording.wav",
    "https://api.telnyx.com.example.com/recording.wav",
    "http://s3.amazonaws.com/recording.wav",
    "https://169.254.169.254/latest/meta-data",
    "file:///etc/passwd",
    ""
  ])("is not fetched from %s", (link) =>
    Effect.gen(function* () {
      const api = yield* linking(link)
      const { reason } = yield* Effect.flip(fetchFrom(`${api.url}/v2`))
      assert.strictEqual(reason._tag, "Refused")
      assert.deepStrictEqual(api.asked, [`/v2/recordings/${recording} Bearer ${apiKey}`])
    })
  )

  it.effect("is asked for with the key, and fetched without it", () =>
    Effect.gen(function* () {
      const api = yield* serving((origin) => ({
        data: { download_urls: { mp3: `${origin}/a.mp3`, wav: `${origin}/a.wav` } }
      }))
      yield* fetchFrom(`${api.url}/v2`)
      assert.deepStrictEqual(api.asked, [`/v2/recordings/${recording} Bearer ${apiKey}`, "/a.wav -"])
    })
  )

  it.effect("is not there while the API knows no file of it", () =>
    Effect.gen(function* () {
      const api = yield* serving(() => ({ data: { id: recording, download_urls: {} } }))
      assert.strictEqual((yield* Effect.flip(fetchFrom(`${api.url}/v2`))).reason._tag, "NotFound")
    })
  )
})

const line = "+12025550100"

describe("Without the account's id", () => {
  it.effect("a call is neither asked for nor listed, and Telnyx's adapter says so", () =>
    Effect.gen(function* () {
      const { capabilities, calls } = yield* TelnyxTelephony.make(optionsFor({ accountSid: null }))
      assert.strictEqual(capabilities.voice?.status, "none")
      assert.deepStrictEqual(capabilities.history, { messages: true, calls: false, recordings: true })
      assert.strictEqual((yield* Effect.flip(calls.status("v3:an-id-of-some-call"))).reason._tag, "Unsupported")
    })
  )

  it.effect("a recording tells of its call", () =>
    Effect.gen(function* () {
      const at = "2026-01-15T10:30:00.000Z"
      const one = {
        id: recording,
        call_control_id: "v3:9X2vxPDFY2RHSJ1EdMS0RHRksMTg7ldN",
        status: "completed",
        duration_millis: 5_400,
        from: "+13035550177",
        to: line,
        created_at: at
      }
      const api = yield* serving(() => ({ data: [one], meta: { page_number: 1, total_pages: 1 } }))
      const telephony = yield* TelnyxTelephony.make(optionsFor({ accountSid: null, baseUrl: `${api.url}/v2` }))
      const from = DateTime.makeUnsafe("2026-01-15T10:00:00.000Z")
      const { records } = yield* telephony.history.between(from, DateTime.add(from, { hours: 1 }))
      assert.deepStrictEqual(
        records.map(({ event }) => event),
        [
          { _tag: "CallReceived", providerCallId: one.call_control_id, from: one.from, to: one.to },
          {
            _tag: "CallReported",
            providerCallId: one.call_control_id,
            callId: null,
            report: { _tag: "Recorded", recording, durationSeconds: 5 }
          }
        ] as never
      )
      assert.strictEqual(DateTime.formatIso(records[0]!.at), at)
    })
  )
})

describe("Without an application", () => {
  it.effect("nothing of calls is supported, and texts are as before", () =>
    Effect.gen(function* () {
      const simulator = yield* TelnyxSimulator.scoped({
        apiKey,
        signingKeys: [newTelnyxKey()],
        messagingProfileId,
        organizationId: messagingProfileId,
        inboundUrl: "http://127.0.0.1:1/"
      })
      const telephony = yield* TelnyxTelephony.make(optionsFor({ connectionId: null, baseUrl: simulator.url }))
      assert.isNull(telephony.capabilities.voice)
      assert.deepStrictEqual(telephony.capabilities.history, { messages: true, calls: false, recordings: false })
      const { reason } = yield* Effect.flip(telephony.recordings.fetch(recording, MAX_BYTES))
      assert.strictEqual(reason._tag, "Unsupported")
      const now = yield* DateTime.now
      assert.isEmpty((yield* telephony.history.between(now, now)).records)
    })
  )
})
