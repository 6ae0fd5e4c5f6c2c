/** Somebody calls one of our numbers: what they hear, and what the thread says about it. */
import type { DateTime } from "effect"
import * as Alarm from "../escalation/Alarm.ts"
import * as AutoReply from "../conversation/AutoReply.ts"
import * as Call from "./Call.ts"
import * as CallGreeting from "../settings/CallGreeting.ts"
import type { CallPlan } from "./CallPlan.ts"
import type { Change } from "../changes/Change.ts"
import type { Consent } from "../contacts/Consent.ts"
import type { MessageId, SendId, ThreadId } from "../shared/Ids.ts"
import type { Message } from "../messages/Message.ts"
import type { TenantNumber } from "../contacts/InventoryNumber.ts"
import * as SystemText from "../conversation/SystemText.ts"
import * as Thread from "../threads/Thread.ts"
import * as ThreadLink from "../threads/ThreadLink.ts"
import * as Voicemail from "./Voicemail.ts"
import type { VoipSettings } from "../settings/VoipSettings.ts"

/** How long a caller may speak. The providers' own transcription ends there as well. */
export const VOICEMAIL_SECONDS = 120
/** How long a caller may think about a key. */
const CHOICE_SECONDS = 5

const handle = (greeting: CallGreeting.CallGreeting, handling: VoipSettings["callHandling"]): CallPlan => {
  const say = CallGreeting.greet(greeting, handling)
  return handling === "voicemail"
    ? {
        _tag: "Voicemail",
        say,
        maxSeconds: VOICEMAIL_SECONDS,
        language: greeting.language,
        after: CallGreeting.thank(greeting)
      }
    : { _tag: "Hangup", say }
}

/** What a caller hears where nothing is known of the tenant, or nothing can be asked: no choice, and no callback but one. */
export const plainPlan = ({
  callGreetings,
  callHandling
}: Pick<VoipSettings, "callGreetings" | "callHandling">): CallPlan =>
  handle(callGreetings[0] ?? CallGreeting.fallback, callHandling)

/** What a caller hears: the greeting, in the language that they choose where there are several; the first when they do not. */
export const plan = ({
  callGreetings,
  callHandling
}: Pick<VoipSettings, "callGreetings" | "callHandling">): CallPlan => {
  const first = plainPlan({ callGreetings, callHandling })
  const languages = CallGreeting.distinct(callGreetings)
  if (languages.length < 2) return first
  const offered = languages.map((greeting, index) => ({ greeting, digits: String(index + 1) }))
  return {
    _tag: "Gather",
    say: offered.flatMap(({ digits, greeting }) => CallGreeting.offer(greeting, digits)),
    digits: 1,
    timeoutSeconds: CHOICE_SECONDS,
    options: offered.map(({ digits, greeting }) => ({ digits, leadsTo: handle(greeting, callHandling) })),
    otherwise: first
  }
}

/** What the decision rests on. */
export interface State extends ThreadLink.Known {
  readonly consent: Consent
  readonly settings: VoipSettings
}

/** Fresh ids for whatever the decision may make. Unused ones are dropped. */
export interface FreshIds {
  readonly threadId: ThreadId
  readonly messageId: MessageId
  readonly answerId: MessageId
  readonly sendId: SendId
}

export interface Decision {
  readonly thread: Thread.Thread
  /** The call with its thread and its message. */
  readonly call: Call.Call
  readonly changes: ReadonlyArray<Change>
}

/** The call stands in the thread from now on, unread and with its alarm, whatever else is heard of it or lost. */
export const decide = (state: State, call: Call.Call, on: TenantNumber, ids: FreshIds, now: DateTime.Utc): Decision => {
  const key: Thread.ThreadKey = { siteGroupingId: on.siteGroupingId, threadType: "voip", contact: call.fromNumber }
  const found = Thread.receivedOn(ThreadLink.opened(state, ids.threadId, key, now), on.id)
  const message: Message = {
    id: ids.messageId,
    siteGroupingId: found.siteGroupingId,
    externalThreadId: found.id,
    position: Thread.nextPosition(found),
    messageType: "system",
    direction: "inbound",
    senderId: null,
    ...Voicemail.describe(call),
    deliveryStatus: null,
    createdAt: now
  }
  const alarmed = Alarm.start(Thread.append(found, message), state.settings, now)
  // Its end may be known before its beginning.
  const answered = Call.isOver(call)
    ? afterCall(alarmed.thread, state, on, { messageId: ids.answerId, sendId: ids.sendId }, now)
    : { thread: alarmed.thread, changes: [] }
  return {
    thread: answered.thread,
    call: { ...call, threadId: found.id, messageId: message.id },
    changes: [
      { _tag: "MessageAdded", message },
      ...alarmed.changes,
      ...answered.changes,
      { _tag: "ThreadSaved", thread: answered.thread }
    ]
  }
}

/** Once the call is over the contact is answered as after a text: nobody wants a text in their ear while they speak. */
export const afterCall = (
  thread: Thread.Thread,
  { consent, settings }: Pick<State, "consent" | "settings">,
  on: TenantNumber,
  ids: { readonly messageId: MessageId; readonly sendId: SendId },
  now: DateTime.Utc
): { readonly thread: Thread.Thread; readonly changes: ReadonlyArray<Change> } => {
  const reply = thread.deletedAt === null ? AutoReply.decide(thread, "", consent, settings) : null
  if (reply === null) return { thread, changes: [] }
  const answered = SystemText.send(
    thread,
    { kind: "auto_reply", messageClass: "conversational", content: reply, on },
    ids,
    now
  )
  const marked = AutoReply.mark(answered.thread, now)
  return { thread: marked, changes: [...answered.changes, { _tag: "ThreadSaved", thread: marked }] }
}
