/**
 * Plays the life of two numbers against a running sandbox: from the pool to a clinic, one replaced by the other, and both at
 * rest once the clinic is gone. Prints what everybody sees, and exits non-zero when any step does not come true.
 */
import { type Demo, ofKind, run, type Thread } from "./DemoSession.ts"

interface AssignedNumber {
  readonly id: string
  readonly number: string
  readonly status: string
}

interface Pool {
  readonly level: string
  readonly counts: Readonly<Record<string, number>>
  readonly availableByAreaCode: Readonly<Record<string, number>>
  readonly nextQuarantineEnd: string | null
}

interface Deleted {
  readonly count?: number
  readonly affectedThreadsCount: number
  readonly message: string
}

interface Call {
  readonly legs: ReadonlyArray<{ readonly heard: ReadonlyArray<string> }>
}

const AREA_CODE = "720"
/** Numbers that no earlier demo of this sandbox took. */
const freshDigits = (index: number): string =>
  `+1${AREA_CODE}55${String((Date.now() + index) % 100_000).padStart(5, "0")}`

const show = async (demo: Demo): Promise<Pool> => {
  const { body } = await demo.api<Pool>("GET", "/phone-number-pool")
  const counts = Object.entries(body.counts).filter(([, count]) => count > 0)
  demo.say("pool", `${body.level}: ${counts.map(([status, count]) => `${count} ${status}`).join(", ")}`)
  return body
}

/** A clinic on record, with two numbers of the pool. */
const open = async (demo: Demo, tenant: string) => {
  console.log("A clinic gets its numbers\n")
  const created = await demo.api("POST", "/site-groupings", { id: tenant, name: "Hillside Clinic" })
  demo.check(created.status === 201, "the clinic is on record")
  for (const index of [0, 1]) {
    const number = freshDigits(index)
    // Bought at the provider by hand: Careline asks there before it takes a number for ours, and then leads it here.
    await demo.simulator("own", { number })
    await demo.api("POST", "/phone-numbers", { number, toPool: true })
  }
  await demo.api("POST", "/phone-numbers/reconciliation")
  const { availableByAreaCode } = await show(demo)
  demo.check((availableByAreaCode[AREA_CODE] ?? 0) >= 2, "two numbers wait in the pool, unassigned")
  const assign = (additional: boolean) =>
    demo.api<AssignedNumber>("POST", `/site-groupings/${tenant}/phone-number`, { areaCode: AREA_CODE, additional })
  const [first, second] = [await assign(false), await assign(true)]
  demo.say("clinic", `has ${first.body.number} and ${second.body.number}`)
  demo.check(first.status === 201 && second.status === 201, "each is assigned at once: no provider is asked")
  demo.check(first.body.number !== second.body.number, "and never the same one twice")
  await demo.api("PUT", `/voip-settings?siteGroupingId=${tenant}`, {
    voipEnabled: true,
    autoReplyMessage: "Thank you for texting Hillside Clinic.",
    quietHours: null,
    dailyLimitPerContact: null
  })
  return { first: first.body, second: second.body }
}

const sentFrom = async (demo: Demo, from: string, words: string) =>
  (await demo.sentTo(demo.contact)).find((sent) => sent.from === from && sent.body.includes(words))

const theThread = (demo: Demo, phoneNumber: string) =>
  demo.until(async () => {
    const found = await demo.thread()
    return found?.phoneNumber === phoneNumber && found
  })

const replace = async (demo: Demo, first: AssignedNumber, second: AssignedNumber): Promise<Thread | undefined> => {
  console.log("\nOne number takes the place of the other\n")
  await demo.text("Is Grandma's appointment still on?", first.number)
  const thread = await theThread(demo, first.number)
  demo.check(thread !== undefined, "the family's thread is in the inbox")
  if (thread === undefined) return undefined
  const path = `/phone-numbers/${first.id}`
  const refused = await demo.api<Deleted>("DELETE", path)
  demo.check(
    refused.status === 409 && refused.body.count === 1,
    "the number is in use: it is not given up just like that"
  )
  const body = { replacementPhoneNumberId: second.id, notifyContacts: true }
  const foreseen = await demo.api<Deleted>("DELETE", `${path}?dryRun=true`, body)
  demo.say("Careline", foreseen.body.message)
  const done = await demo.api<Deleted>("DELETE", path, body)
  demo.check(done.status === 200 && done.body.message === foreseen.body.message, "what was told beforehand is done")
  const notice = await demo.until(() => sentFrom(demo, second.number, "number has changed"))
  if (notice !== undefined) demo.say("to family", notice.body)
  demo.check(notice !== undefined, "the family is told of the new number, from the new number")

  await demo.text("I still have your old number!", first.number)
  const late = await demo.until(async () =>
    (await demo.messages(thread.id)).find(({ content }) => content.includes("old number!"))
  )
  demo.check(late !== undefined, "a text to the old number lands in the same thread")
  await demo.api("POST", `/external-threads/${thread.id}/messages`, { content: "Yes, at ten." })
  const answer = await demo.until(() => sentFrom(demo, second.number, "at ten"))
  demo.check(answer !== undefined, "and is answered from the new one")
  demo.check(ofKind(await demo.messages(thread.id), "number_changed").length === 1, "the thread says so, once")
  return thread
}

const close = async (demo: Demo, tenant: string, second: AssignedNumber, thread: Thread): Promise<void> => {
  console.log("\nThe clinic closes\n")
  const before = (await demo.messages(thread.id)).length
  const gone = await demo.api<{ readonly quarantinedNumbersCount: number }>("DELETE", `/site-groupings/${tenant}`)
  demo.check(gone.body.quarantinedNumbersCount === 2, "both numbers rest: nobody has them")
  await demo.text("Hello? Are you still there?", second.number)
  const neutral = await demo.until(() => sentFrom(demo, second.number, "not in service"))
  if (neutral !== undefined) demo.say("to family", neutral.body)
  demo.check(neutral !== undefined, "a text there is answered, and the answer names nobody")
  const { legs } = await demo.simulator<Call>("call", { from: demo.contact, to: second.number })
  const heard = legs.flatMap((leg) => leg.heard).join(" ")
  demo.check(heard.includes("not in service"), "a caller hears the same, and is hung up")
  demo.check((await demo.messages(thread.id)).length === before, "what the clinic had is kept, and nothing comes to it")
  const refused = await demo.api("POST", "/site-groupings/null/phone-number", { areaCode: AREA_CODE })
  demo.check(refused.status === 409, "and nobody else gets a number of theirs before they have rested")
  const { nextQuarantineEnd } = await show(demo)
  demo.say(
    "",
    `The next one comes back into the pool on ${nextQuarantineEnd?.slice(0, 10)}, unless too many still try it.`
  )
}

const play = async (demo: Demo): Promise<void> => {
  console.log(`\nNumbers with ${demo.sandbox.url}\n`)
  const tenant = `hillside-${Date.now()}`
  const { first, second } = await open(demo, tenant)
  const thread = await replace(demo, first, second)
  if (thread !== undefined) await close(demo, tenant, second, thread)
}

// The notice of the new number waits for the morning of whom it is for.
await run(play, { isDayThere: true })
