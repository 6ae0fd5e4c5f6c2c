/**
 * A tenant gives a number up. While threads answer from it another one takes its place, in one transaction against all that
 * comes in meanwhile: the threads, the texts that wait, and from then on whatever still reaches the old number.
 */
import {
  Contact,
  InventoryNumber,
  type MessageId,
  NumberLifecycle,
  NumberReplacement,
  PhoneNumber,
  PhoneNumberId,
  type SendId,
  SystemText,
  type Tenant,
  Text,
  type Thread,
  type ThreadId,
  VoipSettings
} from "@careline/domain"
import { Consents, IdGenerator, NumberInventory, Scope, Threads, Transaction } from "@careline/ports"
import { DateTime, Effect, Schema } from "effect"
import { asSystem } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { commit } from "../shared/Commit.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"
import { InvalidRequest, NotFound } from "../shared/Errors.ts"
import { Limits } from "../shared/Limits.ts"
import { moveThreads } from "./MoveThreads.ts"
import { putToRest } from "./NumberRest.ts"
import { viewNumber } from "./PhoneNumbers.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { nullable, optional } from "../shared/RequestFields.ts"

/** What contacts are told unless the request says something else. */
const NOTICE = "Our number has changed: please text and call us here from now on."

/** How a number is given up. */
export const NumberDeletion = Schema.Struct({
  /** The number that takes its place; needed while threads answer from it. */
  replacementPhoneNumberId: nullable(PhoneNumberId),
  /** Tells the contacts of the new number, once, when they may be texted. */
  notifyContacts: optional(Schema.Boolean),
  /** What they are told; words of ours where none are given. */
  notice: nullable(Text.Words(VoipSettings.MAX_TEXT_LENGTH))
}).annotate({ identifier: "PhoneNumberDeletion" })

/** A number that somebody gives up. */
export const DeleteNumberRequest = Schema.Struct({
  ...NumberDeletion.fields,
  /** Only says what would happen. */
  dryRun: optional(Schema.Boolean)
})
export type DeleteNumberRequest = Given<typeof DeleteNumberRequest.Encoded>

const readDeletion = reader(DeleteNumberRequest)

/** What contacts are told; `null`: nothing. */
const noticeOf = ({ notice, notifyContacts = false }: typeof NumberDeletion.Type) =>
  notifyContacts
    ? Effect.succeed(notice ?? NOTICE)
    : notice == null
      ? Effect.succeed(null)
      : Effect.fail(new InvalidRequest({ field: "notice", message: "is told to contacts only with notifyContacts" }))

/** What happened, or would. */
export interface NumberDeleted {
  readonly affectedThreadsCount: number
  readonly message: string
}

const describe = (affectedThreadsCount: number, replacement: InventoryNumber.TenantNumber | null): NumberDeleted => {
  const threads = affectedThreadsCount === 1 ? "1 thread answers" : `${affectedThreadsCount} threads answer`
  const message =
    replacement === null
      ? "No thread answers from the number"
      : `${threads} from ${PhoneNumber.display(replacement.number)} instead`
  return { affectedThreadsCount, message }
}

/** A number that the actor sees; what was somebody else's a moment ago is not found. */
const assignedTo = (actor: Actor, numbers: ReadonlyArray<InventoryNumber.InventoryNumber>, id: PhoneNumberId) =>
  Effect.gen(function* () {
    const number = numbers.find((one) => one.id === id)
    const own = number === undefined ? null : InventoryNumber.tenantNumber(number)
    const isSeen = own !== null && Scope.includes(actor.scope, own.siteGroupingId)
    return number !== undefined && isSeen ? { number, own } : yield* new NotFound({ entity: "phoneNumber" })
  })

/** Texts about the new number, in the threads that it answers from now and that anybody still uses. */
const notify = Effect.fnUntraced(function* (
  tenant: Tenant,
  threadIds: ReadonlyArray<ThreadId>,
  on: InventoryNumber.TenantNumber,
  content: string,
  now: DateTime.Utc
) {
  const threads = yield* (yield* Threads).loadByIds(threadIds.map((threadId) => ({ siteGroupingId: tenant, threadId })))
  const consents = yield* (yield* Consents).load(
    threads.map(({ externalContact, siteGroupingId }) => ({ siteGroupingId, contact: externalContact }))
  )
  const out = new Set(consents.flatMap(({ contact, status }) => (status === "opted_out" ? [Contact.key(contact)] : [])))
  const told = threads.filter(
    ({ deletedAt, externalContact }: Thread.Thread) =>
      deletedAt === null && Contact.canBeTexted(externalContact) && !out.has(Contact.key(externalContact))
  )
  const ids = yield* IdGenerator
  const messageIds = (yield* ids.next("message", told.length)) as ReadonlyArray<MessageId>
  const sendIds = (yield* ids.next("send", told.length)) as ReadonlyArray<SendId>
  yield* commit(
    told.flatMap((before, index) => {
      const { changes, thread } = SystemText.send(
        before,
        { kind: "number_changed", messageClass: "notice", content, on },
        { messageId: messageIds[index]!, sendId: sendIds[index]! },
        now
      )
      return [...changes, { _tag: "ThreadSaved" as const, thread }]
    })
  )
})

