/** What the send policy says of texts right before they leave: an opt-out may have come since they were queued. */
import { Consent, type Contact, type Send, SendPolicy } from "@careline/domain"
import { Consents, Directory, Outbox, Settings } from "@careline/ports"
import { DateTime, Effect } from "effect"

const DAY_MILLIS = 24 * 60 * 60 * 1000

/** The decisions, in the order of the sends. In the ambient transaction. */
export const judge = Effect.fnUntraced(function* (sends: ReadonlyArray<Send.Send>, now: DateTime.Utc) {
  const keys = sends.map(({ siteGroupingId, to }) => ({ siteGroupingId, contact: to as string as Contact.Contact }))
  const settings = yield* (yield* Settings).effective(sends.map((send) => send.siteGroupingId))
  const consents = yield* (yield* Consents).load(keys)
  const cards = yield* (yield* Directory).contacts(keys)
  const counts = yield* (yield* Outbox).countSince(
    sends.map(({ siteGroupingId, to }) => ({ siteGroupingId, to })),
    DateTime.subtractDuration(now, DAY_MILLIS)
  )
  const matches =
    (send: Send.Send) => (fact: { readonly siteGroupingId: Send.Send["siteGroupingId"]; readonly contact: string }) =>
      fact.siteGroupingId === send.siteGroupingId && fact.contact === send.to
  return sends.map((send, index) =>
    SendPolicy.decide({
      recipient: send.to as string as Contact.Contact,
      messageClass: send.messageClass,
      settings: settings[index]!,
      consent: consents.find(matches(send)) ?? Consent.unrecorded(send.siteGroupingId, keys[index]!.contact),
      recipientZone: cards.find(matches(send))?.timeZone ?? null,
      sentInLastDay: Math.max(0, (counts[index] ?? 0) - 1),
      now
    })
  )
})
