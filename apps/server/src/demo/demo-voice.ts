/**
 * Plays calls against a running sandbox: a voicemail, a call that a clinician dials in to, and one that calls them back.
 * Prints what each leg saw and heard, and exits non-zero when any step does not come true.
 */
import { type Demo, type Message, ofKind, run } from "./DemoSession.ts"

const CLINICIAN = "+14155550177"
const SAID = "This is Ana's daughter. Please call me back about the new pill."

interface Leg {
  readonly number: string | null
  readonly direction: string
  readonly callerId: string | null
  readonly heard: ReadonlyArray<string>
  readonly ended: string
}

interface Call {
  readonly id: string
  readonly legs: ReadonlyArray<Leg>
  readonly documents: ReadonlyArray<{ readonly violation: string | null }>
}

interface Prepared {
  readonly bridgeNumber: string
  readonly callerId: string
  readonly instructions: string
  readonly pin?: string
}

const show = (demo: Demo, { legs }: Call): void => {
  for (const { callerId, direction, ended, heard, number } of legs) {
    const who = number === CLINICIAN ? "clinician" : number === demo.contact ? "family" : (number ?? "nobody")
    demo.say(who, direction === "inbound" ? "calls the line" : `is called; the phone shows ${callerId}`)
    for (const words of heard) demo.say("", words)
    demo.say("", `(${ended})`)
  }
}

/** Nothing in the leg, nor in what was shown on it, names the clinician. */
const isMasked = (leg: Leg | undefined, demo: Demo): boolean =>
  leg !== undefined && leg.callerId === demo.sandbox.number && !JSON.stringify(leg).includes(CLINICIAN.slice(2))

const call = (demo: Demo, from: string, script: object): Promise<Call> =>
  demo.simulator<Call>("call", { from, to: demo.sandbox.number, ...script })

const newestCall = async (demo: Demo): Promise<Call | undefined> =>
  (await demo.simulator<{ readonly calls: ReadonlyArray<Call> }>("calls", {})).calls.at(-1)

const lastOf = async (demo: Demo, threadId: string, kind: string, after: ReadonlyArray<Message>) =>
  ofKind(await demo.messages(threadId), kind).find(({ id }) => after.every((one) => one.id !== id))

const voicemail = async (demo: Demo): Promise<string | undefined> => {
  console.log("A voicemail\n")
  const recorded = await call(demo, demo.contact, { keys: ["1"], speaks: 7, says: SAID })
  show(demo, recorded)
  demo.check(
    recorded.documents.every(({ violation }) => violation === null),
    "every document that we answered with is one that the provider knows"
  )
  const thread = await demo.until(() => demo.thread())
  demo.check(thread !== undefined, "the caller's thread is in the inbox")
  if (thread === undefined) return undefined
  const message = await demo.until(async () => {
    const [found] = ofKind(await demo.messages(thread.id), "voicemail")
    return found !== undefined && found.attachments.length === 1 && found
  })
  demo.say("thread", message?.content ?? "nothing")
  demo.check(message !== undefined, "with one message, and its recording")
  const link = message?.attachments[0]?.url
  const listened = link == null ? undefined : await fetch(link)
  const bytes = (await listened?.arrayBuffer())?.byteLength ?? 0
  demo.say("staff", `listen to ${bytes} bytes of ${listened?.headers.get("content-type")}`)
  demo.check(listened?.status === 200 && bytes > 1_000, "that can be listened to by its link, without a login")
  const foreign = link == null ? undefined : await fetch(link.replace(/signature=[^&]{4}/, "signature=AAAA"))
  demo.check(foreign?.status === 403, "and not by a link that nobody signed")
  const answer = await demo.until(async () => (await demo.sentTo(demo.contact))[0])
  if (answer !== undefined) demo.say("auto-reply", answer.body)
  demo.check(answer !== undefined, "the caller is texted once, after the call")

  const silent = await call(demo, demo.contact, { keys: ["1"], speaks: 0 })
  const missed = await demo.until(async () => ofKind(await demo.messages(thread.id), "missed_call")[0])
  demo.check(silent.legs.length === 1 && missed !== undefined, "a caller who says nothing is a missed call")
  return thread.id
}

