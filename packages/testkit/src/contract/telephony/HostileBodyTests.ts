/**
 * What a stranger's webhook may cost: time in proportion to its size. Two sizes are compared, and not a clock: one body of a
 * size costs about as much as sixteen of a sixteenth, on any machine, and sixteen times as much where the square is taken.
 */
import type { Telephony } from "@careline/ports"
import { Effect } from "effect"
import { assert } from "vitest"
import { type ContractTest, test } from "./Chapter.ts"
import { receive } from "./Given.ts"
import * as Receiver from "./Receiver.ts"
import { ProviderUnderTest } from "./Subject.ts"

/** Bytes of the larger request, and how many smaller ones it is compared with. */
const LARGE = 16 * 1024
const SMALLER = 16
/** Between what is linear, about 1, and what is quadratic, `SMALLER`. */
const TOO_MANY_TIMES = 4
const ROUNDS = 5

const FORM = "application/x-www-form-urlencoded"
const JSON_TYPE = "application/json"

const upTo = (size: number, part: (index: number) => string): string => {
  let text = ""
  for (let index = 0; text.length < size; index++) text += part(index)
  return text.slice(0, size)
}

/** Bodies that are cheap to send. */
const bodies: ReadonlyArray<readonly [what: string, contentType: string, body: (size: number) => string]> = [
  ["parameters of different names", FORM, (size) => upTo(size, (index) => `${index.toString(36)}=&`)],
  ["one parameter many times", FORM, (size) => upTo(size, (index) => `a=${index.toString(36)}&`)],
  ["percent signs", FORM, (size) => upTo(size, () => "%")],
  ["names in JSON", JSON_TYPE, (size) => `{${upTo(size - 6, (index) => `"${index.toString(36)}":0,`)}`],
  ["brackets", JSON_TYPE, (size) => "[".repeat(size)],
  ["blanks", JSON_TYPE, (size) => " ".repeat(size)]
]

type Hostile = (size: number, target: string, headers: Telephony.RawRequest["headers"]) => Partial<Telephony.RawRequest>

const requests: ReadonlyArray<readonly [what: string, hostileOf: Hostile]> = [
  ...bodies.map(([what, contentType, bodyOf]): readonly [string, Hostile] => [
    what,
    (size, _, headers) => ({
      headers: { ...headers, "content-type": contentType },
      body: new TextEncoder().encode(bodyOf(size))
    })
  ]),
  [
    "parameters of different names by GET",
    (size, target, headers) => ({
      method: "GET",
      target: `${target}?${upTo(size, (index) => `${index.toString(36)}=&`)}`,
      headers,
      body: new Uint8Array()
    })
  ]
]

/** Headers as somebody has them who is not the provider: with its signature of something else, or no credentials of its. */
const ofStranger = (
  headers: Telephony.RawRequest["headers"],
  { webhooks }: Telephony.Capabilities
): Telephony.RawRequest["headers"] =>
  webhooks.signatureCovers === "nothing" ? { ...headers, authorization: "Basic c3RyYW5nZXI6c3RyYW5nZXI=" } : headers

/** Microseconds of this process, and not of others beside it. */
const cpuMicros = (): number => {
  const { system, user } = process.cpuUsage()
  return system + user
}

/** What the cheapest of a few rounds costs, so that whatever else the process does is left out. */
const cheapest = Effect.fnUntraced(function* (work: Effect.Effect<void>) {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const before = cpuMicros()
    yield* work
    least = Math.min(least, cpuMicros() - before)
  }
  return least
})

const kindsOf = ({ voice }: Telephony.Capabilities): ReadonlyArray<Telephony.WebhookKind> =>
  voice === null ? ["sms"] : ["sms", "call"]

export const hostileBodyTests: ReadonlyArray<ContractTest> = [
  test("MUST refuse a hostile body in linear time", ["inboundText"], function* (capabilities) {
    const { telephony } = yield* ProviderUnderTest
    const [believed] = (yield* receive({ body: "hello" })).webhooks
    const { request } = believed!
    const headers = ofStranger(request.headers, capabilities)
    const refuse = (kind: Telephony.WebhookKind, hostile: Telephony.RawRequest, what: string) =>
      Effect.map(Receiver.receive(telephony, kind, hostile), ({ result }) => {
        assert.strictEqual(result?._tag, "Failure", what)
        if (result?._tag !== "Failure") return
        assert.oneOf(result.failure.reason._tag, ["InvalidSignature", "Unverifiable"], what)
      })
    for (const kind of kindsOf(capabilities)) {
      for (const [what, hostileOf] of requests) {
        const costOf = (size: number, times: number) => {
          const hostile = { ...request, ...hostileOf(size, request.target, headers) }
          const one = refuse(kind, hostile, `${kind}: ${what}`)
          return cheapest(Effect.forEach(Array.from({ length: times }), () => one, { discard: true }))
        }
        const small = yield* costOf(LARGE / SMALLER, SMALLER)
        const large = yield* costOf(LARGE, 1)
        assert.isBelow(large, Math.max(small, 1) * TOO_MANY_TIMES, `${kind}: ${what}`)
      }
    }
  })
]
