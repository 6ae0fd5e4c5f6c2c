/** What waits on the disk: in order, encrypted, bounded, and there again after a crash. */
import type { Contact, PhoneNumber } from "@careline/domain"
import { type IncomingEvent, type Spool, StorageError, StoreUnavailable } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { mkdir, readdir, readFile, rename, rmdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { FileSpool } from "../../src/index.ts"
import { freshDirectory, keysOf } from "../support.ts"

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

const idOf = ({ event }: IncomingEvent) => (event._tag === "MessageReceived" ? event.providerMessageId : null)

/** The ids of what waits; `null` for a file that cannot be read. */
const taken = (spool: Spool["Service"], limit = MANY) =>
  Effect.map(spool.take(limit), (found) => found.flatMap(({ events }) => events?.map(idOf) ?? [null]))

const leave = (spool: Spool["Service"], how: "remove" | "setAside") =>
  Effect.flatMap(spool.take(MANY), (found) => Effect.forEach(found, (entry) => entry[how], { discard: true }))

const holds = (spool: Spool["Service"]) => Effect.map(spool.state, (state) => state !== "empty")

describe("A spool in a directory", () => {
  it.effect("gives back what it was given in that order, also to the next process, until it is removed", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const spool = yield* FileSpool.make({ directory })
      assert.isFalse(yield* holds(spool))
      assert.deepStrictEqual(yield* taken(spool), [])
      yield* Effect.forEach([1, 3, 5, 7], (number) => spool.add([text(number), text(number + 1)]), {
        concurrency: "unbounded",
        discard: true
      })
      assert.isTrue(yield* holds(spool))
      const all = ["SM1", "SM2", "SM3", "SM4", "SM5", "SM6", "SM7", "SM8"]
      assert.deepStrictEqual(yield* taken(spool), all)
      assert.deepStrictEqual(yield* taken(spool, 3), all.slice(0, 4))

      const next = yield* FileSpool.make({ directory })
      assert.isTrue(yield* holds(next))
      const [first] = yield* next.take(1)
      assert.deepStrictEqual(first?.events, [text(1), text(2)])
      const receivedAt = DateTime.makeUnsafe("2026-03-02T09:30:00.250Z")
      yield* (yield* FileSpool.make({ directory: join(directory, "other") })).add([{ ...text(1), receivedAt }])
      const [other] = yield* (yield* FileSpool.make({ directory: join(directory, "other") })).take(1)
      assert.deepStrictEqual(other?.events, [{ ...text(1), receivedAt }])
      yield* first!.remove
      assert.deepStrictEqual(yield* taken(next), all.slice(2))
      // The other one meets a file that is gone.
      assert.deepStrictEqual(yield* taken(spool), all.slice(2))
      yield* leave(next, "remove")
      assert.isFalse(yield* holds(next))
      assert.deepStrictEqual(yield* taken(spool), [])
      assert.isFalse(yield* holds(spool))
      assert.deepStrictEqual(yield* waiting(directory), [])

      // What another process adds in the meantime is found once nothing else waits.
      yield* spool.add([text(9)])
      assert.deepStrictEqual(yield* taken(next), ["SM9"])
    })
  )

  it.effect("has no word and no number in it when it is encrypted, and is read with its own keys alone", () =>
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
        assert.deepStrictEqual(yield* taken(other), [null])
        yield* leave(other, "setAside")
        assert.isFalse(yield* holds(other))
      }
      const again = yield* FileSpool.make({ directory, encryption: keysOf("next", "current") })
      assert.deepStrictEqual(yield* taken(again), ["SM1"])
    })
  )

  it.effect("tells what is not as it was written from the others, and lets it wait aside", () =>
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
        assert.deepStrictEqual(yield* taken(spool), [null, null, "SM3", "SM4"])
        yield* leave(spool, "setAside")
        assert.isFalse(yield* holds(spool))
        // They wait again after a while, and after a restart.
        yield* TestClock.adjust(FileSpool.RECLAIM_MILLIS - 1)
        assert.deepStrictEqual(yield* taken(spool), [])
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(yield* taken(spool), [null, null, "SM3", "SM4"])
        yield* leave(spool, "setAside")
        assert.deepStrictEqual(yield* taken(yield* FileSpool.make({ directory, encryption })), [
          null,
          null,
          "SM3",
          "SM4"
        ])
      }
      // One that takes another one's place is not it.
      const directory = yield* freshDirectory
      const spool = yield* FileSpool.make({ directory, encryption: keysOf("current") })
      yield* spool.add([text(1)])
      yield* spool.add([text(2)])
      const [first, second] = yield* waiting(directory)
      yield* Effect.promise(() => rename(join(directory, second!), join(directory, first!)))
      assert.deepStrictEqual(yield* taken(spool), [null])
    })
  )

  it.effect("takes no more than it may hold, and keeps what it has", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const spool = yield* FileSpool.make({ directory, maxBytes: 10_000 })
      yield* spool.add([text(1)])
      assert.strictEqual(yield* spool.state, "holding")
      const refused = yield* Effect.flip(spool.add([text(2, "x".repeat(6_000))]))
      assert.strictEqual(refused.reason._tag, "StoreUnavailable")
      assert.isTrue(refused.isRetryable)
      assert.deepStrictEqual(yield* taken(spool), ["SM1"])
      yield* leave(spool, "remove")
      yield* spool.add([text(3)])
      yield* spool.add([text(4)])
      assert.deepStrictEqual(yield* taken(spool), ["SM3", "SM4"])
      // Each takes a block of the disk, however short it is.
      assert.strictEqual(yield* spool.state, "full")
      assert.strictEqual((yield* Effect.flip(spool.add([text(5)]))).reason._tag, "StoreUnavailable")
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(join(directory, "incoming"))), [])
    })
  )

  it.effect("goes on where a file goes neither away nor aside, and has it again after a restart", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const spool = yield* FileSpool.make({ directory })
      yield* spool.add([text(1)])
      yield* spool.add([text(2)])
      const [name] = yield* waiting(directory)
      // A folder in its place is none that can be read, or removed as a file.
      const path = join(directory, name!)
      yield* Effect.promise(() => rename(path, join(directory, "kept")))
      yield* Effect.promise(() => mkdir(path))
      assert.deepStrictEqual(yield* taken(spool), [null, "SM2"])
      yield* leave(spool, "remove")
      assert.isFalse(yield* holds(spool))
      assert.deepStrictEqual(yield* taken(spool), [])
      yield* Effect.promise(() => rmdir(path))
      yield* Effect.promise(() => rename(join(directory, "kept"), path))
      assert.deepStrictEqual(yield* taken(spool), [])
      assert.deepStrictEqual(yield* taken(yield* FileSpool.make({ directory })), ["SM1"])
    })
  )

  it.effect("waits for keys that cannot be asked for the moment", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const keys = keysOf("current")
      const is = { away: false }
      const away = new StorageError({ operation: "keys.unwrap", reason: new StoreUnavailable({ message: "away" }) })
      const encryption = {
        ...keys,
        unwrap: (...asked: Parameters<typeof keys.unwrap>) =>
          Effect.suspend(() => (is.away ? Effect.fail(away) : keys.unwrap(...asked)))
      }
      const spool = yield* FileSpool.make({ directory, encryption })
      yield* spool.add([text(1)])
      is.away = true
      assert.isTrue((yield* Effect.flip(spool.take(MANY))).isRetryable)
      is.away = false
      assert.deepStrictEqual(yield* taken(spool), ["SM1"])
    })
  )

  it.effect("keeps its order beside files of others, and holds what is being added", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      yield* Effect.promise(() => writeFile(join(directory, "copy.waiting"), "not ours"))
      const spool = yield* FileSpool.make({ directory })
      const adding = yield* Effect.forkChild(spool.add([text(1)]), { startImmediately: true })
      assert.strictEqual(yield* spool.state, "holding")
      yield* Fiber.join(adding)
      yield* Effect.forEach([2, 3], (number) => spool.add([text(number)]))
      const next = yield* FileSpool.make({ directory })
      yield* next.add([text(4)])
      assert.deepStrictEqual(yield* taken(yield* FileSpool.make({ directory })), ["SM1", "SM2", "SM3", "SM4"])
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