const prepare = (demo: Demo, threadId: string, request: object) =>
  demo.api<Prepared>("POST", `/external-threads/${threadId}/prepare-bridge-call`, {
    clinicianNumber: CLINICIAN,
    ...request
  })

const dialIn = async (demo: Demo, threadId: string): Promise<void> => {
  console.log("\nA call that the clinician dials in to\n")
  const { body, status } = await prepare(demo, threadId, {})
  demo.say("Careline", body.instructions)
  demo.check(status === 201 && body.pin !== undefined, "the call is prepared, for one call and ten minutes")
  await demo.simulator("whenCalled", { number: demo.contact, answering: "answers", talks: 45 })
  const before = ofKind(await demo.messages(threadId), "call_log")
  const bridged = await call(demo, CLINICIAN, { keys: [body.pin] })
  show(demo, bridged)
  demo.check(isMasked(bridged.legs[1], demo), "the family sees the clinic's number, and nothing of the clinician's")
  const log = await demo.until(() => lastOf(demo, threadId, "call_log", before))
  demo.say("thread", log?.content ?? "nothing")
  demo.check(log?.content === "Call duration: 45s", "the thread says how long was talked")
  const again = await call(demo, CLINICIAN, { keys: [body.pin] })
  demo.check(again.legs.length === 1, "a second call with the same permission is not put through")
}

const callMe = async (demo: Demo, threadId: string): Promise<void> => {
  console.log("\nA call that calls the clinician back\n")
  await demo.simulator("whenCalled", { number: CLINICIAN, answering: "answers", keys: ["1"] })
  await demo.simulator("whenCalled", { number: demo.contact, answering: "answers", talks: 61 })
  const before = ofKind(await demo.messages(threadId), "call_log")
  const { status } = await prepare(demo, threadId, { mode: "callback", reason: "results" })
  demo.check(status === 201, "the clinician's phone rings")
  const log = await demo.until(() => lastOf(demo, threadId, "call_log", before))
  const bridged = await newestCall(demo)
  if (bridged !== undefined) show(demo, bridged)
  demo.check(isMasked(bridged?.legs[1], demo), "a key connects the family, who see the clinic's number")
  demo.check(log?.content === "Call duration: 1m 1s", "and the thread says how long was talked")

  await demo.simulator("whenCalled", { number: CLINICIAN, answering: "answers", speaks: 9 })
  await prepare(demo, threadId, { mode: "callback" })
  const swallowed = await demo.until(async () => {
    const newest = await newestCall(demo)
    return newest?.id !== bridged?.id && newest?.legs[0]?.ended === "completed" && newest
  })
  demo.check(swallowed?.legs.length === 1, "a voicemail that answers for the clinician is connected to nobody")

  const { body } = await demo.api<{ readonly items: ReadonlyArray<object> }>(
    "GET",
    `/call-logs?externalThreadId=${threadId}`
  )
  demo.check(body.items.length >= 4, "the call log has every call of the thread")
  demo.check(!JSON.stringify(body).includes(CLINICIAN.slice(2)), "and the clinician's number in none of them")
}

const play = async (demo: Demo): Promise<void> => {
  console.log(`\nCalls with ${demo.sandbox.url}\n`)
  const restore = await demo.borrowSettings({
    voipEnabled: true,
    autoReplyMessage: "Thank you for calling Harbor Clinic. We call back within the hour.",
    escalationTimerMinutes: null,
    quietHours: null,
    dailyLimitPerContact: null,
    callHandling: "voicemail",
    callGreetings: [
      {
        language: "en-US",
        text: "You have reached Harbor Clinic. Please leave a message after the tone.",
        audioUrl: null,
        choice: null
      },
      { language: "es-US", text: null, audioUrl: null, choice: null }
    ]
  })
  const threadId = await voicemail(demo)
  if (threadId !== undefined) {
    await dialIn(demo, threadId)
    await callMe(demo, threadId)
  }
  await restore()
}

await run(play)
