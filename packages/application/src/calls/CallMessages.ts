/**
 * Writes calls into their threads, as far as they are known: the message of a call says what is known of it now, and the
 * contact is answered once their call is over. In the ambient transaction, in which the calls are locked.
 */
import {
  Alarm,
  Call,
  CallLog,
  type Change,
  IncomingCall,
  Message,
  type MessageId,
  type InventoryNumber,
  type SendId,
  SystemMessage,
  Thread,
  Voicemail,
  VoipSettings
} from "@careline/domain"
import {
  Broadcaster,
  Calls,
  IdGenerator,
  type MessageRevision,
  Messages,
  TenantNumbers,
  Settings,
  Threads
} from "@careline/ports"
import { type DateTime, Effect, Option, Schema } from "effect"
import { fileHeard, stopRinging } from "./BridgeCall.ts"
import { commit } from "../shared/Commit.ts"
import { consentOf } from "../threads/LoadThread.ts"

/** A call before and after something became known of it. */
export interface HeardCall {
  readonly before: Call.Call
  readonly after: Call.Call
}

/** What the message of a call says, as far as its content goes; `null` when it says nothing yet. */
const describe = (
  call: Call.Call
): Pick<Message.Message, "attachments" | "content" | "metaData" | "transcript"> | null => {
  if (call.purpose === "voicemail") return Voicemail.describe(call)
  const content = CallLog.describe(call)
  return content === null ? null : { content, transcript: null, attachments: [], metaData: Call.inMessage(call) }
}

const { attachments, content, transcript } = Message.Message.fields
const isSame = Schema.toEquivalence(Schema.Struct({ attachments, content, transcript }))

const says = (message: Message.Message, said: ReturnType<typeof describe>): boolean =>
  said === null || isSame(message, said)

/** Revises messages, with the line that the inbox shows of them, and tells who watches. */
export const revise = Effect.fnUntraced(function* (
  thread: Thread.Thread,
  before: Message.Message,
  said: Omit<MessageRevision, "siteGroupingId" | "messageId">,
  now: DateTime.Utc
) {
  const { id: messageId, siteGroupingId } = before
  yield* (yield* Messages).revise([{ siteGroupingId, messageId, ...said }])
  yield* (yield* Broadcaster).publish([{ siteGroupingId, type: "message.updated", threadId: thread.id, messageId }])
  const revised = Thread.revise(thread, before, { ...before, ...said }, now)
  if (revised !== thread) yield* commit([{ _tag: "ThreadSaved", thread: revised }])
  return revised
})

/** The number that the contact called, or the one that answers in its place. */
const numberOf = Effect.fnUntraced(function* (call: Call.Call) {
  if (call.phoneNumberId === null) return null
  return (yield* (yield* TenantNumbers).list([call.siteGroupingId])).find(({ id }) => id === call.phoneNumberId) ?? null
})

const answer = Effect.fnUntraced(function* (
  thread: Thread.Thread,
  on: InventoryNumber.TenantNumber,
  now: DateTime.Utc
) {
  const [settings = VoipSettings.defaults] = yield* (yield* Settings).effective([thread.siteGroupingId])
  const consent = yield* consentOf(thread)
  const ids = yield* IdGenerator
  const [messageId] = yield* ids.next("message", 1)
  const [sendId] = yield* ids.next("send", 1)
  return IncomingCall.afterCall(
    thread,
    { consent, settings },
    on,
    { messageId: messageId as MessageId, sendId: sendId as SendId },
    now
  )
})

const putDownOne = Effect.fnUntraced(function* ({ after: heard, before }: HeardCall, now: DateTime.Utc) {
  const isEnding = Call.isOver(heard) && !Call.isOver(before)
  if (isEnding && heard.purpose === "bridge") yield* stopRinging(heard, now)
  const after = yield* fileHeard(heard, isEnding)
  // What has no thread yet is put into it by the lane that brings it there.
  if (after.threadId === null) return after
  const [locked] = yield* (yield* Threads).loadByIds([
    { siteGroupingId: after.siteGroupingId, threadId: after.threadId }
  ])
  if (locked === undefined) return after
  let thread = locked
  // Somebody spoke to the contact: nobody has to be alarmed any more.
  if (Call.hasReached(after) && !Call.hasReached(before)) {
    const ended = Alarm.stop(thread)
    thread = ended.thread
    yield* commit([...ended.changes, { _tag: "ThreadSaved", thread }])
  }
  const said = describe(after)
  if (after.messageId !== null) {
    const message = yield* (yield* Messages).get([after.siteGroupingId], thread.id, after.messageId)
    if (Option.isSome(message) && said !== null && !says(message.value, said)) {
      thread = yield* revise(thread, message.value, said, now)
    }
  }
  const isOver = Call.isOver(after)
  if (after.purpose === "voicemail") {
    if (isOver && !Call.isOver(before) && after.messageId !== null) {
      const on = yield* numberOf(after)
      if (on !== null) yield* commit((yield* answer(thread, on, now)).changes)
    }
    return after
  }
  if (!isOver || said === null || after.messageId !== null || thread.deletedAt !== null) return after
  const [id] = yield* (yield* IdGenerator).next("message", 1)
  const made = SystemMessage.make(
    thread,
    { id: id as MessageId, kind: "call_log", content: said.content, from: null },
    now
  )
  const message: Message.Message = {
    ...made,
    senderId: after.initiatorId,
    metaData: { ...made.metaData, ...said.metaData }
  }
  const changes: ReadonlyArray<Change> = [
    { _tag: "MessageAdded", message },
    { _tag: "ThreadSaved", thread: Thread.append(thread, message) }
  ]
  yield* commit(changes)
  return { ...after, messageId: message.id }
})

/** Keeps the calls as they are now, and what their threads say of them. Returns them as they are kept. */
export const putDown = Effect.fnUntraced(function* (calls: ReadonlyArray<HeardCall>, now: DateTime.Utc) {
  // Threads in the order of their ids, so that no two hosts wait for each other.
  const inOrder = calls.toSorted((one, other) => compare(one.after.threadId ?? "", other.after.threadId ?? ""))
  const changed = yield* Effect.forEach(inOrder, (heard) =>
    Effect.map(putDownOne(heard, now), (after): HeardCall => ({ ...heard, after }))
  )
  yield* (yield* Calls).save(changed.map(({ after }) => after))
  return changed
})

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
