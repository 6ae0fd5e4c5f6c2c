/** Equality of model values across a store: by their encoded form, in which times are text and differences show. */
import { Circuit, Consent, InventoryNumber, Message, Send, Thread, TokenBucket } from "@careline/domain"
import { assert } from "@effect/vitest"
import { Schema } from "effect"

const sameBy =
  <S extends Schema.Top & { readonly EncodingServices: never }>(schema: S) =>
  (actual: S["Type"] | undefined, expected: S["Type"]): void => {
    const encode = Schema.encodeSync(schema)
    assert.isDefined(actual, "nothing was found")
    assert.deepStrictEqual<unknown>(encode(actual), encode(expected))
  }

export const sameThread = sameBy(Thread.Thread)
export const sameThreads = sameBy(Schema.Array(Thread.Thread))
export const sameMessage = sameBy(Message.Message)
export const sameMessages = sameBy(Schema.Array(Message.Message))
export const sameSend = sameBy(Send.Send)
export const sameSends = sameBy(Schema.Array(Send.Send))
export const sameConsents = sameBy(Schema.Array(Consent.Consent))
export const sameTokenBuckets = sameBy(Schema.Array(TokenBucket.TokenBucket))
export const sameCircuit = sameBy(Circuit.Circuit)
export const sameNumber = sameBy(InventoryNumber.InventoryNumber)
/** A store that keeps no purpose says nothing of it. */
export const sameTenantNumber = (
  actual: InventoryNumber.TenantNumber | undefined,
  expected: InventoryNumber.TenantNumber
): void => {
  const said = (number: InventoryNumber.TenantNumber) => ({ purpose: "both" as const, ...number })
  sameBy(InventoryNumber.TenantNumber)(actual && said(actual), said(expected))
}

/** The ids of things, in their order. */
export const idsOf = (things: ReadonlyArray<{ readonly id: string }>): ReadonlyArray<string> =>
  things.map(({ id }) => id)

/** The same things whatever their order. */
export const sameSet = (actual: Iterable<string>, expected: Iterable<string>): void =>
  assert.deepStrictEqual([...actual].sort(), [...expected].sort())
