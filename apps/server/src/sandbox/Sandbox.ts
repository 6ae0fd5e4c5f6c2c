/**
 * Careline without an account anywhere: a provider of our own beside the host, which the real adapter and the real SDK talk
 * to. For trying out and for developing; listens on the loopback only, and hands out an administrator's token.
 */
import { randomBytes } from "node:crypto"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { asSystem } from "@careline/application"
import { IdGenerator, TenantNumbers, type Telephony } from "@careline/ports"
import type { PhoneNumber, PhoneNumberId } from "@careline/domain"
import { DateTime, Effect, Layer, Redacted, Schema, type Scope } from "effect"
import { issueToken } from "@careline/http-hono"
import type { HostConfig } from "../config/HostConfig.ts"
import * as SandboxPatients from "./SandboxPatients.ts"
import * as SandboxProvider from "./SandboxProvider.ts"

/** A number of Twilio's test credentials: no phone in the world rings. */
export const SANDBOX_NUMBER = "+15005550006" as PhoneNumber.E164
/** How long the administrator's token lasts, in days: it ends before when it stays unused. */
const TOKEN_DAYS = 30
export const MAX_TOKEN_SECONDS = TOKEN_DAYS * 24 * 60 * 60
const FILE = "sandbox.json"

/** What another process needs to play with a running sandbox. Readable by its owner only. */
export const SandboxFile = Schema.Struct({
  url: Schema.String,
  token: Schema.String,
  secret: Schema.String,
  number: Schema.String,
  /** How far the time in the sandbox is ahead of the machine's, in milliseconds. */
  clockOffset: Schema.Finite,
  simulator: Schema.Struct({ controlUrl: Schema.String, controlToken: Schema.String })
})
export type SandboxFile = typeof SandboxFile.Type

const decodeFile = Schema.decodeUnknownEffect(Schema.fromJsonString(SandboxFile))

export const sandboxPath = (dataDirectory: string): string => join(dataDirectory, FILE)

export const readSandbox = (dataDirectory: string) =>
  Effect.flatMap(
    Effect.tryPromise(() => readFile(sandboxPath(dataDirectory), "utf8")),
    (text) => decodeFile(text)
  )

const administrator = (secret: string) =>
  issueToken(Redacted.make(secret), { sub: "sandbox-admin", roles: ["SYSTEM_ADMIN"] }, { expiresIn: `${TOKEN_DAYS}d` })

/** A fresh token for a running sandbox: the one that it printed ends when it stays unused. */
export const freshToken = (dataDirectory: string) =>
  Effect.flatMap(readSandbox(dataDirectory), ({ secret }) => administrator(secret))

const newSecret = () => randomBytes(32).toString("base64url")

/** The sandbox's providers, an administrator's token, and the secret that signs it. */
export interface RunningSandbox {
  readonly active: Telephony.TelephonyService
  readonly fallback: Telephony.TelephonyService | null
  readonly token: string
  readonly secret: Redacted.Redacted
}

/** The providers, and how to get in. A restarted sandbox keeps its secrets. */
export const start = Effect.fnUntraced(function* (
  config: HostConfig,
  clockOffset: number
): Effect.fn.Return<RunningSandbox, never, Scope.Scope> {
  const known = yield* Effect.option(readSandbox(config.dataDirectory))
  const secret = known._tag === "Some" ? known.value.secret : newSecret()
  const options = { publicUrl: config.publicUrl, secret }
  const active = yield* SandboxProvider.start(config.provider, options)
  const fallback =
    config.fallbackProvider === null ? null : yield* SandboxProvider.start(config.fallbackProvider, options)
  const token = yield* administrator(secret)
  const { controlToken, controlUrl } = active.simulator
  const file: SandboxFile = {
    url: config.publicUrl,
    token,
    secret,
    number: SANDBOX_NUMBER,
    clockOffset,
    simulator: { controlUrl, controlToken }
  }
  yield* Effect.promise(() =>
    writeFile(sandboxPath(config.dataDirectory), JSON.stringify(file, null, 2), { mode: 0o600 })
  )
  return { active: active.telephony, fallback: fallback?.telephony ?? null, token, secret: Redacted.make(secret) }
})

/** The sandbox's one number, so that there is something to text. */
const seedNumber = Layer.effectDiscard(
  Effect.gen(function* () {
    const numbers = yield* TenantNumbers
    const [known] = yield* numbers.byNumbers([SANDBOX_NUMBER])
    if (known !== undefined) return
    const [id] = yield* (yield* IdGenerator).next("phoneNumber", 1)
    yield* numbers
      .add({
        id: id as PhoneNumberId,
        siteGroupingId: null,
        number: SANDBOX_NUMBER,
        label: "Sandbox line",
        providerSid: null,
        provider: null,
        status: "assigned",
        createdAt: yield* DateTime.now
      })
      .pipe(Effect.catchTag("NumberTaken", () => Effect.void))
  }).pipe(asSystem)
)

/** What a sandbox begins with. */
export const seed = Layer.merge(seedNumber, SandboxPatients.seed)
