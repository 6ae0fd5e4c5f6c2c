/** What plain repositories throw, as the ports' errors. */
import { InvalidCursor, StorageError, StoreConflict, Threads, Transaction } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { driverError, repositories, thrown, unused } from "../support/plainRepositories.ts"

const wrapped = (cause: unknown) => new Error("Failed query\nparams: I hurt\n    at five (x:1:2)", { cause })

/** The error as another copy of the package would have thrown it. */
const foreign = (tag: string, fields: object): Error => {
  class Foreign extends Error {
    readonly _tag = tag
  }
  return Object.assign(new Foreign("words of the port"), fields)
}

describe("What a plain repository throws", () => {
  it.effect.each([
    ["23505", "StoreConflict"],
    ["40001", "StoreConflict"],
    ["40P01", "StoreConflict"],
    ["08006", "StoreUnavailable"],
    ["53300", "StoreUnavailable"],
    ["57014", "StoreUnavailable"],
    ["55P03", "StoreUnavailable"],
    ["ECONNREFUSED", "StoreUnavailable"],
    ["CONNECTION_CLOSED", "StoreUnavailable"],
    ["PROTOCOL_CONNECTION_LOST", "StoreUnavailable"],
    ["23503", "StoreFault"],
    ["22P02", "StoreFault"]
  ])("is told by its code, however deep: %s is a %s", ([code, tag]) =>
    Effect.gen(function* () {
      const driver = driverError(code, { constraint: "messages_key" })
      for (const error of [driver, wrapped(driver), wrapped(wrapped(driver))]) {
        const { operation, reason } = yield* thrown(error)
        assert.strictEqual(reason._tag, tag)
        assert.strictEqual(operation, "timers.claimDue")
        assert.include(reason.message, code!)
        if (reason._tag === "StoreConflict") assert.strictEqual(reason.constraint, "messages_key")
      }
    })
  )

  it.effect("is told by SQLSTATE where the driver has a code of its own beside it", () =>
    Effect.gen(function* () {
      const deadlock = yield* thrown(driverError("ER_LOCK_DEADLOCK", { sqlState: "40001" }))
      assert.strictEqual(deadlock.reason._tag, "StoreConflict")
      assert.strictEqual((yield* thrown(driverError(undefined, { sqlstate: "08003" }))).reason._tag, "StoreUnavailable")
    })
  )

  it.effect.each([
    "Connection terminated unexpectedly",
    "timeout exceeded when trying to connect",
    "Client has encountered a connection error and is not queryable",
    "Query read timeout"
  ])("is told by the driver's words where it has no code for a lost connection: %s", (words) =>
    Effect.gen(function* () {
      for (const error of [new Error(words), wrapped(new Error(words))]) {
        const { message, reason } = yield* thrown(error)
        assert.strictEqual(reason._tag, "StoreUnavailable")
        assert.notInclude(message, words)
      }
      assert.strictEqual((yield* thrown(new Error(`I wrote: ${words}`))).reason._tag, "StoreFault")
    })
  )

  it.effect("is quoted nowhere, and told by its place", () =>
    Effect.gen(function* () {
      for (const error of [
        driverError("22P02"),
        driverError("call +13035550123"),
        driverError("13035550123"),
        driverError("23505", { constraint: "(phone)=(+13035550123)" }),
        wrapped(driverError("22P02")),
        new TypeError("cannot read\n    at +13035550123 (x:1:2)"),
        "+13035550123"
      ]) {
        const told = yield* thrown(error)
        assert.notMatch(JSON.stringify([told.message, told.reason]), /3035550123|I hurt|five/)
      }
      assert.include((yield* thrown(new TypeError("x"))).message, "TypeError at ")
    })
  )

  it.effect("ends in a circle, or nowhere near", () =>
    Effect.gen(function* () {
      const circle = wrapped(null)
      circle.cause = wrapped(circle)
      assert.strictEqual((yield* thrown(circle)).reason._tag, "StoreFault")
      let deep: Error = driverError("40001")
      for (let depth = 0; depth < 1_000; depth++) deep = wrapped(deep)
      assert.strictEqual((yield* thrown(deep)).reason._tag, "StoreFault")
    })
  )

  it.effect("may be unreadable", () =>
    Effect.gen(function* () {
      const get = () => {
        throw new Error("a getter")
      }
      const fields = ["code", "name", "stack", "message", "cause", "_tag", "sqlState", "constraint"]
      const sealed = Object.defineProperties(new Error(), Object.fromEntries(fields.map((field) => [field, { get }])))
      const { proxy, revoke } = Proxy.revocable(new Error(), {})
      revoke()
      for (const error of [sealed, proxy, undefined, null, 0, Symbol("x"), Object.create(null)]) {
        assert.strictEqual((yield* thrown(error)).reason._tag, "StoreFault")
        const layer = repositories({ transact: () => Promise.reject(error) })
        const { transact } = yield* Effect.provide(Transaction, layer)
        assert.strictEqual((yield* Effect.flip(transact(Effect.void))).reason._tag, "StoreFault")
      }
    })
  )
})

