/**
 * Plays a conversation against a running sandbox: texts come in as signed webhooks, staff act through the public API.
 * Prints the transcript, and exits non-zero when any step does not come true.
 */
import { type Demo, type Message, ofKind, run } from "./DemoSession.ts"

/** Three seconds: an escalation that one can wait for. */
const TIMER_MINUTES = 0.05
const ON_CALL = "+12025550187"

const play = async (demo: Demo): Promise<void> => {
  const { sandbox } = demo
  console.log(`\nA conversation with ${sandbox.url}\n`)

  const restore = await demo.borrowSettings({
    voipEnabled: true,
    autoReplyMessage: "Thank you for texting Harbor Clinic. We answer within the hour. In an emergency call 911.",
    escalationTimerMinutes: null,
    escalationPhoneNumbers: [ON_CALL],
    quietHours: null,
    dailyLimitPerContact: null
  })

  const first = await demo.text("Hi, this is Ana's daughter. Can she take the new pill with food?")
  demo.check(first === 200, "the signed webhook is answered 200")
  const thread = await demo.until(() => demo.thread())
  demo.check(thread !== undefined, "the thread appears in the inbox")
  if (thread === undefined) return
  demo.check(thread.phoneNumber === sandbox.number, "and is locked to the number that was texted")

  const autoReply = await demo.until(async () => (await demo.sentTo(demo.contact))[0])
  if (autoReply !== undefined) demo.say("auto-reply", autoReply.body)
  demo.check(autoReply !== undefined, "the auto-reply leaves")

  await demo.text("She is 82, if that matters.")
  const second = await demo.until(async () => {
    const texts = (await demo.messages(thread.id)).filter((message) => message.direction === "inbound")
    return texts.length === 2 && texts
  })
  demo.check(second !== undefined, "the second text is kept in the same thread")
  demo.check(ofKind(await demo.messages(thread.id), "auto_reply").length === 1, "and gets no second auto-reply")

  const words = "Yes, with food is best. Call us if she feels dizzy."
  demo.say("clinician", words)
  const reply = await demo.api<Message>("POST", `/external-threads/${thread.id}/messages`, { content: words })
  demo.check(reply.status === 202 && reply.body.deliveryStatus === "queued", "the reply is queued")
  const delivered = await demo.until(async () =>
    (await demo.messages(thread.id)).find(
      (message) => message.id === reply.body.id && message.deliveryStatus === "delivered"
    )
  )
  demo.check(delivered !== undefined, "its delivery status moves to delivered")
  const sent = (await demo.sentTo(demo.contact)).filter(({ body }) => body === words)
  demo.check(sent.length === 1 && sent[0]?.from === sandbox.number, "it left once, from the locked number")

  await demo.text("STOP")
  await demo.until(async () => (await demo.thread())?.optedOut)
  const refused = await demo.api<{ readonly reason?: string; readonly detail?: string }>(
    "POST",
    `/external-threads/${thread.id}/messages`,
    {
      content: "Are you still there?"
    }
  )
  demo.say("clinician", `Are you still there?  → ${refused.status}: ${refused.body.detail}`)
  demo.check(
    refused.status === 409 && refused.body.reason === "recipient_opted_out",
    "STOP opts out, and a further send is refused with its reason"
  )

  await demo.text("START")
  const back = await demo.until(async () => (await demo.thread())?.optedOut === false)
  demo.check(back === true, "START opts in again")

  await demo.api("PUT", "/voip-settings", { escalationTimerMinutes: TIMER_MINUTES })
  await demo.text("She feels dizzy now. What should we do?")
  const running = await demo.until(async () => (await demo.thread())?.escalation.state === "running")
  demo.check(running === true, "an unanswered text starts the escalation timer")
  const escalated = await demo.until(async () => ofKind(await demo.messages(thread.id), "escalation")[0])
  if (escalated !== undefined) demo.say("system", escalated.content)
  demo.check(escalated !== undefined, "nobody answers: it escalates, and the thread says so")
  const alarm = await demo.until(async () => (await demo.sentTo(ON_CALL)).at(-1))
  if (alarm !== undefined) demo.say("to on-call", alarm.body)
  demo.check(
    alarm !== undefined && !alarm.body.includes("dizzy"),
    "the on-call clinician is texted, without a word about the patient"
  )

  await restore()
}

await run(play)
