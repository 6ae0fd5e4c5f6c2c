/**
 * Careline without an account anywhere: a Twilio of our own beside the host, which the real adapter and the real SDK talk
 * to. For trying out and for developing; listens on the loopback only, and hands out an administrator's token.
 */
import { randomBytes } from "node:crypto"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { DEFAULT_TIMEOUT_MILLIS, TwilioTelephony } from "@careline/adapter-twilio"
import { IdGenerator, PoolNumbers } from "@careline/ports"
import type { PhoneNumber, PhoneNumberId } from "@careline/domain"
import { TwilioSimulator } from "@careline/testkit/simulators"
import { DateTime, Effect, Layer, Redacted, Schema } from "effect"
import { issueToken } from "./Auth.ts"
import type { HostConfig } from "./HostConfig.ts"

/** A number of Twilio's test credentials: no phone in the world rings. */
export const SANDBOX_NUMBER = "+15005550006" as PhoneNumber.E164
const ACCOUNT_SID = `AC${"5a".repeat(16)}`
const TOKEN_LIFETIME = "30d"
const FILE = "sandbox.json"
const STATUS_DELAY_MILLIS = 150

/** What another process needs to play with a running sandbox. Readable by its owner only. */
export const SandboxFile = Schema.Struct({
  url: Schema.String,
  token: Schema.String,
  secret: Schema.String,
  number: Schema.String,
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

const newSecret = () => randomBytes(32).toString("base64url")

/** The simulator, the adapter that talks to it, and how to get in. A restarted sandbox keeps its secrets. */
export const start = Effect.fnUntraced(function* (config: HostConfig) {
  const known = yield* Effect.option(readSandbox(config.dataDirectory))
  const secret = known._tag === "Some" ? known.value.secret : newSecret()
  const authToken = known._tag === "Some" ? known.value.simulator.controlToken : newSecret()
  const simulator = yield* Effect.acquireRelease(
    Effect.promise(() =>
      TwilioSimulator.start({
        accountSid: ACCOUNT_SID,
        authTokens: [authToken],
        smsUrl: `${config.publicUrl}/api/v1/webhooks/twilio/sms`,
        statusDelayMillis: STATUS_DELAY_MILLIS
      })
    ),
    (running) => Effect.promise(() => running.close())
  )
  const telephony = yield* TwilioTelephony.make({
    accountSid: ACCOUNT_SID,
    authTokens: [Redacted.make(authToken)],
    apiKey: null,
    messagingServiceSid: null,
    baseUrl: simulator.url,
    publicUrl: config.publicUrl,
    timeoutMillis: DEFAULT_TIMEOUT_MILLIS
  })
  const token = yield* issueToken(
    Redacted.make(secret),
    { sub: "sandbox-admin", roles: ["SYSTEM_ADMIN"] },
    { expiresIn: TOKEN_LIFETIME }
  )
  const file: SandboxFile = {
    url: config.publicUrl,
    token,
    secret,
    number: SANDBOX_NUMBER,
    simulator: { controlUrl: simulator.controlUrl, controlToken: simulator.controlToken }
  }
  yield* Effect.promise(() =>
    writeFile(sandboxPath(config.dataDirectory), JSON.stringify(file, null, 2), { mode: 0o600 })
  )
  return { telephony, simulator, token, secret: Redacted.make(secret) }
})

/** The sandbox's one number, so that there is something to text. */
export const seedNumber = Layer.effectDiscard(
  Effect.gen(function* () {
    const numbers = yield* PoolNumbers
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
  })
)
