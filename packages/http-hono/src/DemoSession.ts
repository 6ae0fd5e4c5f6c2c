/** What demos have in common: a running sandbox, its simulator, and claims that come true or do not. */
import { setTimeout as pause } from "node:timers/promises"
import { Effect } from "effect"
import { freshToken, readSandbox, type SandboxFile } from "./Sandbox.ts"

/** How long a step may take to come true, and how often it is looked at, in milliseconds. */
const PATIENCE = 20_000
const LOOK_EVERY = 100

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

export interface Answer<A> {
  readonly status: number
  readonly body: A
}

export class Demo {
  readonly sandbox: SandboxFile
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

/** Plays a demo against the sandbox of this machine; the process fails when a step does not come true. */
export const run = async (play: (demo: Demo) => Promise<void>): Promise<void> => {
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
