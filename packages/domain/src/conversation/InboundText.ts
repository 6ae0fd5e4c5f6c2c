/**
 * A text came in: what follows from it.
 *
 * The thread is found or opened and locked, the text kept, a keyword obeyed and answered, the one automatic answer queued and
 * the alarm started. What may be a wish to opt out gets no automatic answer: it is flagged, and a note asks staff to judge it,
 * for consent stays as it is until somebody puts the wish on record. Who may be in danger is told what to do, and somebody is called
 * at once; nothing else is done by itself with such a text. A reaction, a keyword that is answered, and what comes from a sender whom no text reaches ask
 * for nobody: they are kept and shown. With the line switched off the text is kept and shown, and nothing else happens.
 */
import type { DateTime } from "effect"
import * as Alarm from "../escalation/Alarm.ts"
import * as Attachment from "../messages/Attachment.ts"
import * as AutoReply from "./AutoReply.ts"
import type { Change } from "../changes/Change.ts"
import * as Consent from "../contacts/Consent.ts"
import type { Contact } from "../contacts/Contact.ts"
import * as ContactRule from "../contacts/Contact.ts"
import type { MessageId, SendId, ThreadId } from "../shared/Ids.ts"
import * as KeywordAnswer from "./KeywordAnswer.ts"
import { type Message, type MessageMetadata, onNumber, type SystemMessageKind } from "../messages/Message.ts"
import * as PhoneNumber from "../contacts/PhoneNumber.ts"
import type { E164 } from "../contacts/PhoneNumber.ts"
import type { TenantNumber } from "../contacts/InventoryNumber.ts"
import * as Reaction from "../messages/Reaction.ts"
import * as SystemMessage from "../threads/SystemMessage.ts"
import * as SystemText from "./SystemText.ts"
import * as Thread from "../threads/Thread.ts"
import * as ThreadLink from "../threads/ThreadLink.ts"
import * as Urgent from "./Urgent.ts"
import type { VoipSettings } from "../settings/VoipSettings.ts"

/** The text, as the provider handed it over. */
export interface InboundText {
  readonly provider: string
  readonly providerMessageId: string
  readonly from: Contact
  readonly text: string
  readonly attachments: ReadonlyArray<Attachment.Attachment>
  /** The keyword that the provider itself recognised and answered, if it says so. */
  readonly providerKeyword: Consent.Keyword | null
  /** Whether the provider answers opt-out, opt-in and help words by itself. */
  readonly providerConfirmsOptOut: boolean
  /** The message of the thread that the text reacts to, if it is a reaction and that message was found. */
  readonly reactsTo?: MessageId | null
  /** Whom else it came for, if it is a group message: it is answered to its sender alone. */
  readonly alsoTo?: ReadonlyArray<string>
  /** When it reached us: some time ago, where it had to wait. */
  readonly receivedAt: DateTime.Utc
}

/** What the decision rests on. */
export interface State extends ThreadLink.Known {
  readonly consent: Consent.Consent
  readonly settings: VoipSettings
  /** What the clinic is called, where it is known. */
  readonly clinicName?: string | null
}

/** Fresh ids for whatever the decision may make. Unused ones are dropped. */
export interface FreshIds {
  readonly threadId: ThreadId
  readonly messageId: MessageId
  readonly systemMessageId: MessageId
  readonly answerId: MessageId
  readonly groupNoteId: MessageId
  readonly sendId: SendId
}

/** The state after the text, for the next text of the same lane, and what has to be stored. */
export interface Decision {
  readonly state: State & { readonly thread: Thread.Thread }
  readonly changes: ReadonlyArray<Change>
}

const flagOf = (text: string): MessageMetadata["flag"] =>
  Consent.mayMeanAppointment(text)
    ? "possible_appointment_change"
    : Consent.mayMeanOptOut(text)
      ? "possible_opt_out"
      : undefined

