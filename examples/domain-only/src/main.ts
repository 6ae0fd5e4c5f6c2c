/** The rules alone. Each is a function from what is known to what follows: data, to be stored by whatever means you have. */
import { EscalationDue, InboundText, NumberReplacement, SendPolicy, StaffMessage } from "@careline/domain"
import { DateTime } from "effect"
import { back, daughter, front, ids, noon, settings, stranger, text } from "./given.ts"

// Thread assignment, lock and auto-reply: the first text opens a thread that answers from the number that was texted.
const first = InboundText.decide(stranger, text("Can she take the pill with food?"), front, ids(), noon)
// The same thread, whichever number is texted next; the lock stays, and there is no second automatic answer.
const second = InboundText.decide(first.state, text("She is 82."), back, ids(), noon)
// Escalation: nobody answered for a quarter of an hour.
const late = DateTime.addDuration(noon, "15 minutes")
const due = { thread: second.state.thread, period: 1, settings, from: front, link: "https://ehr.example/threads/1" }
const alarm = EscalationDue.decide(due, ids(), late)
// Delete with replacement: not without another number, which the thread then answers from.
const refused = NumberReplacement.decide(front, 1, null)
const moved = NumberReplacement.follow(second.state.thread, front, back, late)
// Send policy: a text may leave, until the contact says STOP.
const facts = {
  recipient: daughter,
  messageClass: "care",
  settings,
  recipientZone: null,
  sentInLastDay: 0,
  now: late
} as const
const before = SendPolicy.decide({ ...facts, consent: second.state.consent })
const stopped = InboundText.decide({ ...second.state, thread: moved }, text("STOP"), back, ids(), late)
const after = SendPolicy.decide({ ...facts, consent: stopped.state.consent })
// A reply ends the alarm and leaves from the thread's number.
const words = { content: "With food is best.", attachments: [], senderId: "nurse" as never }
const reply = StaffMessage.decide(moved, words, back, ids(), late)

export { after, alarm, before, first, moved, refused, reply, second }
