/** What the send policy says of texts right before they leave: an opt-out may have come since they were queued. */
import { Consent, type Contact, MessageClass, type Send, SendPolicy } from "@careline/domain"
import { Consents, Directory, Outbox, Settings, Threads } from "@careline/ports"
import { DateTime, Effect } from "effect"

const DAY_MILLIS = 24 * 60 * 60 * 1000

/** From when on a reply may be no part of a conversation any more. */
const RECLASSIFY_AFTER_MILLIS = 10 * 60 * 1000

/** The class of each send as of now: a reply that waited, or is sent again, may come out of the blue. */
const classesOf = Effect.fnUntraced(function* (sends: ReadonlyArray<Send.Send>, now: DateTime.Utc) {
  const isStale = ({ purpose, queuedAt }: Send.Send) =>
    purpose === "reply" && now.epochMilliseconds - queuedAt.epochMilliseconds >= RECLASSIFY_AFTER_MILLIS
  const stale = sends.filter(isStale)
  if (stale.length === 0) return sends.map(({ messageClass }) => messageClass)
  const threads = yield* (yield* Threads).loadByIds(
    stale.map(({ siteGroupingId, threadId }) => ({ siteGroupingId, threadId }))
  )
  return sends.map((send) => {
    const thread = isStale(send) ? threads.find(({ id }) => id === send.threadId) : undefined
    return thread === undefined ? send.messageClass : MessageClass.ofStaffMessage(thread.lastInboundAt, now)
  })
})

/** The decisions, in the order of the sends. In the ambient transaction. */
export const evaluateSendPolicy = Effect.fnUntraced(function* (sends: ReadonlyArray<Send.Send>, now: DateTime.Utc) {
  const keys = sends.map(({ siteGroupingId, to }) => ({ siteGroupingId, contact: to as string as Contact.Contact }))
  const settings = yield* (yield* Settings).effective(sends.map((send) => send.siteGroupingId))
  const consents = yield* (yield* Consents).load(keys)
  const cards = yield* (yield* Directory).contacts(keys)
  const counts = yield* (yield* Outbox).countSince(
    sends.map(({ siteGroupingId, to }) => ({ siteGroupingId, to })),
    DateTime.subtractDuration(now, DAY_MILLIS)
  )
  const classes = yield* classesOf(sends, now)
  const matches =
    (send: Send.Send) => (fact: { readonly siteGroupingId: Send.Send["siteGroupingId"]; readonly contact: string }) =>
      fact.siteGroupingId === send.siteGroupingId && fact.contact === send.to
  return sends.map((send, index) =>
    SendPolicy.decide({
      recipient: send.to as string as Contact.Contact,
      messageClass: classes[index]!,
      settings: settings[index]!,
      consent: consents.find(matches(send)) ?? Consent.unrecorded(send.siteGroupingId, keys[index]!.contact),
      recipientZone: cards.find(matches(send))?.timeZone ?? null,
      sentInLastDay: Math.max(0, (counts[index] ?? 0) - 1),
      now
    })
  )
})
