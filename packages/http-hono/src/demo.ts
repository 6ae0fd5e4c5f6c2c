/**
 * Plays a conversation against a running sandbox: texts come in as signed webhooks, staff act through the public API.
 * Prints the transcript, and exits non-zero when any step does not come true.
 */
import { setTimeout as pause } from "node:timers/promises"
import { Effect } from "effect"
import { readSandbox, type SandboxFile } from "./Sandbox.ts"

/** How long a step may take to come true, and how often it is looked at, in milliseconds. */
const PATIENCE = 20_000
const LOOK_EVERY = 100
/** Three seconds: an escalation that one can wait for. */
const TIMER_MINUTES = 0.05
const ON_CALL = "+12025550187"

interface Thread {
  readonly id: string
  readonly externalContact: string
  readonly unreadCount: number
  readonly phoneNumber: string | null
  readonly optedOut: boolean
  readonly escalation: { readonly state: string }
}

interface Message {
  readonly id: string
  readonly content: string
  readonly direction: string
  readonly messageType: string
  readonly deliveryStatus: string | null
  readonly metaData: { readonly messageSubType?: string; readonly providerMessageId?: string }
}

interface Answer<A> {
  readonly status: number
  readonly body: A
}

class Conversation {
  private readonly sandbox: SandboxFile
  readonly contact = `+1303555${String(1000 + (Date.now() % 9000))}`
  private failures = 0

  constructor(sandbox: SandboxFile) {
    this.sandbox = sandbox
  }

  say(who: string, words: string): void {
    console.log(`  ${who.padEnd(12)} ${words}`)
  }

  check(holds: boolean, claim: string): void {
    console.log(`  ${holds ? "✓" : "✗"} ${claim}`)
    if (!holds) this.failures++
  }

  get failed(): number {
    return this.failures
  }

  async api<A>(method: string, path: string, body?: unknown): Promise<Answer<A>> {
    const response = await fetch(`${this.sandbox.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.sandbox.token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const text = await response.text()
    return { status: response.status, body: (text === "" ? null : JSON.parse(text)) as A }
  }

  private async simulator<A>(path: string, body: unknown): Promise<A> {
    const { controlToken, controlUrl } = this.sandbox.simulator
    const response = await fetch(`${controlUrl}/_simulator/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${controlToken}` },
      body: JSON.stringify(body)
    })
    return (await response.json()) as A
  }

  /** The contact texts the line: Twilio's simulator signs and delivers the webhook. */
  async text(words: string): Promise<number | string> {
    this.say("family", words)
    const { answer } = await this.simulator<{ readonly answer: number | string }>("receive", {
      from: this.contact,
      to: this.sandbox.number,
      body: words
    })
    return answer
  }

  /** What the simulator took from us for a number. */
  async sentTo(number: string): Promise<ReadonlyArray<{ readonly body: string; readonly from: string }>> {
    const { messages } = await this.simulator<{
      readonly messages: ReadonlyArray<{
        readonly to: string
        readonly direction: string
        readonly body: string
        readonly from: string
      }>
    }>("ledger", {})
    return messages.filter((message) => message.to === number && message.direction === "outbound")
  }

  async thread(): Promise<Thread | undefined> {
    const { body } = await this.api<{ readonly items: ReadonlyArray<Thread> }>(
      "GET",
      `/external-threads?view=all&q=${encodeURIComponent(this.contact)}`
    )
    return body.items.find((thread) => thread.externalContact === this.contact)
  }

  /** Oldest first. */
  async messages(id: string): Promise<ReadonlyArray<Message>> {
    const { body } = await this.api<{ readonly items: ReadonlyArray<Message> }>(
      "GET",
      `/external-threads/${id}/messages?limit=200`
    )
    return body.items.toReversed()
  }

  /** Looks until something is there, for as long as patience lasts. */
  async until<A>(look: () => Promise<A | undefined | false>): Promise<A | undefined> {
    const deadline = performance.now() + PATIENCE
    while (performance.now() < deadline) {
      const found = await look()
      if (found !== undefined && found !== false) return found
      await pause(LOOK_EVERY)
    }
    return undefined
  }
}

const ofKind = (messages: ReadonlyArray<Message>, kind: string) =>
  messages.filter((message) => message.metaData.messageSubType === kind)

const play = async (sandbox: SandboxFile): Promise<number> => {
  const demo = new Conversation(sandbox)
  const { body: before } = await demo.api<Record<string, unknown>>("GET", "/voip-settings")
  console.log(`\nA conversation with ${sandbox.url}\n`)

  await demo.api("PUT", "/voip-settings", {
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
  if (thread === undefined) return demo.failed
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

  await demo.api("PUT", "/voip-settings", before)
  console.log(demo.failed === 0 ? "\nEvery step came true.\n" : `\n${demo.failed} steps did not come true.\n`)
  return demo.failed
}

const dataDirectory = process.env.DATA_DIR ?? ".careline"
const sandbox = await Effect.runPromise(Effect.option(readSandbox(dataDirectory)))
if (sandbox._tag === "None") {
  console.error("There is no running sandbox here. Start one first, in another terminal: npx -y pnpm@12 start")
  process.exitCode = 1
} else {
  const failures = await play(sandbox.value).catch((error: unknown) => {
    console.error(`The sandbox does not answer: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  })
  process.exitCode = failures === 0 ? 0 : 1
}
