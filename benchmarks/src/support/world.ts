/** Databases of the run's PostgreSQL, and Careline's layers over them. */
import { layer as postgres } from "@careline/adapter-postgres"
import { asStaff } from "@careline/application"
import { TwilioTelephony } from "@careline/adapter-twilio"
import { type PhoneNumber, type PhoneNumberId, VoipSettings } from "@careline/domain"
import { Directory, IdGenerator, KeyEncryption, TenantNumbers, Settings, TelephonyProviders } from "@careline/ports"
import { DateTime, Effect, Layer, Redacted } from "effect"
import pg from "pg"
import { accountSid, authToken, line, publicUrl } from "./account.ts"

/** A connection as long as it is used. One that is left open dies with its server, and takes this process along. */
export const withClient = async <A>(url: string, use: (client: pg.Client) => Promise<A>): Promise<A> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return use(client).finally(() => client.end())
}

export const freshDatabase = async (server: string, name: string): Promise<string> => {
  await withClient(server, async (client) => {
    await client.query(`drop database if exists ${name} with (force)`)
    await client.query(`create database ${name}`)
  })
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

export const telephony = TwilioTelephony.layer({
  accountSid,
  authTokens: [Redacted.make(authToken)],
  apiKey: null,
  messagingServiceSid: null,
  // Nobody listens here: the benchmarks send nothing.
  baseUrl: "http://127.0.0.1:9",
  publicUrl,
  timeoutMillis: 1_000
})

const key = Buffer.alloc(KeyEncryption.KEY_BYTES, 1)
const keys = KeyEncryption.make([{ id: "benchmark", key: Redacted.make(key) }])
/** The same key as a host is told it. */
export const keyText = `benchmark:${key.toString("base64")}`

export const world = (url: string, isEncrypted = false) =>
  Layer.mergeAll(
    postgres({ url: Redacted.make(url), encryption: isEncrypted ? { keys } : null }),
    Directory.layerEmpty,
    TelephonyProviders.layer.pipe(Layer.provide(telephony))
  )

/** The line with everything on that a text sets off: an auto-reply and a timer. */
export const setUpLine = Effect.gen(function* () {
  const [id] = yield* (yield* IdGenerator).next("phoneNumber", 1)
  yield* (yield* TenantNumbers)
    .add({
      id: id as PhoneNumberId,
      siteGroupingId: null,
      number: line as PhoneNumber.E164,
      label: null,
      providerSid: null,
      provider: null,
      status: "assigned",
      createdAt: yield* DateTime.now
    })
    .pipe(Effect.catchTag("NumberTaken", () => Effect.void))
  yield* (yield* Settings).put(null, {
    ...VoipSettings.defaults,
    autoReplyMessage: "Thank you for texting us. We answer within the hour.",
    escalationTimerMinutes: 600,
    escalationPhoneNumbers: ["+12025550187" as PhoneNumber.E164]
  })
}).pipe(asStaff({ scope: [null] }))
