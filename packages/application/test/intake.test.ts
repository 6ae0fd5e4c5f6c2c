/** What webhooks bring is kept, one by one where it has to be. */
import type { Contact, PhoneNumber } from "@careline/domain"
import { Inbox, type IncomingEvent, NumberInventory, Optional, Spool, StorageError, StoreFault } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import { Intake } from "../src/index.ts"

const textOf = (providerMessageId: string, text: string): IncomingEvent => ({
  provider: "acme",
  account: "acme",
  event: {
    _tag: "MessageReceived",
    providerMessageId,
    from: "+13035550123" as Contact.Contact,
    to: "+12025550100" as PhoneNumber.E164,
    text,
    attachments: [{ type: "file", url: `https://files.example.com/${text}`, mimeType: null }],
    providerKeyword: null
  }
})

/** A store that takes everything but one text, and a batch only as a whole. */
const makeStore = (refused: string) => {
  const kept: Array<string> = []
  const layer = Layer.mock(Inbox)({
    accept: (events) =>
      Effect.suspend(() => {
        const texts = events.map(({ event }) => (event._tag === "MessageReceived" ? event.text : ""))
        if (texts.includes(refused)) {
          const reason = new StoreFault({ message: "22P05" })
          return Effect.fail(new StorageError({ operation: "inbox.accept", reason }))
        }
        kept.push(...texts)
        return Effect.succeed(events.map(() => ({ _tag: "Accepted" as const })) as never)
      })
  })
  return { kept, layer: Intake.layer.pipe(Layer.provide([layer, Optional.absent(NumberInventory, Spool)])) }
}

describe("Intake", () => {
  it.live("keeps what the store takes, and refuses only what it does not", () => {
    const { kept, layer } = makeStore("poison")
    return Effect.gen(function* () {
      const intake = yield* Intake
      const words = ["one", "two", "poison", "three", "four"]
      const exits = yield* Effect.forEach(words, (word) => Effect.exit(intake.accept(textOf(word, word))), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(
        exits.map(Exit.isSuccess),
        words.map((word) => word !== "poison")
      )
      assert.sameMembers(kept, ["one", "two", "three", "four"])
    }).pipe(Effect.provide(layer))
  })

  it.live("shows what no store can write as a mark, wherever it stands", () => {
    const { kept, layer } = makeStore("never")
    return Effect.gen(function* () {
      const intake = yield* Intake
      yield* intake.accept(textOf("1", "before\0after"))
      yield* intake.accept(textOf("2", "half \ud83d of it, and 😀 whole"))
      assert.deepStrictEqual(kept, ["before\uFFFDafter", "half \uFFFD of it, and 😀 whole"])
    }).pipe(Effect.provide(layer))
  })
})