export const decide = (
  state: State,
  inbound: InboundText,
  on: TenantNumber,
  ids: FreshIds,
  now: DateTime.Utc
): Decision => {
  const changes: Array<Change> = []
  const key: Thread.ThreadKey = { siteGroupingId: on.siteGroupingId, threadType: "voip", contact: inbound.from }
  const opened = ThreadLink.opened(state, ids.threadId, key, now)
  let thread: Thread.Thread = { ...Thread.receivedOn(opened, on.id), externalContact: inbound.from }

  const add = (message: Message): Message => {
    changes.push({ _tag: "MessageAdded", message })
    thread = Thread.append(thread, message)
    return message
  }
  const say = (kind: SystemMessageKind, content: string) =>
    add(SystemMessage.make(thread, { id: ids.systemMessageId, kind, content, from: null }, now))
  const answer = (text: Omit<SystemText.SystemText, "on">) => {
    const sent = SystemText.send(thread, { ...text, on }, { messageId: ids.answerId, sendId: ids.sendId }, now)
    changes.push(...sent.changes)
    thread = sent.thread
  }

  const reaction = Reaction.parse(inbound.text)
  const canBeAnswered = ContactRule.canBeTexted(inbound.from)
  const keyword = reaction === null ? (inbound.providerKeyword ?? Consent.keyword(inbound.text)) : null
  const danger = canBeAnswered && reaction === null && keyword === null ? Urgent.match(inbound.text) : null
  const isUrgent = danger?.certainty === "urgent"
  const flag = isUrgent
    ? "urgent"
    : danger !== null
      ? "possible_urgent"
      : canBeAnswered && reaction === null
        ? flagOf(inbound.text)
        : undefined
  add({
    id: ids.messageId,
    siteGroupingId: thread.siteGroupingId,
    externalThreadId: thread.id,
    position: Thread.nextPosition(thread),
    messageType: "sms",
    direction: "inbound",
    senderId: null,
    content: inbound.text,
    transcript: null,
    attachments: inbound.attachments.filter(Attachment.isContent),
    metaData: {
      ...onNumber(on),
      provider: inbound.provider,
      providerMessageId: inbound.providerMessageId,
      ...(flag === undefined ? {} : { flag }),
      ...(danger === null ? {} : { urgentPhrase: { phrase: danger.phrase, version: danger.version } }),
      ...(reaction === null ? {} : { reaction: Reaction.inMessage(reaction, inbound.reactsTo ?? null) })
    },
    deliveryStatus: null,
    createdAt: now
  })

  const alsoTo = inbound.alsoTo ?? []
  if (alsoTo.length > 0) {
    const others = alsoTo.map((other) => (PhoneNumber.isE164(other) ? PhoneNumber.display(other as E164) : other))
    const content = `A group message, also sent to ${others.join(", ")}. Replies go to the sender alone.`
    add(SystemMessage.make(thread, { id: ids.groupNoteId, kind: "group_message", content, from: null }, now))
  }

  const consent =
    keyword === null
      ? state.consent
      : Consent.afterKeyword(
          state.consent,
          keyword,
          inbound.providerKeyword === null ? "keyword" : "provider",
          inbound.receivedAt
        )
  if (consent !== state.consent) {
    changes.push({ _tag: "ConsentChanged", consent })
    const said = consent.status === "opted_out" ? "opt_out" : "opt_in"
    const note = said === "opt_out" ? "The contact opted out of texts." : "The contact opted in to texts."
    const task = Consent.mayMeanAppointment(inbound.text) ? " They may want to cancel an appointment: please ask." : ""
    say(task === "" ? said : "staff_task", note + task)
  } else if (flag === "possible_opt_out" && keyword === null && consent.status !== "opted_out") {
    say(
      "staff_task",
      "The contact may want no more texts, or may be somebody else. Please judge, and record an opt-out."
    )
  }
  // Nothing follows an opt-out but one confirmation; who opts in or asks for help again is answered again.
  const isAnswered = keyword !== null && (keyword !== "opt_out" || consent !== state.consent)
  if (isAnswered && !inbound.providerConfirmsOptOut && state.settings.voipEnabled && canBeAnswered) {
    answer(KeywordAnswer.of(keyword, state.clinicName ?? null, on))
  }

  const isCalledFor = danger !== null && isUrgent && !Alarm.wasCalled(thread, now)
  if (isCalledFor && state.settings.voipEnabled && consent.status !== "opted_out") {
    const content = state.settings.urgentMessage ?? Urgent.reply(danger.language)
    answer({ kind: "urgent_reply", messageClass: "conversational", content, isUrgent })
  }

  const reply =
    keyword === null && reaction === null && danger === null
      ? AutoReply.decide(thread, inbound.text, consent, state.settings)
      : null
  if (reply !== null) {
    answer({ kind: "auto_reply", messageClass: "conversational", content: reply })
    thread = AutoReply.mark(thread, now)
  }

  const asksForPerson = keyword === null ? reaction === null : Consent.mayMeanAppointment(inbound.text)
  if (asksForPerson && canBeAnswered) {
    const alarmed = isCalledFor ? Alarm.call(thread, state.settings, now) : Alarm.start(thread, state.settings, now)
    thread = alarmed.thread
    changes.push(...alarmed.changes)
  }
  changes.push({ _tag: "ThreadSaved", thread })
  return { state: { ...state, thread, consent }, changes }
}
