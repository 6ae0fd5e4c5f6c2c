/** What we have on record, beside what providers say is ours. */
import type { PhoneNumber, PhoneNumberId } from "@careline/domain"
import { InventoryNumber } from "@careline/domain"
import { NumberInventory, type Numbers, Telephony, TelephonyError, TelephonyProviders } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer } from "effect"
import * as Application from "../src/index.ts"
import * as World from "./support/purchaseWorld.ts"

const e164 = (digits: string) => digits as PhoneNumber.E164
const both = e164("+12025550150")
const lost = e164("+12025550151")
const foreign = e164("+12025550152")
const led = e164("+12025550153")

const mute = Telephony.make({
  provider: "paper",
  capabilities: Memory.capabilities,
  webhooks: {
    receive: () => Effect.succeed({ account: "paper", events: [] }),
    reply: () => ({ status: 204, headers: {}, body: "" })
  },
  messages: { send: () => Effect.die("no texts here") }
})
const away = World.makeProvider("away", {
  list: () =>
    Effect.fail(
      new TelephonyError.TelephonyError({
        provider: "away",
        operation: "numbers.list",
        reason: new TelephonyError.Unavailable({ message: "HTTP 503", code: null })
      })
    )
}).telephony

const started = (change: Partial<Numbers.Numbers> = {}) => {
  const { market, telephony } = World.makeProvider("acme", change)
  for (const number of [both, foreign, led]) market.own(number, { texts: "here" })
  market.misconfigure(led, "sms_webhook")
  const providers = TelephonyProviders.make(telephony, [mute, away])
  return {
    market,
    layer: Layer.merge(World.world(telephony), Layer.succeed(TelephonyProviders.TelephonyProviders, providers))
  }
}

const onRecord = Effect.gen(function* () {
  yield* World.setUp
  const inventory = yield* NumberInventory
  const createdAt = yield* DateTime.now
  yield* Effect.forEach([both, lost, led], (number, index) =>
    inventory.add(
      InventoryNumber.entered({
        id: `number-${index}` as PhoneNumberId,
        siteGroupingId: World.north,
        number,
        label: null,
        providerSid: null,
        provider: "acme",
        status: "assigned",
        createdAt
      })
    )
  )
})

const summary = (found: ReadonlyArray<Application.ProviderReconciliation>) =>
  found.map(({ misconfigured, oursOnly, provider, reason, status, theirsOnly }) => ({
    provider,
    status,
    reason,
    ours: oursOnly.map(({ number }) => number),
    theirs: theirsOnly.map(({ number }) => number),
    misconfigured: misconfigured.map(({ faults, number }) => [number.number, ...faults])
  }))

const none = { ours: [], theirs: [], misconfigured: [] }

describe("A reconciliation of numbers", () => {
  it.effect("says what only one side knows, what leads elsewhere, and who cannot be asked", () =>
    Effect.gen(function* () {
      const { layer } = started()
      yield* Effect.gen(function* () {
        yield* onRecord
        assert.sameDeepMembers(summary(yield* Application.reconcileNumbers(World.admin)), [
          {
            provider: "acme",
            status: "compared",
            reason: null,
            ours: [lost],
            theirs: [foreign],
            misconfigured: [[led, "sms_webhook"]]
          },
          { provider: "paper", status: "unsupported", reason: null, ...none },
          { provider: "away", status: "unavailable", reason: "Unavailable", ...none }
        ])
        const refused = yield* Effect.flip(Application.reconcileNumbers({ ...World.admin, scope: [World.north] }))
        assert.strictEqual(refused._tag, "NotFound")
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("says of a number that leads elsewhere still that it does", () =>
    Effect.gen(function* () {
      const { layer } = started({ configure: () => Effect.void })
      yield* Effect.gen(function* () {
        yield* onRecord
        const { configured, failed } = yield* Application.repairNumbers(World.admin, { adopt: [], suspend: [] })
        assert.isEmpty(configured)
        assert.deepStrictEqual(failed, [{ number: led, reason: "StillMisconfigured" }])
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("leads numbers here again, and takes in or out of service only what it is told to", () =>
    Effect.gen(function* () {
      const { layer, market } = started()
      yield* Effect.gen(function* () {
        yield* onRecord
        const nothing = { adopt: [], suspend: [] }
        const first = yield* Application.repairNumbers(World.admin, nothing)
        assert.deepStrictEqual(first, { configured: [led], adopted: [], suspended: [], retired: [], failed: [] })
        const asked = { adopt: [foreign, both], suspend: [lost] }
        const second = yield* Application.repairNumbers(World.admin, asked)
        assert.deepStrictEqual(second, {
          configured: [],
          adopted: [foreign],
          suspended: [lost],
          retired: [],
          failed: [{ number: both, reason: "NotFound" }]
        })
        const held = new Map((yield* World.inventory).map(({ number, status }) => [number, status]))
        assert.deepStrictEqual(
          [both, lost, foreign, led].map((number) => held.get(number)),
          ["assigned", "suspended", "available", "assigned"]
        )
        assert.strictEqual(market.find(led)?.fields["texts"], "here")
      }).pipe(Effect.provide(layer))
    })
  )
})
