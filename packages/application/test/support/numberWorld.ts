/** Tenants and their numbers, on memory and a clock of our own, with a provider that brings what the test says. */
import {
  type Contact,
  NumberLifecycle,
  type PhoneNumber,
  type PhoneNumberId,
  type SiteGroupingId,
  type Tenant,
  type UserId
} from "@careline/domain"
import { NumberInventory, Optional, Telephony, type TelephonyEvent, TelephonyProviders } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { DateTime, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../../src/index.ts"

const noon = Date.UTC(2026, 2, 2, 17)
export const DAY = 24 * 60 * 60_000
export const north = "north" as SiteGroupingId
export const south = "south" as SiteGroupingId
export const administrator: Application.Actor = { userId: "administrator" as UserId, scope: "all" }
export const staffOf = (tenant: Tenant): Application.Actor => ({ userId: `staff` as UserId, scope: [tenant] })

/** A provider whose webhooks carry what waits in `arriving`, and what it was asked to send. */
export const makeProvider = () => {
  const arriving: Array<TelephonyEvent> = []
  const sent: Array<Telephony.OutboundMessage> = []
  const telephony = Telephony.make({
    provider: "acme",
    capabilities: Memory.capabilities,
    webhooks: {
      receive: () => Effect.sync(() => ({ account: "acme", events: arriving.splice(0) })),
      reply: () => ({ status: 204, headers: {}, body: "" })
    },
    messages: {
      send: (message) =>
        Effect.sync(() => {
          sent.push(message)
          return { _tag: "Accepted", providerMessageId: `sent-${sent.length}`, status: "accepted" }
        })
    }
  })
  return { arriving, sent, telephony }
}

export type Provider = ReturnType<typeof makeProvider>

/** The world, from noon on a Monday. */
export const world = (telephony: Telephony.TelephonyService) =>
  Layer.merge(Application.Intake.layer, Optional.absent(Application.Voice)).pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        Memory.layer,
        Layer.succeed(TelephonyProviders.TelephonyProviders, TelephonyProviders.make(telephony))
      )
    ),
    Layer.provideMerge(Layer.effectDiscard(TestClock.setTime(noon)))
  )

export type World = Layer.Success<ReturnType<typeof world>>

export const found = Effect.fnUntraced(function* (id: SiteGroupingId) {
  return yield* Application.createSiteGrouping(administrator, { id, name: `Clinic ${id}` })
})

/** A number of the pool. */
export const pooled = (number: string) =>
  Effect.gen(function* () {
    const given = {
      id: `id-${number}` as PhoneNumberId,
      number: number as PhoneNumber.E164,
      provider: null,
      providerSid: null,
      monthlyPrice: null
    }
    const acquired = NumberLifecycle.acquire(given, yield* DateTime.now)
    yield* Effect.flatMap(NumberInventory, (inventory) => inventory.add(acquired))
    return acquired
  })

/** A number beside those that the tenant has. */
export const assign = (tenant: Tenant, areaCode: string | null = null, idempotencyKey: string | null = null) =>
  Application.assignFromPool(administrator, tenant, { areaCode, idempotencyKey, additional: true })

/** The assigned number. */
export const assigned = (tenant: Tenant) =>
  Effect.flatMap(assign(tenant), (answer) =>
    answer._tag === "Assigned" ? Effect.succeed(answer.number) : Effect.die("nothing was assigned")
  )

export const replace = (
  id: PhoneNumberId,
  replacementPhoneNumberId: PhoneNumberId | null,
  notice: string | null = null
) => Application.deleteNumber(administrator, id, { replacementPhoneNumberId, notice, notifyContacts: notice !== null })

let count = 0

/** A contact texts a number: the webhook, and what the workers make of it. */
export const text = Effect.fnUntraced(function* (provider: Provider, from: string, to: string, words: string) {
  provider.arriving.push({
    _tag: "MessageReceived",
    providerMessageId: `in-${++count}`,
    from: from as Contact.Contact,
    to: to as PhoneNumber.E164,
    text: words,
    attachments: [],
    providerKeyword: null
  })
  const request = { method: "POST", target: "/api/v1/webhooks/acme/sms", headers: {}, body: new Uint8Array() }
  yield* Application.receiveWebhook("acme", "sms", request)
  // What is done beside the answer to the webhook.
  yield* TestClock.adjust(0)
  yield* Application.processInbound()
})

export const dispatchAll = Effect.gen(function* () {
  while ((yield* Application.dispatchSends()) > 0) continue
})

/** Days pass, and whatever is due is done. */
export const pass = Effect.fnUntraced(function* (days: number) {
  yield* TestClock.adjust(days * DAY)
  while ((yield* Application.sweepNumbers()) > 0) continue
})

export const threadsOf = (actor: Application.Actor, q?: string) =>
  Effect.map(Application.listThreads(actor, { view: "all", limit: 100, cursor: null, q }), ({ items }) => items)
