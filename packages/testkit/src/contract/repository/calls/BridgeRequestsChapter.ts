/** The chapter "Bridge requests" of the repository contract. */
import { type BridgeRequest, BridgeRequestId, CallId, CallPlan, UserId } from "@careline/domain"
import { BridgeRequests, IdGenerator, type Ring, type RingQuota } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Deferred, Duration, Effect, Option } from "effect"
import { type Chapter, voiceTest } from "../shared/Chapter.ts"
import { giveMoment, within } from "../shared/Deadline.ts"
import * as Given from "../shared/Given.ts"
import { freshNumber, StoreUnderTest } from "../shared/Harness.ts"

const fresh = (kind: "bridgeRequest" | "call") =>
  Effect.flatMap(IdGenerator, (ids) => Effect.map(ids.next(kind, 1), ([id]) => id!))

/** A permission in the store. */
const prepared = Effect.fnUntraced(function* (fields: Partial<BridgeRequest.BridgeRequest> = {}) {
  const { people, tenants } = yield* StoreUnderTest
  const number = yield* Given.aTenantNumber(tenants[0])
  const thread = yield* Given.aThread(tenants[0])
  const now = yield* Given.storeNow
  const request: BridgeRequest.BridgeRequest = {
    id: BridgeRequestId.make(yield* fresh("bridgeRequest")),
    siteGroupingId: tenants[0],
    threadId: thread.id,
    mode: "dial_in",
    clinicianId: people.users[0],
    clinicianNumber: yield* freshNumber,
    numberSince: now,
    bridgeNumberId: number.id,
    bridgeNumber: number.number,
    callerIdNumberId: number.id,
    callerId: CallPlan.callerId(number),
    contact: yield* freshNumber,
    pin: "012345",
    reason: "results",
    notes: null,
    failedPins: 0,
    expiresAt: DateTime.addDuration(now, Duration.minutes(10)),
    usedBy: null,
    createdAt: now,
    ...fields
  }
  yield* Effect.flatMap(BridgeRequests, (requests) => requests.add(request))
  return request
})

const dialled = Effect.fnUntraced(function* (
  { clinicianNumber, siteGroupingId }: BridgeRequest.BridgeRequest,
  expiredAfter?: DateTime.Utc
) {
  const requests = yield* BridgeRequests
  const after = expiredAfter ?? (yield* Given.storeNow)
  return yield* Given.transact(requests.dialled({ caller: clinicianNumber, siteGroupingId, expiredAfter: after }))
})

/** A callback of its own phone and clinician, unless it is told whose. */
const rings = Effect.fnUntraced(function* (fields: Partial<Ring> = {}, quota: Partial<RingQuota> = {}) {
  const at = yield* Given.storeNow
  const ring: Ring = {
    id: BridgeRequestId.make(yield* fresh("bridgeRequest")),
    clinicianId: UserId.make(crypto.randomUUID()),
    clinicianNumber: yield* freshNumber,
    at,
    until: DateTime.addDuration(at, Duration.minutes(1)),
    ...fields
  }
  const limit = { calls: 100, since: DateTime.subtractDuration(at, Duration.hours(1)), ...quota }
  const answer = yield* Effect.flatMap(BridgeRequests, (requests) => Given.transact(requests.ring(ring, limit)))
  return { ring, answer }
})

const load = (request: BridgeRequest.BridgeRequest) =>
  Effect.flatMap(BridgeRequests, (requests) => Given.transact(requests.load([request.id])))

const latestOf = (user: UserId) => Effect.flatMap(BridgeRequests, (requests) => requests.latestOf(user))

