/** Texts on their way out: queued by a reply, claimed, begun and settled. */
import type { AttemptId, PhoneNumber, InventoryNumber, Send, Tenant } from "@careline/domain"
import { Contact, SendLane } from "@careline/domain"
import { Outbox, type ReportTarget, type SendUpdate } from "@careline/ports"
import { DateTime, Duration, Effect } from "effect"
import * as Given from "./Given.ts"
import { StoreUnderTest } from "./Harness.ts"

/** How long the attempts of these tests may take. */
export const leaseTime = Duration.seconds(30)

/** A number and an empty thread of the tenant, the first one unless named, with one contact. */
export const aRecipient = Effect.fnUntraced(function* (
  options: { readonly tenant?: Tenant; readonly to?: PhoneNumber.E164 } = {}
) {
  const { tenants } = yield* StoreUnderTest
  const tenant = options.tenant === undefined ? tenants[0] : options.tenant
  const number = yield* Given.aTenantNumber(tenant)
  const thread = yield* Given.aThread(
    tenant,
    options.to === undefined ? {} : { externalContact: Contact.Contact.make(options.to) }
  )
  return { number, thread }
})

type Recipient = Effect.Success<ReturnType<typeof aRecipient>>

/** Queues texts with these words to the recipient, one after the other, and gives their sends. */
export const queue = Effect.fnUntraced(function* (
  { number, thread }: { readonly number: InventoryNumber.TenantNumber; readonly thread: Recipient["thread"] },
  words: ReadonlyArray<string>,
  fields: Partial<Send.Send> = {}
) {
  let latest = (yield* Given.stored(thread)) ?? thread
  const sends: Array<Send.Send> = []
  for (const content of words) {
    const decision = yield* Given.reply(latest, number, content, yield* Given.storeNow)
    const changes = decision.changes.map((change) =>
      change._tag === "SendQueued" ? { ...change, send: { ...change.send, ...fields } } : change
    )
    sends.push(...changes.flatMap((change) => (change._tag === "SendQueued" ? [change.send] : [])))
    yield* Given.apply(changes)
    latest = decision.thread
  }
  return sends
})

/** One queued text to somebody new. */
export const aSend = Effect.fnUntraced(function* (fields: Partial<Send.Send> = {}) {
  const [send] = yield* queue(yield* aRecipient(), ["Hello"], fields)
  return send!
})

/** The places of a batch that are each lower lane's own. */
const RESERVED = 2

export const claim = (limit = 100, last = SendLane.bulk) =>
  Effect.map(
    Effect.flatMap(Outbox, (outbox) => outbox.claim({ limit, shares: SendLane.shares(limit, RESERVED, last) })),
    ({ sends }) => sends
  )

/** The texts that may leave now. */
export const claimable = Effect.map(Given.peek(claim()), (sends) => sends.map(({ body }) => body))

export const claimUnknown = (limit = 100) =>
  Effect.map(
    Effect.flatMap(Outbox, (outbox) => outbox.claimUnknown(limit)),
    ({ unknown }) => unknown
  )

/** The ids of the sends that are looked up now. */
export const lookedUp = Effect.map(Given.peek(claimUnknown()), (unknown) => unknown.map(({ send }) => send.id))

/** Begins an attempt at the send, from its own number unless named, and gives its id. */
export const begin = Effect.fnUntraced(function* (send: Send.Send, provider = "memory", from = send.from) {
  const outbox = yield* Outbox
  const id = yield* Given.freshAttemptId
  const startedAt = yield* Given.storeNow
  const deadline = DateTime.addDuration(startedAt, leaseTime)
  yield* Given.transact(outbox.begin([{ id, sendId: send.id, provider, from, startedAt, deadline }]))
  return id
})

export const update = (updates: ReadonlyArray<SendUpdate>) =>
  Given.transact(Effect.flatMap(Outbox, (outbox) => outbox.update(updates)))

/** One whole attempt at the send, and how it ended. */
export const attempt = Effect.fnUntraced(function* (send: Send.Send, ended: Omit<SendUpdate, "sendId" | "fence">) {
  const fence = yield* begin(send)
  yield* update([{ sendId: send.id, fence, ...ended }])
  return fence
})

export const match = (targets: ReadonlyArray<ReportTarget>) =>
  Given.transact(Effect.flatMap(Outbox, (outbox) => outbox.match(targets)))

/** The send as the store has it, found by an attempt at it. */
export const byAttempt = (attemptId: AttemptId) =>
  Effect.map(match([{ provider: "memory", providerMessageId: "in no attempt", attemptId }]), ([found]) => found?.send)
