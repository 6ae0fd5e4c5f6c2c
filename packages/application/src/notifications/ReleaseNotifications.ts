/**
 * Releases the notifications that are due: the gate, the text in its thread, the send that is queued and the new state are one
 * transaction, so that each leaves once, whichever host finds it and wherever one is stopped. Nothing is asked of a provider here.
 */
import {
  type Change,
  type MessageId,
  Notification,
  NotificationText,
  type SendId,
  SendPolicy,
  type Thread,
  type ThreadId,
  ThreadLink
} from "@careline/domain"
import {
  type Directory,
  type HubStoragePorts,
  IdGenerator,
  Notifications,
  type StorageError,
  type StoragePorts,
  TenantNumbers,
  Threads,
  Transaction
} from "@careline/ports"
import { Cause, DateTime, Effect, Result } from "effect"
import { asSystem } from "../access/Access.ts"
import { contactKey } from "../access/ContactCards.ts"
import { gatherFacts } from "../outbound/SendGate.ts"
import { commit } from "../shared/Commit.ts"
import { countsAgainstNothing } from "../shared/Failure.ts"
import { describeFault } from "../shared/Fault.ts"
import { Limits } from "../shared/Limits.ts"
import { senderFor } from "../threads/LoadThread.ts"
import { type NoWords, wordsOf, wordSource } from "./NotificationContent.ts"

type Due = Notification.Notification

/** Why it cannot be said, as its reason tells. */
const reasonOf = (error: NoWords): string => {
  switch (error._tag) {
    case "NotFound":
      return "template_archived"
    case "TemplateNotPublished":
      return "template_not_published"
    case "NoSuchLanguage":
      return "no_such_language"
    case "LinkHostRefused":
      return "link_host"
    case "RenderedTextTooLong":
      return "text_too_long"
    case "TemplateDataInvalid":
    case "TemplateSyntaxInvalid":
    case "VariableMissing":
      return "variable_missing"
  }
}

/** Up to `limit` in the ambient transaction. Tells `claimed` which, for when it fails. */
const releaseBatch = Effect.fnUntraced(function* (limit: number, claimed: Array<Due>) {
  const port = yield* Notifications
  const { releasePause } = yield* Limits
  const { notifications, now } = yield* port.claimDue(limit)
  if (notifications.length === 0) return 0
  claimed.push(...notifications)

  const keys = notifications.map(({ contact, siteGroupingId }) => ({ siteGroupingId, contact }))
  const found = yield* (yield* Threads).loadByKeys(keys.map((key) => ({ ...key, threadType: "voip" as const })))
  const threads = new Map<string, Thread.Thread>(
    found.map((thread) => [
      contactKey({ siteGroupingId: thread.siteGroupingId, contact: thread.externalContact }),
      thread
    ])
  )
  const facts = yield* gatherFacts(keys, now)
  const numbers = yield* (yield* TenantNumbers).list([...new Set(keys.map(({ siteGroupingId }) => siteGroupingId))])
  const source = yield* wordSource
  const ids = yield* IdGenerator
  const threadIds = yield* ids.next("thread", notifications.length)
  const messageIds = yield* ids.next("message", notifications.length)
  const sendIds = yield* ids.next("send", notifications.length)

  const changes: Array<Change> = []
  const saved: Array<Due> = []
  for (const [index, notification] of notifications.entries()) {
    const key = keys[index]!
    const known = threads.get(contactKey(key)) ?? null
    const messageClass = NotificationText.classOf(notification, known, now)
    const held = Notification.hold(notification, SendPolicy.decide({ ...facts[index]!, messageClass }), now)
    if (held !== null) {
      saved.push(held)
      continue
    }
    const words = yield* Effect.result(
      wordsOf(key.siteGroupingId, notification.content, notification.language, source)
    ).pipe(
      Effect.flatMap((result) =>
        Result.isFailure(result) && result.failure._tag === "StorageError"
          ? Effect.fail(result.failure)
          : Effect.succeed(result as Result.Result<Effect.Success<ReturnType<typeof wordsOf>>, NoWords>)
      )
    )
    if (Result.isFailure(words)) {
      saved.push(Notification.end(notification, "failed", reasonOf(words.failure), now))
      continue
    }
    const { card } = facts[index]!
    const thread = ThreadLink.opened(
      { thread: known, contactName: card?.name ?? null, patientIds: card?.patientIds },
      threadIds[index] as ThreadId,
      { ...key, threadType: "voip" },
      now
    )
    const sender = yield* senderFor(
      thread,
      facts[index]!.settings.suspendedNumberFallback,
      numbers.filter((number) => number.siteGroupingId === key.siteGroupingId)
    ).pipe(
      Effect.catchTags({
        NoSenderNumber: () => Effect.succeed("no_sender_number"),
        NumberSuspended: () => Effect.succeed("number_suspended")
      })
    )
    if (typeof sender === "string") {
      saved.push(Notification.putOff(notification, DateTime.addDuration(now, releasePause), sender, now))
      continue
    }
    const released = NotificationText.release(
      notification,
      thread,
      words.success,
      sender,
      { messageId: messageIds[index] as MessageId, sendId: sendIds[index] as SendId },
      now
    )
    threads.set(contactKey(key), released.thread)
    changes.push(...released.changes)
    saved.push(released.notification)
  }
  yield* commit(changes)
  yield* port.save(saved)
  return notifications.length
})

/** One that fails by itself waits, and says so: it delays no other, and is not lost. */
const setAside = Effect.fnUntraced(function* ({ id, siteGroupingId }: Due, cause: Cause.Cause<unknown>) {
  const port = yield* Notifications
  const { releasePause } = yield* Limits
  yield* Effect.logError("A notification could not be released", describeFault(cause)).pipe(
    Effect.annotateLogs({ notification: id })
  )
  const now = yield* DateTime.now
  const found = yield* port.lock([siteGroupingId], id)
  if (found._tag === "None" || found.value.state !== "scheduled") return
  yield* port.save([Notification.putOff(found.value, DateTime.addDuration(now, releasePause), "fault", now)])
})

/** Releases what is due, once. Returns the number of notifications it dealt with; 0 when none was due. */
export const releaseNotifications = Effect.fn("releaseNotifications")(function* (): Effect.fn.Return<
  number,
  StorageError,
  StoragePorts | HubStoragePorts | Directory
> {
  const { notificationsPerBatch } = yield* Limits
  const { transact } = yield* Transaction
  const one = Effect.suspend(() => {
    const claimed: Array<Due> = []
    return transact(releaseBatch(1, claimed)).pipe(
      Effect.catchCause((cause) => {
        const [failed] = claimed
        return failed === undefined || countsAgainstNothing(cause)
          ? Effect.failCause(cause)
          : Effect.as(transact(setAside(failed, cause)), 1)
      })
    )
  })
  const claimed: Array<Due> = []
  return yield* transact(releaseBatch(notificationsPerBatch, claimed)).pipe(
    Effect.catchCause((cause) =>
      claimed.length === 0 || Cause.hasInterrupts(cause)
        ? Effect.failCause(cause)
        : Effect.map(Effect.replicateEffect(one, claimed.length), (dealt) => dealt.reduce((sum, next) => sum + next, 0))
    )
  )
}, asSystem)
