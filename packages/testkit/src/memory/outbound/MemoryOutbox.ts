import { DeliveryStatus, type Send, SendLane, SendPolicy } from "@careline/domain"
import {
  type Attempt,
  type MatchedSend,
  Outbox,
  type ReportTarget,
  Scope,
  type SendClaim,
  type SendUpdate,
  StorageError,
  StoreConflict,
  type UnknownSend
} from "@careline/ports"
import { DateTime, Effect, HashMap, Layer, Option, Order } from "effect"
import { type AttemptRow, keyOf, type MemoryState, type SendRow } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"
import * as wakeups from "../shared/wakeups.ts"

const inSequence = Order.mapInput(Order.Number, (row: SendRow) => row.sequence)

const oldestFirst = Order.combine(
  Order.mapInput(DateTime.Order, ({ send }: SendRow) => send.queuedAt),
  inSequence
)

const isPast = (time: DateTime.Utc, now: DateTime.Utc): boolean => DateTime.isLessThanOrEqualTo(time, now)

const neverLeaves: ReadonlySet<Send.SendState> = new Set(["rejected", "canceled"])

const final: ReadonlySet<Send.SendState> = new Set(["accepted", "rejected", "canceled"])

const sendRow = (state: MemoryState, id: Send.Send["id"]): SendRow | undefined =>
  Option.getOrUndefined(HashMap.get(state.sends, id))

const attemptRow = (state: MemoryState, id: Attempt["id"] | null): AttemptRow | undefined =>
  id === null ? undefined : Option.getOrUndefined(HashMap.get(state.attempts, id))

const putSend = (state: MemoryState, row: SendRow): MemoryState => ({
  ...state,
  sends: HashMap.set(state.sends, row.send.id, row)
})

const putAttempt = (state: MemoryState, row: AttemptRow): MemoryState => ({
  ...state,
  attempts: HashMap.set(state.attempts, row.attempt.id, row)
})

const longestDue = Order.mapInput(DateTime.Order, ({ send }: SendRow) => send.notBefore)

/** Of each recipient the send that was queued first of those that may leave, unless one is on its way; of lane 0 all. */
const claimable = (state: MemoryState, now: DateTime.Utc, { limit, shares }: SendClaim): ReadonlyArray<Send.Send> => {
  const rows = HashMap.toValues(state.sends)
  const recipientOf = ({ send }: SendRow): string => keyOf(send.siteGroupingId, send.to)
  const inOrder = Order.combine(longestDue, inSequence)
  return SendLane.fill(limit, shares, (lane) => {
    const ofLane = rows.filter(({ send }) => send.lane === lane)
    const due = ofLane.filter(({ send }) => send.state === "queued" && isPast(send.notBefore, now)).sort(inSequence)
    if (lane === 0) return due.sort(inOrder)
    const busy = new Set(ofLane.filter(({ send }) => send.state === "sending").map(recipientOf))
    return [...Map.groupBy(due, recipientOf)]
      .flatMap(([recipient, [first]]) => (first === undefined || busy.has(recipient) ? [] : [first]))
      .sort(inOrder)
  }).map(({ send }) => send)
}

/** Whether another text of the lane is on its way to the recipient. */
const isBusy = (state: MemoryState, { sendId }: Attempt): boolean => {
  const send = sendRow(state, sendId)?.send
  if (send === undefined || send.lane === 0) return false
  return HashMap.some(
    state.sends,
    ({ send: other }) =>
      other.id !== send.id &&
      other.state === "sending" &&
      other.lane === send.lane &&
      other.siteGroupingId === send.siteGroupingId &&
      other.to === send.to
  )
}

const besideAnother = () =>
  new StorageError({
    operation: "outbox.begin",
    reason: new StoreConflict({ message: "another text of the lane is on its way", constraint: null })
  })

const beginOne = (state: MemoryState, attempt: Attempt): MemoryState => {
  const row = sendRow(state, attempt.sendId)
  if (row === undefined) return state
  const { send } = row
  return putAttempt(
    putSend(state, { ...row, send: { ...send, state: "sending", attempts: send.attempts + 1, attemptId: attempt.id } }),
    { attempt, providerMessageId: null, status: null, detail: null, looks: 0, nextLookAt: attempt.deadline }
  )
}

const updateOne = (before: MemoryState, update: SendUpdate): readonly [Send.Send | null, MemoryState] => {
  const row = sendRow(before, update.sendId)
  if (row === undefined || row.send.attemptId !== update.fence || final.has(row.send.state)) return [null, before]
  const notBefore = update.state === "queued" ? (update.notBefore ?? row.send.notBefore) : row.send.notBefore
  const queuedAt = update.queuedAt ?? row.send.queuedAt
  const send: Send.Send = { ...row.send, state: update.state, notBefore, queuedAt }
  const state = putSend(before, { ...row, send })
  const attempt = attemptRow(state, update.fence)
  return attempt === undefined
    ? [send, state]
    : [
        send,
        putAttempt(state, {
          ...attempt,
          providerMessageId: update.providerMessageId ?? attempt.providerMessageId,
          detail: update.detail ?? attempt.detail,
          nextLookAt: update.state === "unknown" ? (update.notBefore ?? attempt.nextLookAt) : attempt.nextLookAt
        })
      ]
}

