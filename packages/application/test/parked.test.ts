/** What comes for a number that is added later, and group messages that several numbers get. */
import * as Application from "@careline/application"
import type { Contact, PhoneNumber, SiteGroupingId, UserId } from "@careline/domain"
import {
  Inbox,
  type MessageReceived,
  Messages,
  Optional,
  Telephony,
  TelephonyProviders,
  Threads
} from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"

const north = "north" as SiteGroupingId
const ana = "+13035550123" as Contact.Contact
const ben = "+13035550124" as Contact.Contact
const line = "+12025550100" as PhoneNumber.E164
const other = "+12025550101" as PhoneNumber.E164
const admin: Application.Actor = { userId: "admin" as UserId, scope: "all" }

const text = (id: string, change: Partial<MessageReceived> = {}): MessageReceived => ({
  _tag: "MessageReceived",
  providerMessageId: id,
  from: ana,
  to: line,
  text: id,
  attachments: [],
  providerKeyword: null,
  ...change
})

/** A provider whose webhooks say what their bodies are. */
const provider = Layer.effect(
  TelephonyProviders.TelephonyProviders,
  Effect.map(Telephony.Telephony, (telephony) =>
    TelephonyProviders.make(
      {
        ...telephony,
        webhooks: {
          receive: (_kind, { body }) =>
            Effect.succeed({
              account: "memory",
              events: [JSON.parse(new TextDecoder().decode(body)) as MessageReceived]
            }),
          reply: () => ({ status: 204, headers: {}, body: "" })
        }
      },
      []
    )
  )
)
const world = Layer.merge(Application.Intake.layer, Optional.absent(Application.Voice)).pipe(
  Layer.provideMerge(provider),
  Layer.provideMerge(Memory.layer)
)
const play = <E>(effect: Effect.Effect<void, E, Layer.Success<typeof world>>) => Effect.provide(effect, world)

const deliver = (event: MessageReceived) =>
  Application.receiveWebhook("memory", "sms", {
    method: "POST",
    target: "/",
    headers: {},
    body: new TextEncoder().encode(JSON.stringify(event))
  })

const add = (number: PhoneNumber.E164, siteGroupingId = north) =>
  Application.assignOnActivation(admin, siteGroupingId, null).pipe(
    Effect.andThen(
      Application.addNumber(admin, {
        number,
        siteGroupingId,
        label: null,
        provider: null,
        providerSid: null,
        overrideReason: "the provider of these tests lists none"
      })
    )
  )

const threads = Effect.gen(function* () {
  const page = { view: "all", userId: admin.userId, scope: "all", limit: 50, cursor: null } as const
  const { items } = yield* (yield* Threads).list(page)
  return yield* Effect.forEach(
    items,
    Effect.fnUntraced(function* ({ thread }) {
      const { externalContact, id: threadId, siteGroupingId } = thread
      const { items: messages } = yield* (yield* Messages).list({ siteGroupingId, threadId, limit: 50, cursor: null })
      return { contact: externalContact, siteGroupingId, words: messages.toReversed().map(({ content }) => content) }
    })
  )
})

describe("What comes for a number that is added later", () => {
  it.effect("is applied then, in the order in which it came", () =>
    play(
      Effect.gen(function* () {
        for (const event of [text("one"), text("two", { from: ben }), text("three")]) yield* deliver(event)
        yield* Application.processInbound()
        assert.deepStrictEqual(yield* threads, [])
        yield* add(line)
        yield* deliver(text("four"))
        yield* Application.processInbound()
        const [ofAna, ofBen] = (yield* threads).toSorted((one, two) => (one.contact < two.contact ? -1 : 1))
        assert.deepStrictEqual(ofAna?.words, ["one", "three", "four"])
        assert.deepStrictEqual(ofBen?.words, ["two"])
        assert.strictEqual(ofAna?.siteGroupingId, north)
      })
    )
  )

  it.effect("is applied by a worker where the host died in between", () =>
    play(
      Effect.gen(function* () {
        yield* deliver(text("one"))
        yield* add(line)
        yield* deliver(text("late", { to: other }))
        yield* add(other)
        assert.strictEqual(yield* Application.releaseParked(), 0)
        yield* Application.processInbound()
        assert.deepStrictEqual(
          (yield* threads).map(({ words }) => words),
          [["one", "late"]]
        )
      })
    )
  )
})

describe("A group message", () => {
  const group = text("Hi all", { alsoTo: [ben as string as PhoneNumber.E164, other] })

  it.effect("is in the thread of every number of ours that it came for, with whom else, once", () =>
    play(
      Effect.gen(function* () {
        const south = "south" as SiteGroupingId
        yield* add(line)
        yield* add(other, south)
        yield* deliver(group)
        yield* deliver(group)
        yield* Application.processInbound()
        const found = (yield* threads).toSorted((one, two) => (one.siteGroupingId! < two.siteGroupingId! ? -1 : 1))
        assert.deepStrictEqual(
          found.map(({ siteGroupingId }) => siteGroupingId),
          [north, south]
        )
        for (const { contact, words } of found) {
          assert.strictEqual(contact, ana)
          assert.strictEqual(words[0], "Hi all")
          assert.include(words[1], "(303) 555-0124")
          assert.lengthOf(words, 2)
        }
        const { items } = yield* (yield* Inbox).parked({ limit: 10, cursor: null })
        assert.deepStrictEqual(items, [])
      })
    )
  )

  it.effect("that came for no number of ours is kept once", () =>
    play(
      Effect.gen(function* () {
        yield* deliver(group)
        const { items } = yield* (yield* Inbox).parked({ limit: 10, cursor: null })
        assert.deepStrictEqual(
          items.map(({ to }) => to),
          [line]
        )
      })
    )
  )
})