describe("A port's own error", () => {
  it.effect("is itself, also where something wraps it", () =>
    Effect.gen(function* () {
      const reason = new StoreConflict({ message: "taken", constraint: null })
      const own = new StorageError({ operation: "mine", reason })
      assert.strictEqual(yield* thrown(own), own)
      assert.strictEqual(yield* thrown(wrapped(own)), own)
      assert.strictEqual((yield* thrown(reason)).reason, reason)
    })
  )

  it.effect("is made anew where it is of another copy of the package", () =>
    Effect.gen(function* () {
      const reason = foreign("StoreConflict", { constraint: "one" })
      const error = yield* thrown(foreign("StorageError", { operation: "theirs", reason }))
      assert.instanceOf(error, StorageError)
      assert.instanceOf(error.reason, StoreConflict)
      assert.strictEqual(error.operation, "theirs")
      const list = async () => {
        throw foreign("InvalidCursor", {})
      }
      const layer = repositories({
        threads: () => ({
          list,
          get: unused,
          counts: unused,
          loadByIds: unused,
          loadByKeys: unused,
          patientsOf: unused
        })
      })
      const query = { scope: "all", view: "all", userId: "1" as never, limit: 1, cursor: "x" } as const
      const threads = yield* Effect.provide(Threads, layer)
      assert.instanceOf(yield* Effect.flip(threads.list(query)), InvalidCursor)
    })
  )

  it.effect("is none that only has the tag of one", () =>
    Effect.gen(function* () {
      for (const error of [{ _tag: "StoreConflict" }, foreign("StorageError", {}), foreign("toString", {})]) {
        assert.strictEqual((yield* thrown(error)).reason._tag, "StoreFault")
      }
    })
  )
})

describe("A team's own classification", () => {
  it.effect("comes before the codes", () =>
    Effect.gen(function* () {
      const busy = yield* thrown(driverError("SQLITE_BUSY"), () => "unavailable")
      assert.deepStrictEqual([busy.reason._tag, busy.reason.message], ["StoreUnavailable", "SQLITE_BUSY"])
      assert.strictEqual((yield* thrown(driverError("40001"), () => "fault")).reason._tag, "StoreFault")
      const conflict = yield* thrown(new Error("+13035550123"), () => "conflict")
      assert.strictEqual(conflict.reason._tag, "StoreConflict")
      assert.notInclude(conflict.message, "3035550123")
    })
  )

  it.effect("leaves to the codes what it does not know, or throws on", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* thrown(driverError("40001"), () => undefined)).reason._tag, "StoreConflict")
      assert.strictEqual((yield* thrown(driverError("40001"), unused)).reason._tag, "StoreConflict")
    })
  )

  it.effect("is not asked about a port's own errors", () =>
    Effect.gen(function* () {
      const own = new StorageError({
        operation: "mine",
        reason: new StoreConflict({ message: "taken", constraint: null })
      })
      assert.strictEqual(yield* thrown(own, () => "fault"), own)
    })
  )
})