const unknownSends = (state: MemoryState, now: DateTime.Utc): ReadonlyArray<UnknownSend> =>
  HashMap.toValues(state.sends)
    .filter(({ send }) => send.state === "sending" || send.state === "unknown")
    .sort(
      Order.combine(
        Order.mapInput(Order.Number, ({ send }: SendRow) => send.lane),
        oldestFirst
      )
    )
    .flatMap(({ send }) => {
      const row = attemptRow(state, send.attemptId)
      return row === undefined || !isPast(row.nextLookAt, now)
        ? []
        : [
            {
              send,
              attempt: row.attempt,
              looks: row.looks,
              claimedProviderMessageIds: claimedBesides(state, row.attempt, send.to)
            }
          ]
    })

const claimedBesides = (state: MemoryState, { from, id }: Attempt, to: Send.Send["to"]): ReadonlyArray<string> =>
  HashMap.toValues(state.attempts).flatMap(({ attempt, providerMessageId }) => {
    if (attempt.id === id || providerMessageId === null) return []
    return attempt.from === from && sendRow(state, attempt.sendId)?.send.to === to ? [providerMessageId] : []
  })

const matchOne = (state: MemoryState, target: ReportTarget): MatchedSend | null => {
  const named = attemptRow(state, target.attemptId)
  const row =
    (named?.attempt.provider === target.provider ? named : undefined) ??
    HashMap.toValues(state.attempts).find(
      ({ attempt, providerMessageId }) =>
        attempt.provider === target.provider && providerMessageId === target.providerMessageId
    )
  const send = row === undefined ? undefined : sendRow(state, row.attempt.sendId)?.send
  return row === undefined || send === undefined
    ? null
    : {
        send,
        attemptId: row.attempt.id,
        startedAt: row.attempt.startedAt,
        providerMessageId: row.providerMessageId,
        status: row.status
      }
}

export const layer: Layer.Layer<Outbox, never, MemoryStore> = Layer.effect(
  Outbox,
  Effect.map(MemoryStore, (store) =>
    Outbox.of({
      claim: (claim) =>
        Effect.flatMap(DateTime.now, (now) => store.read((state) => ({ now, sends: claimable(state, now, claim) }))),
      countSince: (keys, since) =>
        store.read((state) => {
          const left = HashMap.toValues(state.sends).filter(
            ({ send }) =>
              !neverLeaves.has(send.state) &&
              SendPolicy.UNAWAITED.includes(send.messageClass) &&
              isPast(since, send.queuedAt)
          )
          return keys.map(
            ({ siteGroupingId, to }) =>
              left.filter(({ send }) => send.siteGroupingId === siteGroupingId && send.to === to).length
          )
        }),
      countWaiting: (from, lane) =>
        store.read((state) => {
          const queued = HashMap.toValues(state.sends).filter(
            ({ send }) => send.state === "queued" && send.lane <= lane
          )
          return from.map((id) => queued.filter(({ send }) => send.fromNumberId === id).length)
        }),
      begin: (attempts) =>
        Effect.gen(function* () {
          for (const attempt of attempts) {
            const isFree = yield* store.modify((state) =>
              isBusy(state, attempt) ? [false, state] : [true, beginOne(state, attempt)]
            )
            if (!isFree) return yield* besideAnother()
          }
        }),
      update: (updates) =>
        store.modify((before) => {
          let state = before
          const sends = updates.flatMap((update) => {
            const [send, after] = updateOne(state, update)
            state = after
            return send === null ? [] : [send]
          })
          return [sends, state]
        }),
      claimUnknown: (limit) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.read((state) => ({ now, unknown: unknownSends(state, now).slice(0, limit) }))
        ),
      noteLooks: (looks) =>
        store.update((state) =>
          looks.reduce((known, { attemptId, nextLookAt }) => {
            const row = attemptRow(known, attemptId)
            return row === undefined ? known : putAttempt(known, { ...row, looks: row.looks + 1, nextLookAt })
          }, state)
        ),
      match: (targets) => store.read((state) => targets.map((target) => matchOne(state, target))),
      ofMessage: (scope, messageId) =>
        store.read((state) =>
          Option.fromUndefinedOr(
            HashMap.toValues(state.sends)
              .map(({ send }) => send)
              .find((send) => send.messageId === messageId && Scope.includes(scope, send.siteGroupingId))
          )
        ),
      noteReports: (reports) =>
        store.update((state) =>
          reports.reduce((known, { attemptId, providerMessageId, status }) => {
            const row = attemptRow(known, attemptId)
            return row === undefined
              ? known
              : putAttempt(known, {
                  ...row,
                  providerMessageId,
                  status: row.status === null ? status : DeliveryStatus.apply(row.status, status)
                })
          }, state)
        ),
      wakeups: wakeups.of(store, (state) => state.sends)
    })
  )
)
