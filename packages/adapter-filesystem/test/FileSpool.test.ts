/** What waits on the disk: in order, sealed, bounded, and there again after a crash. */
import type { Contact, PhoneNumber } from "@careline/domain"
import type { IncomingEvent, Spool } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { FileSpool } from "../src/index.ts"
import { freshDirectory, keysOf } from "./support.ts"

const MANY = 1_000

const text = (number: number, words = `text ${number}`): IncomingEvent => ({
  provider: "twilio",
  account: "AC1",
  event: {
    _tag: "MessageReceived",
    providerMessageId: `SM${number}`,
    from: "+13035550123" as Contact.Contact,
    to: "+12025550100" as PhoneNumber.E164,
    text: words,
    attachments: [],
    providerKeyword: null
  }
})

const waiting = (directory: string) =>
  Effect.promise(async () => (await readdir(directory)).filter((name) => name.endsWith(".waiting")).toSorted())

const idsOf = (events: ReadonlyArray<IncomingEvent> | undefined) =>
  events?.map(({ event }) => (event._tag === "MessageReceived" ? event.providerMessageId : null))

const taken = (spool: Spool["Service"], limit = MANY) => Effect.map(spool.take(limit), (found) => idsOf(found?.events))

describe("A spool in a directory", () => {
  it.effect("gives back what it was given in that order, also to the next process, until it is removed", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const spool = yield* FileSpool.make({ directory })
      assert.isFalse(yield* spool.holds)
      assert.isNull(yield* spool.take(MANY))
      yield* Effect.forEach([1, 3, 5, 7], (number) => spool.add([text(number), text(number + 1)]), {
        concurrency: "unbounded",
        discard: true
      })
      assert.isTrue(yield* spool.holds)
      const all = ["SM1", "SM2", "SM3", "SM4", "SM5", "SM6", "SM7", "SM8"]
      assert.deepStrictEqual(yield* taken(spool), all)
      assert.deepStrictEqual(yield* taken(spool, 3), all.slice(0, 4))

      const next = yield* FileSpool.make({ directory })
      assert.isTrue(yield* next.holds)
      const first = yield* next.take(1)
      assert.deepStrictEqual(first?.events, [text(1), text(2)])
      yield* first!.remove
      assert.deepStrictEqual(yield* taken(next), all.slice(2))
      // The other one meets a file that is gone.
      assert.deepStrictEqual(yield* taken(spool), all.slice(2))
      yield* (yield* next.take(MANY))!.remove
      assert.isFalse(yield* next.holds)
      assert.isNull(yield* spool.take(MANY))
      assert.isFalse(yield* spool.holds)
      assert.deepStrictEqual(yield* waiting(directory), [])

      // What another process adds in the meantime is found once nothing else waits.
      yield* spool.add([text(9)])
      assert.deepStrictEqual(yield* taken(next), ["SM9"])
    })
  )

  it.effect("has no word and no number in it when it is sealed, and opens under its own keys alone", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const spool = yield* FileSpool.make({ directory, encryption: keysOf("current") })
      yield* spool.add([text(1, "the patient is called Canary McSecret")])
      const [name] = yield* waiting(directory)
      const bytes = yield* Effect.promise(() => readFile(join(directory, name!), "latin1"))
      for (const canary of ["Canary", "3035550123", "2025550100", "SM1"]) assert.notInclude(bytes, canary)

      // Kept aside for a person, who finds the key, and starts the host again.
      for (const encryption of [null, keysOf("another")]) {
        const other = yield* FileSpool.make({ directory, encryption })
        assert.isNull(yield* other.take(MANY))
        assert.isFalse(yield* other.holds)
      }
      const again = yield* FileSpool.make({ directory, encryption: keysOf("next", "current") })
      assert.deepStrictEqual(yield* taken(again), ["SM1"])
    })
  )

  it.effect("sets aside what is not as it was written, and goes on with the others", () =>
    Effect.gen(function* () {
      for (const encryption of [null, keysOf("current")]) {
        const directory = yield* freshDirectory
        const spool = yield* FileSpool.make({ directory, encryption })
        yield* Effect.forEach([1, 2, 3, 4], (number) => spool.add([text(number)]))
        const names = yield* waiting(directory)
        yield* Effect.promise(async () => {
          const path = (place: number) => join(directory, names[place]!)
          const bytes = await readFile(path(0))
          bytes[bytes.length - 3]! ^= 1
          await writeFile(path(0), bytes)
          await writeFile(path(1), (await readFile(path(1))).subarray(0, 40))
        })
        assert.deepStrictEqual(yield* taken(spool), ["SM3", "SM4"])
        yield* (yield* spool.take(MANY))!.setAside
        assert.isFalse(yield* spool.holds)
        assert.deepStrictEqual(yield* taken(yield* FileSpool.make({ directory, encryption })), ["SM3", "SM4"])
      }
      // One that takes another one's place is not it.
      const directory = yield* freshDirectory
      const spool = yield* FileSpool.make({ directory, encryption: keysOf("current") })
      yield* spool.add([text(1)])
      yield* spool.add([text(2)])
      const [first, second] = yield* waiting(directory)
      yield* Effect.promise(() => rename(join(directory, second!), join(directory, first!)))
      assert.isNull(yield* spool.take(MANY))
    })
  )

  it.effect("takes no more than it may hold, and keeps what it has", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const spool = yield* FileSpool.make({ directory, maxBytes: 1_000 })
      yield* spool.add([text(1)])
      const refused = yield* Effect.flip(spool.add([text(2, "x".repeat(1_000))]))
      assert.strictEqual(refused.reason._tag, "StoreUnavailable")
      assert.isTrue(refused.isRetryable)
      assert.deepStrictEqual(yield* taken(spool), ["SM1"])
      yield* (yield* spool.take(MANY))!.remove
      yield* spool.add([text(3)])
      assert.deepStrictEqual(yield* taken(spool), ["SM3"])
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(join(directory, "incoming"))), [])
    })
  )

  it.effect("is not opened where nothing can be written", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const file = join(directory, "file")
      yield* Effect.promise(() => writeFile(file, ""))
      assert.strictEqual((yield* Effect.flip(FileSpool.make({ directory: file }))).reason._tag, "StoreUnavailable")
      const other = join(directory, "spool")
      yield* Effect.promise(() => mkdir(other))
      yield* Effect.promise(() => writeFile(join(other, "incoming"), ""))
      assert.strictEqual((yield* Effect.flip(FileSpool.make({ directory: other }))).reason._tag, "StoreUnavailable")
    })
  )
})
