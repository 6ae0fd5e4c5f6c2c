import { DeliveryStatus, type Message, type MessageId, type Tenant, type ThreadId, type UserId } from "@careline/domain"
import {
  type MessageRevision,
  Messages,
  type MessageUpdate,
  type Reader,
  Scope,
  type TenantScope
} from "@careline/ports"
import { type DateTime, Effect, Equal, HashMap, Layer, Option } from "effect"
import * as keyset from "../shared/keyset.ts"
import { keyOf, type MemoryState } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

const hear = (message: Message.Message, update: MessageUpdate): Message.Message => ({
  ...message,
  deliveryStatus:
    message.deliveryStatus === null ? update.status : DeliveryStatus.apply(message.deliveryStatus, update.status),
  metaData: { ...message.metaData, ...update.metaData }
})

const applyUpdates = (
  before: MemoryState,
  updates: ReadonlyArray<MessageUpdate>
): readonly [ReadonlyArray<Message.Message>, MemoryState] => {
  const changed = new Set<MessageId>()
  const messages = updates.reduce((known, update) => {
    const message = Option.getOrUndefined(HashMap.get(known, update.messageId))
    if (message === undefined || message.siteGroupingId !== update.siteGroupingId) return known
    const next = hear(message, update)
    if (Equal.equals(next, message)) return known
    changed.add(message.id)
    return HashMap.set(known, message.id, next)
  }, before.messages)
  return [[...changed].map((id) => HashMap.getUnsafe(messages, id)), { ...before, messages }]
}

const reviseOne = (
  known: MemoryState["messages"],
  { attachments, content, messageId, metaData, siteGroupingId, transcript }: MessageRevision
): MemoryState["messages"] =>
  HashMap.modify(known, messageId, (message) =>
    message.siteGroupingId === siteGroupingId
      ? { ...message, content, transcript, attachments, metaData: { ...message.metaData, ...metaData } }
      : message
  )

type KeyClaim = Parameters<Messages["Service"]["claimIdempotencyKey"]>[0]
type KeyClaimed = Effect.Success<ReturnType<Messages["Service"]["claimIdempotencyKey"]>>

const claimKey = (
  state: MemoryState,
  { fingerprint, key, messageId, siteGroupingId, threadId }: KeyClaim
): readonly [KeyClaimed, MemoryState] => {
  const place = keyOf(siteGroupingId, threadId, key)
  const used = Option.getOrUndefined(HashMap.get(state.idempotencyKeys, place))
  return used === undefined
    ? [
        { _tag: "Claimed" },
        { ...state, idempotencyKeys: HashMap.set(state.idempotencyKeys, place, { messageId, fingerprint }) }
      ]
    : [{ _tag: "Used", ...used }, state]
}

/** Whether the message stands in an open thread of the scope. */
const isShown = (state: MemoryState, scope: TenantScope, message: Message.Message): boolean =>
  Scope.includes(scope, message.siteGroupingId) &&
  Option.exists(HashMap.get(state.threads, message.externalThreadId), ({ deletedAt }) => deletedAt === null)

/** Everybody's tenants are those that something is kept of. */
const startReading = (state: MemoryState, scope: TenantScope, userId: UserId, at: DateTime.Utc): MemoryState => {
  const kept = HashMap.toValues(state.threads).map(({ siteGroupingId }) => siteGroupingId)
  const tenants = scope === "all" ? [null, ...HashMap.keys(state.siteGroupings), ...kept] : scope
  return {
    ...state,
    readingSince: tenants.reduce((known, tenant) => {
      const key = keyOf(tenant, userId)
      return HashMap.has(known, key) ? known : HashMap.set(known, key, at)
    }, state.readingSince)
  }
}

const readersOf = (state: MemoryState, siteGroupingId: Tenant, threadId: ThreadId): ReadonlyArray<Reader> => {
  const messages = HashMap.toValues(state.messages)
    .filter((message) => message.siteGroupingId === siteGroupingId && message.externalThreadId === threadId)
    .sort((left, right) => right.position - left.position)
  return HashMap.toValues(state.readMarks)
    .filter((mark) => mark.siteGroupingId === siteGroupingId && mark.threadId === threadId)
    .sort((left, right) => right.readAt.epochMilliseconds - left.readAt.epochMilliseconds)
    .map(({ position, readAt, userId }) => ({
      userId,
      messageId: messages.find((message) => message.position <= position)?.id ?? null,
      readAt
    }))
}

export const layer: Layer.Layer<Messages, never, MemoryStore> = Layer.effect(
  Messages,
  Effect.map(MemoryStore, (store) =>
    Messages.of({
      list: (query) =>
        Effect.flatMap(
          store.read((state) =>
            HashMap.toValues(state.messages).filter(
              (message) =>
                message.externalThreadId === query.threadId && message.siteGroupingId === query.siteGroupingId
            )
          ),
          (messages) =>
            keyset.page("messages", messages, (message) => ({ at: message.position, id: message.id }), query)
        ),
      listByStatus: (query) =>
        Effect.flatMap(
          store.read((state) =>
            HashMap.toValues(state.messages).filter(
              (message) =>
                message.deliveryStatus === query.deliveryStatus &&
                (query.needsDecision === undefined ||
                  query.needsDecision === (message.metaData.needsDecision === true)) &&
                isShown(state, query.scope, message)
            )
          ),
          (messages) => keyset.page("messages by status", messages, keyset.byCreation, query)
        ),
      get: (scope, threadId, id) =>
        store.read((state) =>
          Option.filter(
            HashMap.get(state.messages, id),
            (message) => message.externalThreadId === threadId && Scope.includes(scope, message.siteGroupingId)
          )
        ),
      find: (scope, id) =>
        store.read((state) =>
          Option.filter(HashMap.get(state.messages, id), (message) => isShown(state, scope, message))
        ),
      update: (updates) => store.modify((state) => applyUpdates(state, updates)),
      revise: (revisions) =>
        store.update((state) => ({ ...state, messages: revisions.reduce(reviseOne, state.messages) })),
      startReading: ({ at, scope, userId }) => store.update((state) => startReading(state, scope, userId, at)),
      markRead: (mark) =>
        store.update((state) => ({
          ...state,
          readMarks: HashMap.set(state.readMarks, keyOf(mark.siteGroupingId, mark.threadId, mark.userId), mark)
        })),
      readers: (siteGroupingId, threadId) => store.read((state) => readersOf(state, siteGroupingId, threadId)),
      claimIdempotencyKey: (claim) => store.modify((state) => claimKey(state, claim))
    })
  )
)
