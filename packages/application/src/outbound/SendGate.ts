/** Evaluates the send policy right before texts leave: an opt-out may have come since they were queued. */
import { Consent, Contact, MessageClass, type Send, SendPolicy, type Tenant } from "@careline/domain"
import { Consents, Outbox, Settings, Threads } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { contactCards, contactKey } from "../access/ContactCards.ts"

const DAY_MILLIS = 24 * 60 * 60 * 1000

/** From when on a reply may be no part of a conversation any more. */
const RECLASSIFY_AFTER_MILLIS = 10 * 60 * 1000

/** The class of each send as of now: a reply that waited, or is sent again, may come out of the blue. */
const classesOf = Effect.fnUntraced(function* (sends: ReadonlyArray<Send.Send>, now: DateTime.Utc) {
  // What a person wrote, at once or ahead of time; what a template is about stays what it is.
  const isOfPerson = ({ messageClass, purpose }: Send.Send) =>
    purpose === "reply" || (purpose === "scheduled" && (messageClass === "conversational" || messageClass === "care"))
  const isStale = (send: Send.Send) =>
    isOfPerson(send) && now.epochMilliseconds - send.queuedAt.epochMilliseconds >= RECLASSIFY_AFTER_MILLIS
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

/** Who is to get a text, and from whom. */
interface Recipient {
  readonly siteGroupingId: Tenant
  readonly contact: Contact.Contact
}

/** What the policy asks of each recipient, and what the directory has of them, in their order. In the ambient transaction. */
export const gatherFacts = Effect.fnUntraced(function* (recipients: ReadonlyArray<Recipient>, now: DateTime.Utc) {
  const settings = yield* (yield* Settings).effective(recipients.map(({ siteGroupingId }) => siteGroupingId))
  const consents = yield* (yield* Consents).load(recipients)
  const consentOf = new Map(consents.map((consent) => [contactKey(consent), consent]))
  const cardOf = yield* contactCards(recipients)
  const spelled = recipients.map(({ contact, siteGroupingId }) =>
    Contact.spellings(contact).map((to) => ({ siteGroupingId, to }))
  )
  // Nobody asks where no tenant has a limit.
  const isLimited = settings.some(({ dailyLimitPerContact }) => dailyLimitPerContact !== null)
  const counts = isLimited
    ? yield* (yield* Outbox).countSince(spelled.flat(), DateTime.subtractDuration(now, DAY_MILLIS))
    : spelled.flat().map(() => 0)
  let place = 0
  const sentTo = spelled.map(({ length }) =>
    counts.slice(place, (place += length)).reduce((sum, count) => sum + count, 0)
  )
  return recipients.map((recipient, index) => {
    const { contact, siteGroupingId } = recipient
    const card = cardOf(recipient)
    const facts = {
      recipient: contact,
      settings: settings[index]!,
      consent: consentOf.get(contactKey(recipient)) ?? Consent.unrecorded(siteGroupingId, contact),
      recipientZone: card?.timeZone ?? null,
      sentInLastDay: sentTo[index]!,
      now
    } satisfies Omit<SendPolicy.Facts, "messageClass">
    return { ...facts, card }
  })
})

/** The decisions, in the order of the sends. In the ambient transaction. */
export const evaluateSendPolicy = Effect.fnUntraced(function* (sends: ReadonlyArray<Send.Send>, now: DateTime.Utc) {
  const facts = yield* gatherFacts(
    sends.map(({ siteGroupingId, to }) => ({ siteGroupingId, contact: to as string as Contact.Contact })),
    now
  )
  const classes = yield* classesOf(sends, now)
  return facts.map((of, index) => {
    // The send itself is among those that wait to leave.
    const itself = SendPolicy.UNAWAITED.includes(sends[index]!.messageClass) ? 1 : 0
    return SendPolicy.decide({
      ...of,
      messageClass: classes[index]!,
      sentInLastDay: Math.max(0, of.sentInLastDay - itself)
    })
  })
})
