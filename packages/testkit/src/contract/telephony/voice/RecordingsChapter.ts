/** Voicemails at the provider: told of, fetched, written down and deleted. */
import { Voicemail } from "@careline/domain"
import type { TelephonyError } from "@careline/ports"
import { Effect } from "effect"
import { assert } from "vitest"
import { type Chapter, test } from "../Chapter.ts"
import { Receiver } from "../Receiver.ts"
import { ProviderUnderTest } from "../Subject.ts"
import { elsewhere } from "./Elsewhere.ts"
import { call, type Called, joined, spanish, toldOf, voice, voicemail } from "./GivenCall.ts"

/** More than any recording of a test. */
const ENOUGH = 8 * 1024 * 1024
const WORDS = "Please call me back about the new tablets."

const record = (faults: Parameters<typeof call>[2] = [], says: string | null = WORDS) =>
  call(voicemail(), { speaks: 12, says }, faults)

/** What the adapter calls the recording that it told of. */
const refOf = ({ reported }: Pick<Called, "reported">): string =>
  reported.flatMap(({ report }) => (report._tag === "Recorded" ? [report.recording] : []))[0] ?? ""

const reasonOf = <A>(effect: Effect.Effect<A, TelephonyError.TelephonyError>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

const transcribes = (transcription: "any" | "none" | ReadonlyArray<string>, language: string): boolean =>
  transcription === "any" || (transcription !== "none" && transcription.includes(language))

export const recordingsChapter: Chapter = {
  chapter: "Recordings",
  tests: [
    ...([[], ["callbacksTwice"], ["callbacksReversed"]] as const).map((faults) =>
      test(
        `MUST tell of a recording, and how long it is${faults.length === 0 ? "" : ` with ${faults.join()}`}`,
        [],
        function* () {
          const { reported } = yield* record([...faults])
          const known = joined("voicemail", voicemail(), reported)
          assert.lengthOf(known.recordings, 1)
          assert.deepInclude(known.recordings[0], { durationSeconds: 12, isLost: false })
        },
        ["recordings"]
      )
    ),

    test(
      "MUST fetch a recording byte for byte, and only with credentials",
      [],
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        const phones = yield* voice
        const called = yield* record()
        const before = simulator.ledger.requests.length
        const { bytes, contentType } = yield* telephony.recordings.fetch(refOf(called), ENOUGH)
        assert.isTrue(Buffer.from(bytes).equals(Buffer.from(phones.bytesOf(called.trace.recordings[0]!)!)), "the bytes")
        assert.match(contentType ?? "", /^audio\//)
        const requests = simulator.ledger.requests.slice(before)
        assert.isNotEmpty(requests)
        assert.isTrue(requests.every(({ isLetIn }) => isLetIn))
        for (const { target } of requests) {
          const bare = yield* Effect.promise(() => fetch(simulator.controlUrl + target))
          assert.isAtLeast(bare.status, 400, "without credentials")
        }
      },
      ["recordings"]
    ),

    test(
      "MUST delete a recording where the provider keeps it, and mind no second time; say so where it does not",
      [],
      function* (capabilities) {
        const { telephony } = yield* ProviderUnderTest
        const phones = yield* voice
        const ref = refOf(yield* record())
        assert.lengthOf(phones.kept(), 1)
        if (capabilities.voice?.recordings === "expiring") {
          assert.strictEqual((yield* reasonOf(telephony.recordings.delete(ref)))._tag, "Unsupported")
          return
        }
        yield* telephony.recordings.delete(ref)
        assert.deepStrictEqual(phones.kept(), [])
        yield* telephony.recordings.delete(ref)
        assert.strictEqual((yield* reasonOf(telephony.recordings.fetch(ref, ENOUGH)))._tag, "NotFound")
      },
      ["recordings"]
    ),

    test(
      "MUST say that a recording is not there, while it is late and once it is gone",
      [],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const late = refOf(yield* record(["recordingLate"]))
        assert.strictEqual((yield* reasonOf(telephony.recordings.fetch(late, ENOUGH)))._tag, "NotFound")
        assert.isAbove((yield* telephony.recordings.fetch(late, ENOUGH)).bytes.length, 1_000)
        const gone = refOf(yield* record(["recordingGone"]))
        assert.strictEqual((yield* reasonOf(telephony.recordings.fetch(gone, ENOUGH)))._tag, "NotFound")
      },
      ["recordings"]
    ),

    test(
      "MUST tell of a recording that was lost at the provider",
      [],
      function* () {
        const { reported } = yield* record(["recordingLost"])
        const known = joined("voicemail", voicemail(), reported)
        assert.isNotEmpty(known.recordings)
        assert.isTrue(known.recordings.some(({ isLost }) => isLost))
        assert.strictEqual(Voicemail.describe(known).metaData?.messageSubType, "voicemail")
      },
      ["recordings"]
    ),

    test(
      "MUST NOT read more of a recording than it may",
      [],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const phones = yield* voice
        const called = yield* record()
        const size = phones.bytesOf(called.trace.recordings[0]!)!.length
        const ref = refOf(called)
        assert.strictEqual((yield* reasonOf(telephony.recordings.fetch(ref, size - 1)))._tag, "Refused")
        assert.lengthOf((yield* telephony.recordings.fetch(ref, size)).bytes, size)
      },
      ["recordings"]
    ),

    test(
      "MUST refuse what is no recording of the provider's, and ask nobody for it",
      [],
      function* () {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { simulator, telephony } = yield* ProviderUnderTest
            const trap = yield* elsewhere
            const ref = refOf(yield* record())
            const before = simulator.ledger.requests.length
            const forged = [
              "",
              " ",
              "..",
              `../${ref}`,
              `${ref}/../../Messages`,
              `${ref}?a=b`,
              `${ref}#`,
              trap.url,
              `${trap.url}/${encodeURIComponent(ref)}`,
              `${trap.url}/v1/files/${ref}`,
              `http://user:password@${trap.url.slice("http://".length)}/${ref}`,
              "https://169.254.169.254/latest/meta-data",
              "file:///etc/passwd",
              "x".repeat(10_000)
            ]
            for (const one of forged) {
              const { _tag } = yield* reasonOf(telephony.recordings.fetch(one, ENOUGH))
              assert.oneOf(_tag, ["Refused", "NotFound"], one.slice(0, 60))
              yield* Effect.exit(telephony.recordings.delete(one))
              yield* Effect.exit(telephony.recordings.transcript(one))
            }
            assert.deepStrictEqual(trap.asked, [])
            assert.lengthOf(simulator.ledger.requests, before)
          })
        )
      },
      ["recordings"]
    ),

    test(
      "MUST NOT ask again for a recording by itself, nor follow anybody for it",
      ["serverError", "redirected", "hangs", "resets"],
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        const ref = refOf(yield* record())
        for (const fault of ["serverError", "hangs", "resets"] as const) {
          const before = simulator.ledger.requests.length
          simulator.faults.onRead(fault)
          const reason = yield* reasonOf(telephony.recordings.fetch(ref, ENOUGH))
          assert.strictEqual(reason._tag, "Unavailable", fault)
          assert.lengthOf(simulator.ledger.requests, before + 1, fault)
        }
        simulator.faults.onRead("rateLimited")
        assert.strictEqual((yield* reasonOf(telephony.recordings.fetch(ref, ENOUGH)))._tag, "RateLimited")
        assert.isAbove((yield* telephony.recordings.fetch(ref, ENOUGH)).bytes.length, 1_000)
      },
      ["recordings"]
    ),

    test(
      "MUST tell what the provider wrote down, by a webhook and when it is asked",
      [],
      function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        const { delivered } = yield* Receiver
        const called = yield* record()
        yield* Effect.promise(() => simulator.idle())
        const { reported } = toldOf(called.trace, delivered)
        assert.strictEqual(joined("voicemail", voicemail(), reported).transcript?.text, WORDS)
        assert.strictEqual((yield* telephony.recordings.transcript(refOf(called)))?.text, WORDS)
      },
      ["provider transcription"]
    ),

    test(
      "MUST NOT make words of what could not be made out",
      [],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const called = yield* record([], null)
        assert.isNull(joined("voicemail", voicemail(), called.reported).transcript)
        assert.isNull(yield* telephony.recordings.transcript(refOf(called)))
      },
      ["provider transcription"]
    ),

    test(
      "MUST ask for a transcription in the languages that the provider writes, and in no other",
      [],
      function* (capabilities) {
        const { telephony } = yield* ProviderUnderTest
        const plan = voicemail({ language: spanish })
        const called = yield* call(plan, { speaks: 12, says: "Llámeme, por favor." })
        const written = yield* telephony.recordings.transcript(refOf(called))
        const isExpected = transcribes(capabilities.voice?.transcription ?? "none", "es")
        assert.strictEqual(written !== null, isExpected)
        assert.strictEqual(joined("voicemail", plan, called.reported).transcript !== null, isExpected)
      },
      ["provider transcription"]
    )
  ]
}
