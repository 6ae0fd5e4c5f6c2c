/** Databases of the run's PostgreSQL, and Careline's layers over them. */
import { layer as postgres } from "@careline/adapter-postgres"
import { asStaff } from "@careline/application"
import { TwilioTelephony } from "@careline/adapter-twilio"
import { type PhoneNumber, type PhoneNumberId, VoipSettings } from "@careline/domain"
import { Directory, IdGenerator, KeyEncryption, PoolNumbers, Settings, TelephonyProviders } from "@careline/ports"
import { DateTime, Effect, Layer, Redacted } from "effect"
import pg from "pg"
import { accountSid, authToken, line, publicUrl } from "./account.ts"

export const freshDatabase = async (server: string, name: string): Promise<string> => {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(`drop database if exists ${name} with (force)`)
  await client.query(`create database ${name}`)
  await client.end()
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

const keys = KeyEncryption.make([{ id: "benchmark", key: Redacted.make(Buffer.alloc(KeyEncryption.KEY_BYTES, 1)) }])

export const world = (url: string, isSealed = false) =>
  Layer.mergeAll(
    postgres({ url: Redacted.make(url), sealing: isSealed ? { keys } : null }),
    Directory.layerEmpty,
    TelephonyProviders.layer.pipe(Layer.provide(telephony))
  )

/** The line with everything on that a text sets off: an auto-reply and a timer. */
export const setUpLine = Effect.gen(function* () {
  const [id] = yield* (yield* IdGenerator).next("phoneNumber", 1)
  yield* (yield* PoolNumbers)
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
