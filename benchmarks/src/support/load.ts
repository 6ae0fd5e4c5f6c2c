/** A load of signed texts over so many connections, for so long. Run as a process of its own. */
import { Agent, request } from "node:http"
import { fileURLToPath } from "node:url"
import { spawn } from "node:child_process"
import { path, signedText } from "./account.ts"
import { guardChild } from "./guard.ts"

export interface LoadResult {
  readonly accepted: number
  readonly refused: number
  readonly seconds: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

interface LoadOptions {
  readonly port: number
  readonly connections: number
  /** For how long, or until how many texts were sent, whichever is first. */
  readonly millis: number
  readonly texts?: number
  readonly contacts: number
  /** Distinguishes the texts of one run from those of another. */
  readonly run: number
}

const post = (
  agent: Agent,
  port: number,
  one: { readonly body: string; readonly signature: string }
): Promise<number> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        port,
        host: "127.0.0.1",
        method: "POST",
        path,
        headers: {
          "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
          "content-length": Buffer.byteLength(one.body),
          "x-twilio-signature": one.signature
        }
      },
      (response) => {
        response.resume()
        response.once("end", () => resolve(response.statusCode ?? 0))
      }
    )
    outgoing.once("error", reject)
    outgoing.end(one.body)
  })

const generate = async ({
  connections,
  contacts,
  millis,
  port,
  run,
  texts = Infinity
}: LoadOptions): Promise<LoadResult> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const latencies: Array<number> = []
  let sequence = 0
  let accepted = 0
  let refused = 0
  const start = performance.now()
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() - start < millis && sequence < texts) {
        const one = signedText(++sequence, contacts, run)
        const sent = performance.now()
        const status = await post(agent, port, one).catch(() => 0)
        latencies.push(performance.now() - sent)
        if (status === 200) accepted++
        else refused++
      }
    })
  )
  const seconds = (performance.now() - start) / 1000
  agent.destroy()
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  return { accepted, refused, seconds, p50: at(0.5), p99: at(0.99) }
}

/** Generates the load from another process, and waits for what came of it. */
export const load = (options: LoadOptions): Promise<LoadResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(options)], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    guardChild(child)
    let output = ""
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()))
    child.once("exit", (code) =>
      code === 0 ? resolve(JSON.parse(output) as LoadResult) : reject(new Error(`load ended with ${code}`))
    )
  })

if (import.meta.main) {
  console.log(JSON.stringify(await generate(JSON.parse(process.argv[2] ?? "{}") as LoadOptions)))
}