export const bridgeRequestsChapter: Chapter = {
  chapter: "Bridge requests",
  tests: [
    voiceTest("MUST keep all of a permission", function* () {
      const request = yield* prepared({ mode: "callback", failedPins: 2, usedBy: CallId.make(yield* fresh("call")) })
      assert.deepStrictEqual(yield* load(request), [request])
    }),

    voiceTest(
      "MUST find the permissions for a call from one number to any of a tenant's, the oldest first",
      function* () {
        const { advance, tenants } = yield* StoreUnderTest
        const first = yield* prepared()
        yield* advance(Duration.minutes(1))
        const { clinicianNumber } = first
        const second = yield* prepared({ clinicianNumber })
        const thread = yield* Given.aThread(tenants[1])
        const elsewhere = yield* prepared({ clinicianNumber, siteGroupingId: tenants[1], threadId: thread.id })
        yield* prepared({ bridgeNumber: first.bridgeNumber })
        assert.deepStrictEqual(yield* dialled(first), [first, second])
        assert.deepStrictEqual(yield* dialled(elsewhere), [elsewhere])
      }
    ),

    voiceTest("MUST leave out what expired before the given time", function* () {
      const request = yield* prepared()
      assert.deepStrictEqual(yield* dialled(request, request.expiresAt), [request])
      assert.deepStrictEqual(yield* dialled(request, DateTime.addDuration(request.expiresAt, 1)), [])
    }),

    voiceTest("MUST save wrong PINs and use", function* () {
      const [used, other] = [yield* prepared(), yield* prepared()]
      const now = { ...used, failedPins: 1, usedBy: CallId.make(yield* fresh("call")) }
      yield* Effect.flatMap(BridgeRequests, (requests) => requests.save([now]))
      assert.deepStrictEqual([yield* load(used), yield* load(other)], [[now], [other]])
    }),

    voiceTest("MUST tell what a clinician prepared last", function* () {
      const { advance, people } = yield* StoreUnderTest
      assert.isTrue(Option.isNone(yield* latestOf(people.users[0])))
      yield* prepared()
      yield* advance(Duration.minutes(1))
      const last = yield* prepared()
      yield* prepared({ clinicianId: people.users[1] })
      assert.deepStrictEqual(yield* latestOf(people.users[0]), Option.some(last))
    }),

    voiceTest("MUST forget what expired long ago, but for each clinician's latest", function* () {
      const { advance, people } = yield* StoreUnderTest
      const old = yield* prepared()
      yield* advance(Duration.hours(1))
      const latest = yield* prepared()
      const theirs = yield* prepared({ clinicianId: people.users[1] })
      yield* advance(Duration.hours(1))
      const forget = Effect.flatMap(BridgeRequests, (requests) =>
        Effect.flatMap(Given.storeNow, (now) => requests.forget(now))
      )
      assert.strictEqual(yield* forget, 1)
      assert.strictEqual(yield* forget, 0)
      assert.deepStrictEqual([yield* load(old), yield* load(latest), yield* load(theirs)], [[], [latest], [theirs]])
    }),

    voiceTest("MUST ring no phone and no clinician by two callbacks at a time", function* () {
      const { advance } = yield* StoreUnderTest
      const { ring } = yield* rings()
      assert.strictEqual((yield* rings({ clinicianId: ring.clinicianId })).answer._tag, "Busy")
      assert.strictEqual((yield* rings({ clinicianNumber: ring.clinicianNumber })).answer._tag, "Busy")
      assert.strictEqual((yield* rings()).answer._tag, "Rings")
      yield* advance(Duration.minutes(2))
      assert.strictEqual((yield* rings({ clinicianNumber: ring.clinicianNumber })).answer._tag, "Rings")
    }),

    voiceTest("MUST ring again once a callback is connected or over", function* () {
      const { ring } = yield* rings()
      const { clinicianId, clinicianNumber } = ring
      yield* Effect.flatMap(BridgeRequests, (requests) => requests.rang([ring.id], ring.at))
      assert.strictEqual((yield* rings({ clinicianId, clinicianNumber })).answer._tag, "Rings")
    }),

    voiceTest(
      "MUST count the callbacks that a clinician had lately, and tell when the first of them began",
      function* () {
        const { advance } = yield* StoreUnderTest
        const clinicianId = UserId.make(crypto.randomUUID())
        const begun: Array<DateTime.Utc> = []
        for (let count = 0; count < 3; count++) {
          const { answer, ring } = yield* rings({ clinicianId }, { calls: 3 })
          assert.strictEqual(answer._tag, "Rings")
          begun.push(ring.at)
          yield* advance(Duration.minutes(2))
        }
        assert.deepStrictEqual((yield* rings({ clinicianId }, { calls: 3 })).answer, {
          _tag: "TooMany",
          first: begun[0]!
        })
        const later = yield* rings({ clinicianId }, { calls: 3, since: begun[0]! })
        assert.strictEqual(later.answer._tag, "Rings")
      }
    ),

    voiceTest("MUST ring once when many callbacks are asked for at the same time", function* () {
      const [clinicianNumber, clinicianId] = [yield* freshNumber, UserId.make(crypto.randomUUID())]
      for (const same of [{ clinicianNumber }, { clinicianId }]) {
        const all = yield* Effect.forEach(Array.from({ length: 8 }), () => rings(same), { concurrency: "unbounded" })
        assert.lengthOf(
          all.filter(({ answer }) => answer._tag === "Rings"),
          1
        )
      }
    }),

    voiceTest(
      "MUST let one of two calls use a permission, and show the other one that it is used",
      function* () {
        const requests = yield* BridgeRequests
        const request = yield* prepared()
        const [first, second] = [CallId.make(yield* fresh("call")), CallId.make(yield* fresh("call"))]
        const locked = yield* Deferred.make<void>()
        const done = yield* Deferred.make<void>()
        const one = Given.transact(
          Effect.gen(function* () {
            const [mine] = yield* requests.load([request.id])
            yield* Deferred.succeed(locked, undefined)
            yield* giveMoment(Deferred.await(done))
            yield* requests.save([{ ...mine!, usedBy: first }])
          })
        )
        const other = Effect.gen(function* () {
          yield* Deferred.await(locked)
          yield* Given.transact(
            Effect.gen(function* () {
              const [mine] = yield* requests.load([request.id])
              if (mine!.usedBy === null) yield* requests.save([{ ...mine!, usedBy: second }])
            })
          )
          yield* Deferred.succeed(done, undefined)
        })
        yield* within(Effect.all([one, other], { concurrency: "unbounded" }), "both uses")
        assert.deepStrictEqual(
          (yield* load(request)).map(({ usedBy }) => usedBy),
          [first]
        )
      },
      ["concurrentTransactions"]
    )
  ]
}
