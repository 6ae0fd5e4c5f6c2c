/** A number for a tenant's voice agent: bought for that, attached to the trunk, shown as its caller ID, and never texted from. */
import { type InventoryNumber, SiteGroupingId } from "@careline/domain"
import { NumberInventory, type TelephonyProviders } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import * as Application from "../src/index.ts"
import * as Line from "./support/numberWorld.ts"
import * as World from "./support/purchaseWorld.ts"

const voice = { purpose: "voice" } as const
const { administrator } = Line
const ana = "+13035550123"

const numbersOf = (tenant: SiteGroupingId) => Effect.flatMap(NumberInventory, (inventory) => inventory.list([tenant]))

/** Makes one of the tenant's numbers one for another purpose. */
const become = Effect.fnUntraced(function* (
  number: InventoryNumber.InventoryNumber,
  purpose: InventoryNumber.NumberPurpose
) {
  yield* (yield* NumberInventory).save([{ ...number, purpose }])
})

describe("A number for a voice agent", () => {
  it.effect("is bought beside the one for texts, attached to the trunk, and told as the caller ID", () =>
    Effect.gen(function* () {
      const { market, telephony, twice } = World.makeProvider()
      const asked: Array<ReadonlyArray<string>> = []
      const searched = {
        ...telephony,
        numbers: {
          ...telephony.numbers,
          search: (query: Parameters<typeof telephony.numbers.search>[0]) => {
            asked.push(query.features)
            return telephony.numbers.search(query)
          }
        }
      }
      yield* Effect.gen(function* () {
        yield* World.setUp
        const assign = (request: Application.AssignmentRequest) =>
          Application.assignFromPool(World.admin, World.north, request)
        yield* World.settle
        assert.strictEqual((yield* assign({}))._tag, "Assigned")
        const noTexts = yield* Effect.flip(Application.callerId(World.admin, SiteGroupingId.make("south")))
        assert.strictEqual(noTexts._tag, "NotFound")
        assert.strictEqual((yield* Application.callerId(World.admin, World.north)).purpose, "both", "for want of one")
        const ordered = yield* assign(voice)
        assert.strictEqual(ordered._tag, "Ordered", "none of the pool is attached to the trunk")
        assert.strictEqual(
          (yield* Effect.flip(assign({ purpose: "text", areaCode: "808", additional: true })))._tag,
          "AssignmentPending"
        )
        yield* World.settle
        const own = yield* numbersOf(World.north)
        assert.sameMembers(
          own.map(({ purpose }) => purpose),
          ["both", "voice"]
        )
        const agent = own.find(({ purpose }) => purpose === "voice")!
        assert.strictEqual(market.find(agent.number)?.fields["texts"], "trunk")
        assert.strictEqual((yield* Application.callerId(World.admin, World.north)).id, agent.id)
        assert.deepInclude(
          yield* assign(voice),
          { _tag: "Assigned", number: agent },
          "the same request, the same number"
        )
        assert.deepInclude(asked, ["voice"])
        assert.isEmpty(twice())
        const found = yield* Application.reconcileNumbers(World.admin)
        assert.isEmpty(found.flatMap(({ misconfigured }) => misconfigured))
        market.change(agent.number, { texts: "here" })
        const [{ misconfigured }] = yield* Application.reconcileNumbers(World.admin).pipe(
          Effect.map((all) => [all[0]!] as const)
        )
        assert.deepStrictEqual(
          misconfigured.map(({ faults, number }) => [number.id, faults]),
          [[agent.id, ["voice_attachment"]]]
        )
        assert.deepStrictEqual((yield* Application.repairNumbers(World.admin, {})).configured, [agent.number])
        assert.strictEqual(market.find(agent.number)?.fields["texts"], "trunk")
      }).pipe(Effect.provide(World.world(searched)))
    })
  )

  it.effect("is refused where the provider has no trunk", () =>
    Effect.gen(function* () {
      const { telephony } = World.makeProvider()
      const capabilities = {
        ...telephony.capabilities,
        numbers: { ...telephony.capabilities.numbers!, trunk: false }
      }
      yield* Effect.gen(function* () {
        yield* World.setUp
        const refused = yield* Effect.flip(Application.assignFromPool(World.admin, World.north, voice))
        assert.deepInclude(refused, { _tag: "NumberNotForSale", reason: "no_trunk" })
      }).pipe(Effect.provide(World.world({ ...telephony, capabilities })))
    })
  )

  it.effect("is never texted from: not by default, by choice, in the place of another, or in answer", () => {
    const provider = Line.makeProvider()
    const play: Effect.Effect<void, unknown, Line.World | TelephonyProviders.TelephonyProviders> = Effect.gen(
      function* () {
        const { north } = Line
        yield* Line.found(north)
        for (const digits of ["+12025550150", "+12025550151"]) yield* Line.pooled(digits)
        const agent = yield* Line.assigned(north)
        const texting = yield* Line.assigned(north)
        yield* become(agent, "voice")
        // It is the older one, and the contact texts it.
        yield* Line.text(provider, ana, agent.number, "who called me?")
        const [{ thread }] = yield* Effect.map(Line.threadsOf(administrator), (all) => [all[0]!] as const)
        const request = { threadId: thread.id, content: "The nurse", mediaUrls: [], idempotencyKey: null }
        yield* Application.sendMessage(administrator, request)
        yield* Line.dispatchAll
        assert.isNotEmpty(provider.sent)
        assert.deepStrictEqual([...new Set(provider.sent.map(({ from }) => from))], [texting.number])
        const locked = Application.editThread(administrator, thread.id, { phoneNumberId: agent.id })
        assert.deepInclude(yield* Effect.flip(locked), { _tag: "InvalidRequest", field: "phoneNumberId" })
        const preferred = Application.editNumber(administrator, agent.id, { isDefault: true })
        assert.deepInclude(yield* Effect.flip(preferred), { _tag: "WrongNumberStatus", step: "default" })
        const replaced = yield* Effect.flip(Line.replace(texting.id, agent.id))
        assert.deepInclude(replaced, { _tag: "ReplacementRefused", reason: "voice_only" })
        // What waits to leave finds no other number, and stays.
        const before = provider.sent.length
        yield* Application.sendMessage(administrator, { ...request, content: "Again" })
        yield* become(texting, "voice")
        yield* Line.dispatchAll
        assert.lengthOf(provider.sent, before)
        const silent = yield* Effect.result(Application.sendMessage(administrator, request))
        assert.deepInclude(Result.isFailure(silent) ? silent.failure : {}, { _tag: "NoSenderNumber" })
      }
    )
    return play.pipe(Effect.provide(Line.world(provider.telephony)))
  })

  it.effect("is no number for texts alone", () => {
    const provider = Line.makeProvider()
    return Effect.gen(function* () {
      const { north } = Line
      yield* Line.found(north)
      yield* Line.pooled("+12025550150")
      const number = yield* Line.assigned(north)
      yield* become(number, "text")
      assert.strictEqual((yield* Effect.flip(Application.callerId(administrator, north)))._tag, "NotFound")
      yield* become(number, "both")
      assert.strictEqual((yield* Application.callerId(Line.staffOf(north), north)).number, number.number)
      assert.strictEqual((yield* Effect.flip(Application.callerId(Line.staffOf(Line.south), north)))._tag, "NotFound")
    }).pipe(Effect.provide(Line.world(provider.telephony)))
  })
})
