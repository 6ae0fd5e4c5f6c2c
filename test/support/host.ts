/** Hosts as an operator runs them: processes of their own, told by their environment, killed as they can be killed. */
import { type ChildProcess, spawn } from "node:child_process"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { signTwilioWebhook } from "@careline/testkit/simulators"
import { SignJWT } from "jose"
import { afterAll } from "vitest"
import { PATIENCE_MILLIS } from "./patience.ts"

export const accountSid = `AC${"7e".repeat(16)}`
export const authToken = "integration-auth-token"
export const jwtSecret = "integration-secret-of-at-least-32-bytes"
/** Whose tokens the hosts take, and which are meant for them. */
export const issuer = "https://id.example.com"
export const audience = "careline"
/** What hosts of one database share, so that each reads what the others encrypted. */
export const dataKeys = `tests:${Buffer.alloc(32, "careline").toString("base64")}`
/** What stands before all hosts, and what signatures are made for. Nobody listens there. */
export const publicUrl = "https://clinic.example.com"

/** Hosts are started by the dozen from the same sources: the first one compiles them for the others. */
const compileCache = join(tmpdir(), "careline-compile-cache")

const LOOK_EVERY_MILLIS = 50

export interface HostProcess {
  readonly url: string
  readonly child: ChildProcess
  /** What it printed so far. */
  readonly output: () => string
  /** As `kill -9`: nothing is closed, nothing is said. */
  readonly kill: () => Promise<void>
  /** As an orchestrator stops it. Resolves with the exit code. */
  readonly stop: () => Promise<number | null>
}

/**
 * Where the tests' ports begin. Below the range from which an operating system hands ports to whoever asks for any
 * (32768 on Linux, 49152 elsewhere): a port of that range, looked up and let go, may be another's before its host binds.
 */
const FIRST_PORT = 20_000
/** How many ports one of Vitest's workers has to itself. */
const PORTS_A_WORKER = 200
const WORKERS = 60

const worker = Number(process.env["VITEST_POOL_ID"] ?? 0) % WORKERS
let taken = 0

const binds = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
  })

/** A port that nobody listens on and that nobody else is handed. */
export const freePort = async (): Promise<number> => {
  while (taken < PORTS_A_WORKER) {
    const port = FIRST_PORT + worker * PORTS_A_WORKER + taken++
    if (await binds(port)) return port
  }
  throw new Error(`all ${PORTS_A_WORKER} ports of worker ${worker} were handed out`)
}

/** Hosts that run. A test that fails leaves its own behind: they go with the test's file. */
const running = new Set<ChildProcess>()

afterAll(async () => {
  const left = [...running]
  for (const child of left) child.kill("SIGKILL")
  await Promise.all(left.map(exited))
})

const exited = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once("exit", (code) => resolve(code)))

/** Looks until something is there. What waits for another process has no other way to know. */
export const until = async <A>(look: () => Promise<A | undefined | false>, patience = PATIENCE_MILLIS): Promise<A> => {
  const deadline = performance.now() + patience
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error("It did not come true in time")
    await pause(LOOK_EVERY_MILLIS)
  }
}

/** Starts a host and waits until it is ready. */
export const startHost = async (environment: Readonly<Record<string, string>>): Promise<HostProcess> => {
  const port = environment.PORT ?? String(await freePort())
  const child = spawn(process.execPath, ["apps/server/src/main.ts"], {
    env: {
      PATH: process.env.PATH,
      TMPDIR: tmpdir(),
      NODE_COMPILE_CACHE: compileCache,
      HOST: "127.0.0.1",
      VOIP_PROVIDER: "twilio",
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      AUTH_JWT_SECRET: jwtSecret,
      AUTH_ISSUER: issuer,
      AUTH_AUDIENCE: audience,
      DATA_ENCRYPTION_KEYS: dataKeys,
      PUBLIC_URL: publicUrl,
      LOG_LEVEL: "error",
      // Hosts of other databases run in this directory at the same time.
      SPOOL_DIRECTORY: "off",
      ...environment,
      PORT: port
    },
    stdio: ["ignore", "pipe", "pipe"]
  })
  running.add(child)
  child.once("exit", () => running.delete(child))
  let output = ""
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()))
  const url = `http://127.0.0.1:${port}`
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`The host ended: ${output}`)
    return fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false
    )
  })
  return {
    url,
    child,
    output: () => output,
    kill: async () => {
      child.kill("SIGKILL")
      await exited(child)
    },
    stop: () => {
      child.kill("SIGTERM")
      return exited(child)
    }
  }
}

/** A bearer token of the hosts' secret. */
export const token = (claims: Record<string, unknown> = { roles: ["SYSTEM_ADMIN"] }, sub = "admin"): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(sub)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(jwtSecret))

export interface Answer<Body> {
  readonly status: number
  readonly body: Body
}

export const api = async <Body = Record<string, unknown>>(
  host: string,
  bearer: string,
  method: string,
  path: string,
  body?: unknown
): Promise<Answer<Body>> => {
  const response = await fetch(`${host}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(body === undefined ? {} : { "content-type": "application/json" })
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const text = await response.text()
  return { status: response.status, body: (text === "" ? null : JSON.parse(text)) as Body }
}

/** Posts a webhook as Twilio would, signed for the public URL, to one of the hosts. Resolves with the status. */
export const webhook = async (
  host: string,
  path: string,
  form: Readonly<Record<string, string>>,
  signedFor = publicUrl
): Promise<number> => {
  const pairs = Object.entries({ AccountSid: accountSid, ...form })
  const response = await fetch(`${host}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": signTwilioWebhook(authToken, `${signedFor}${path}`, pairs)
    },
    body: new URLSearchParams(pairs)
  })
  await response.arrayBuffer()
  return response.status
}

/** A text of a contact, as a webhook's form. */
export const inbound = (sequence: number, from: string, to: string, body: string) => ({
  MessageSid: `SM${sequence.toString(16).padStart(32, "0")}`,
  From: from,
  To: to,
  Body: body,
  NumMedia: "0"
})

const shuffled = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> =>
  items
    .map((item) => ({ item, key: crypto.getRandomValues(new Uint32Array(1))[0]! }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item)

/** A text as it was posted once. `asked` and `answered` count what happened before, whichever text it was of. */
interface Delivery {
  readonly messageSid: string
  readonly status: number
  readonly asked: number
  readonly answered: number
}

/** Posts each text so many times, in random order, to all hosts in turn. */
export const deliver = async (
  hosts: ReadonlyArray<{ readonly url: string }>,
  texts: ReadonlyArray<ReturnType<typeof inbound>>,
  { connections, times }: { readonly times: number; readonly connections: number }
): Promise<ReadonlyArray<Delivery>> => {
  const shuffledTexts = shuffled(Array.from({ length: times }, () => texts).flat())
  const deliveries: Array<Delivery> = []
  let next = 0
  let happened = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < shuffledTexts.length) {
        const index = next++
        const text = shuffledTexts[index]!
        const { url } = hosts[index % hosts.length]!
        const asked = happened++
        const status = await webhook(url, "/api/v1/webhooks/twilio/sms", text)
        deliveries.push({ messageSid: text.MessageSid, status, asked, answered: happened++ })
      }
    })
  )
  return deliveries
}
