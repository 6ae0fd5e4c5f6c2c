/** Notifications follow what becomes of their texts, in the transaction that records it. */
import { Notification, type Send } from "@careline/domain"
import { Notifications } from "@careline/ports"
import { DateTime, Effect, Layer } from "effect"
import { OutcomeObserver, type SendResult } from "../outbound/RecordOutcome.ts"

/** Whether the text is one of a notification's: all others are spared a question. */
const isOfNotification = ({ send: { messageId, purpose } }: SendResult): boolean =>
  messageId !== null && (Notification.NotificationKind.literals as ReadonlyArray<Send.SendPurpose>).includes(purpose)

const settle = Effect.fnUntraced(function* (port: Notifications["Service"], results: ReadonlyArray<SendResult>) {
  const told = results.filter(isOfNotification)
  if (told.length === 0) return
  const found = yield* port.ofMessages(
    told.map(({ send: { messageId, siteGroupingId } }) => ({ siteGroupingId, messageId: messageId! }))
  )
  const now = yield* DateTime.now
  const changed = found.flatMap((before) => {
    const after = told
      .filter(({ send }) => send.messageId === before.messageId)
      .reduce(
        (notification, { metaData, status }) =>
          Notification.settle(
            notification,
            { status, needsDecision: metaData.needsDecision === true, reason: metaData.failureReason ?? null },
            now
          ),
        before
      )
    return after === before ? [] : [after]
  })
  yield* port.save(changed)
})

/** Has notifications follow their texts, wherever outcomes are recorded. */
export const layer: Layer.Layer<never, never, Notifications> = Layer.effect(
  OutcomeObserver,
  Effect.map(Notifications, (port) => (results) => settle(port, results))
)
