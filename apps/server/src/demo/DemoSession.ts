/** What demos have in common: a running sandbox, its simulator, and claims that come true or do not. */
import { setTimeout as pause } from "node:timers/promises"
import { type Contact, QuietHours } from "@careline/domain"
import { DateTime, Effect } from "effect"
import { freshToken, readSandbox, type SandboxFile } from "../sandbox/Sandbox.ts"

/** How long a step may take to come true, and how often it is looked at, in milliseconds. `DEMO_PATIENCE` names another limit. */
const PATIENCE = Number(process.env.DEMO_PATIENCE || 60_000)
const LOOK_EVERY = 100

/** Numbers for fiction, and how many digits of them are free: in Denver, New York, Honolulu, on Guam, and in London (Ofcom). */
const FICTITIOUS = [
  ["+1303555", 4],
  ["+1212555", 4],
  ["+1808555", 4],
  ["+1671555", 4],
  ["+442079460", 3]
] as const

const isDay = (phone: Contact.Contact, now: DateTime.Utc): boolean =>
  !QuietHours.isQuiet(QuietHours.solicitation, QuietHours.zonesOf(phone, null), now)

/** The nth fictitious phone of the first place, and of the others. */
const phones = (nth: number): ReadonlyArray<Contact.Contact> =>
  FICTITIOUS.map(([digits, free]) => `${digits}${String(nth % 10 ** free).padStart(free, "0")}` as Contact.Contact)

export interface Thread {
  readonly id: string
  readonly externalContact: string
  readonly unreadCount: number
  readonly lastMessagePreview: string
  readonly phoneNumber: string | null
  readonly optedOut: boolean
  readonly escalation: { readonly state: string }
}

export interface Message {
  readonly id: string
  readonly content: string
  readonly direction: string
  readonly messageType: string
  readonly deliveryStatus: string | null
  readonly attachments: ReadonlyArray<{
    readonly type: string
    readonly url: string | null
    readonly mimeType: string | null
    readonly duration?: number | null
  }>
  readonly metaData: { readonly messageSubType?: string; readonly providerMessageId?: string }
}

interface LineSettings {
  readonly [field: string]: unknown
  readonly sources: Readonly<Record<string, string>>
}

export interface Answer<A> {
  readonly status: number
  readonly body: A
}

export interface DemoOptions {
  /** Whether it has to be day where the contact is: some texts wait for the morning. */
  readonly isDayThere: boolean
}

export class Demo {
  readonly sandbox: SandboxFile
  /** Somebody who never texted this sandbox. */
  contact = ""
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

  /** What time it is in the sandbox. */
  get now(): DateTime.Utc {
    return DateTime.makeUnsafe(Date.now() + this.sandbox.clockOffset)
  }

  /** Plays with a contact whom the sandbox does not know. */
  async meetContact({ isDayThere }: DemoOptions): Promise<void> {
    const { now } = this
    let nth = DateTime.toEpochMillis(now)
    do {
      const [first, ...others] = phones(nth++)
      this.contact = (isDayThere ? [first!, ...others].find((phone) => isDay(phone, now)) : undefined) ?? first!
    } while ((await this.thread()) !== undefined)
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

  /** Settings of the line for as long as the demo lasts: called, what it gives puts back what was there, or lets it be inherited again. */
  async borrowSettings(settings: Readonly<Record<string, unknown>>): Promise<() => Promise<void>> {
    const { body } = await this.api<LineSettings>("GET", "/voip-settings")
    await this.api("PUT", "/voip-settings", settings)
    return async () => {
      const { sources, ...before } = body
      const own = Object.entries(before).filter(([field]) => sources[field] === "own")
      await this.api("PUT", "/voip-settings", Object.fromEntries(own))
      for (const field of Object.keys(sources)) {
        if (sources[field] !== "own") await this.api("DELETE", `/voip-settings/${field}`)
      }
    }
  }

  async simulator<A>(path: string, body: unknown): Promise<A> {
    const { controlToken, controlUrl } = this.sandbox.simulator
    const response = await fetch(`${controlUrl}/_simulator/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${controlToken}` },
      body: JSON.stringify(body)
    })
    return (await response.json()) as A
  }

  /** The contact texts the line, or another number: Twilio's simulator signs and delivers the webhook. */
  async text(words: string, to = this.sandbox.number): Promise<number | string> {
    this.say("family", words)
    const { answer } = await this.simulator<{ readonly answer: number | string }>("receive", {
      from: this.contact,
      to,
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
    const query = { q: this.contact }
    const { body } = await this.api<{ readonly items: ReadonlyArray<Thread> }>(
      "POST",
      "/external-threads/search",
      query
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

/** Plays a demo against the sandbox of this machine; the process fails when a step does not come true. */
export const run = async (
  play: (demo: Demo) => Promise<void>,
  options: DemoOptions = { isDayThere: false }
): Promise<void> => {
  const directory = process.env.DATA_DIR ?? ".careline"
  const running = Effect.all([readSandbox(directory), freshToken(directory)])
  const sandbox = await Effect.runPromise(
    Effect.option(Effect.map(running, ([file, token]): SandboxFile => ({ ...file, token })))
  )
  if (sandbox._tag === "None") {
    console.error("There is no running sandbox here. Start one first, in another terminal: npx -y pnpm@12 start")
    process.exitCode = 1
    return
  }
  const demo = new Demo(sandbox.value)
  try {
    await demo.meetContact(options)
    await play(demo)
    console.log(demo.failed === 0 ? "\nEvery step came true.\n" : `\n${demo.failed} steps did not come true.\n`)
    process.exitCode = demo.failed === 0 ? 0 : 1
  } catch (error) {
    console.error(`The sandbox does not answer: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}

export const ofKind = (messages: ReadonlyArray<Message>, kind: string): ReadonlyArray<Message> =>
  messages.filter((message) => message.metaData.messageSubType === kind)