const replacedBy = Effect.fnUntraced(function* (
  number: InventoryNumber.InventoryNumber,
  by: PhoneNumberId,
  now: DateTime.Utc
) {
  const { replacementGrace } = yield* Limits
  return yield* Effect.fromResult(NumberLifecycle.replace(number, by, replacementGrace, now))
})

/** Another number answers from now on. */
const replace = Effect.fnUntraced(function* (
  actor: Actor,
  number: InventoryNumber.InventoryNumber,
  by: InventoryNumber.InventoryNumber,
  on: InventoryNumber.TenantNumber,
  notice: string | null
) {
  const inventory = yield* NumberInventory
  const now = yield* DateTime.now
  const tenant = on.siteGroupingId
  const replaced = yield* replacedBy(number, by.id, now)
  const threads = yield* moveThreads(number, on, now)
  yield* inventory.save([replaced])
  if (number.isDefault) yield* inventory.save([{ ...by, isDefault: true }])
  if (notice !== null) yield* notify(tenant, threads, on, notice, now)
  yield* audit(actor, tenant, "phone_number.replace", `phoneNumber:${number.id}`, {
    by: by.id,
    threads: threads.length
  })
  return threads.length
})

/** Nobody answers from it: it rests at once, and with it what it stood in the place of. */
const takeAway = Effect.fnUntraced(function* (
  actor: Actor,
  tenant: Tenant,
  numbers: ReadonlyArray<InventoryNumber.InventoryNumber>,
  id: PhoneNumberId
) {
  yield* putToRest(numbers, yield* DateTime.now)
  yield* audit(actor, tenant, "phone_number.quarantine", `phoneNumber:${id}`)
})

/**
 * Gives a number up. Fails with `ReplacementNeeded` while threads answer from it and none is named, and with
 * `ReplacementRefused` where the one that is named cannot take its place.
 */
export const deleteNumber = Effect.fn("deleteNumber")(function* (
  actor: Actor,
  id: PhoneNumberId,
  given: DeleteNumberRequest
) {
  const deletion = yield* readDeletion(given)
  const { dryRun = false, replacementPhoneNumberId = null } = deletion
  const notice = yield* noticeOf(deletion)
  yield* viewNumber(actor, id)
  if (replacementPhoneNumberId !== null) yield* viewNumber(actor, replacementPhoneNumberId)
  const { transact } = yield* Transaction
  const once = transact(
    Effect.gen(function* () {
      const inventory = yield* NumberInventory
      const predecessors = (yield* inventory.list(actor.scope)).filter(({ replacedBy }) => replacedBy === id)
      const named = replacementPhoneNumberId === null ? [] : [replacementPhoneNumberId]
      const numbers = yield* inventory.lock([id, ...named, ...predecessors.map((one) => one.id)])
      const { number, own } = yield* assignedTo(actor, numbers, id)
      const other =
        replacementPhoneNumberId === null ? null : yield* assignedTo(actor, numbers, replacementPhoneNumberId)
      const [usage = 0] = yield* inventory.usage([id])
      const replacement = yield* Effect.fromResult(NumberReplacement.decide(own, usage, other?.own ?? null))
      if (dryRun) {
        // Refused like the deletion itself.
        if (replacement !== null) yield* replacedBy(number, replacement.id, yield* DateTime.now)
        return describe(usage, replacement)
      }
      if (other !== null && replacement !== null) {
        return describe(yield* replace(actor, number, other.number, other.own, notice), replacement)
      }
      const stoodFor = numbers.filter((one) => one.id === id || one.replacedBy === id)
      yield* takeAway(actor, own.siteGroupingId, stoodFor, id)
      return describe(0, null)
    })
  )
  return yield* asSystem(retryOnConflict(once))
})
