/** The composition root: which store, which provider, and the workers, under one HTTP server. */
import { chmod, mkdir, stat } from "node:fs/promises"
import { layer as postgres } from "@careline/adapter-postgres"
import { EmbeddedPostgres } from "@careline/adapter-postgres/embedded"
import { OpenAiTranscriber } from "@careline/adapter-openai"
import {
  BreakGlassAllowed,
  BuysNumbers,
  DeepLinks,
  Intake,
  Limits,
  HubWorkers,
  NumberWorkers,
  PoolBudget,
  type PoolBudgetShape,
  TextPrices,
  Voice,
  SettleNotifications,
  VoiceWorkers,
  Workers
} from "@careline/application"
import { ProviderConfig } from "@careline/adapter-kit"
import { BlobStore, Directory, Optional, TelephonyProviders, Transcriber } from "@careline/ports"
import { Clock, Context, type DateTime, Effect, Layer, Schema } from "effect"
import { makeApp } from "@careline/http-hono"
import { type AuthOptions, makeAuthenticate } from "@careline/http-hono"
import * as DataEncryption from "../config/DataEncryption.ts"
import type { HostConfig } from "../config/HostConfig.ts"
import * as MediaStore from "./MediaStore.ts"
import * as Providers from "../config/Providers.ts"
import * as SandboxClock from "../sandbox/SandboxClock.ts"
import * as Server from "./Server.ts"
import type { Services } from "@careline/http-hono"
import * as WebhookSpool from "./WebhookSpool.ts"

export interface RunningHost {
  readonly url: string
  readonly port: number
  /** An administrator's token, in the sandbox only. */
  readonly token: string | null
  /** What the store is, for the greeting. */
  readonly store: "embedded" | "external"
  /** When it is in a sandbox that has a time of its own, as it starts. */
  readonly now: DateTime.Utc | null
}

const PASS_THROUGH = 0o011

/**
 * The data directory. When we are root the embedded PostgreSQL runs as another user, who has to pass through it; what is
 * secret in it has its own mode.
 */
const dataDirectory = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true })
  if (process.getuid?.() === 0) await chmod(path, (await stat(path)).mode | PASS_THROUGH)
}

/** The database, ours when none is given. */
const databaseUrl = Effect.fnUntraced(function* (config: HostConfig) {
  if (config.databaseUrl !== null) return config.databaseUrl
  const { url } = yield* EmbeddedPostgres.start({ directory: `${config.dataDirectory}/database` })
  return url
})

/** Simulators of every provider come with it. */
const loadSandbox = Effect.promise(() => import("../sandbox/Sandbox.ts"))

/** The providers, and who may come in. */
const providers = Effect.fnUntraced(function* (config: HostConfig, time: SandboxClock.SandboxClock) {
  const { fallbackProvider, provider } = config
  const others = yield* Providers.configureOthers(fallbackProvider === null ? [provider] : [provider, fallbackProvider])
  if (config.sandbox) {
    const Sandbox = yield* loadSandbox
    const { active, fallback, secret, token } = yield* Sandbox.start(config, time.offset)
    const own: AuthOptions = {
      source: { _tag: "Secret", secret },
      issuer: null,
      audience: null,
      maxTokenSeconds: Sandbox.MAX_TOKEN_SECONDS
    }
    return {
      telephony: TelephonyProviders.make(active, others, fallback),
      token: config.auth === null ? token : null,
      auth: config.auth ?? own
    }
  }
  const active = yield* Providers.configure(provider)
  const fallback = fallbackProvider === null ? null : yield* Providers.configure(fallbackProvider)
  return { telephony: TelephonyProviders.make(active, others, fallback), token: null, auth: config.auth! }
})

/** Who writes recordings down that the provider does not, where somebody is named. */
const transcriber = Layer.unwrap(
  Effect.map(ProviderConfig.optional("TRANSCRIBER_URL", Schema.String), (url) =>
    url === null
      ? Optional.absent(Transcriber)
      : Layer.provideMerge(Optional.present(Transcriber), OpenAiTranscriber.layerConfig)
  )
)

/** Whom a host sends through, and who may come in. */
export interface HostParts {
  readonly telephony: TelephonyProviders.TelephonyProviders["Service"]
  readonly auth: AuthOptions
  /** The time in the sandbox; the machine's, when not given. */
  readonly time?: SandboxClock.SandboxClock
}

/** A host with these parts, until the scope closes: the server goes first, then the workers, then the store. */
export const serve = Effect.fnUntraced(function* (config: HostConfig, { auth, telephony, time }: HostParts) {
  yield* Effect.promise(() => dataDirectory(config.dataDirectory))
  const url = yield* databaseUrl(config)
  const encryption = yield* DataEncryption.open(config.dataEncryption, config.dataDirectory)
  const { blobs, links } = yield* MediaStore.open({ ...config, encryption })
  const ownerUrl = config.databaseOwnerUrl ?? undefined
  const database = postgres({
    url,
    ownerUrl,
    encryption: encryption === null ? null : { keys: encryption },
    clockOffset: time?.offset ?? 0
  })
  const stores = Layer.mergeAll(
    database,
    Layer.provideMerge(Optional.present(BlobStore), Layer.succeed(BlobStore, blobs)),
    Layer.provide(WebhookSpool.layer(config, encryption), database),
    Layer.provide(Directory.layerFromEntries, database),
    Layer.provide(SettleNotifications.layer, database),
    transcriber
  )
  const line = Layer.mergeAll(
    Intake.layer,
    Layer.provideMerge(Optional.present(Voice), Voice.layer),
    Workers.layer,
    VoiceWorkers.layer,
    NumberWorkers.layer,
    HubWorkers.layer,
    config.sandbox ? (yield* loadSandbox).seed : Layer.empty
  ).pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        stores,
        Layer.succeed(TelephonyProviders.TelephonyProviders, telephony),
        Layer.succeed(DeepLinks, { thread: (id) => `${config.publicUrl}/threads/${id}` })
      )
    )
  )
  // Requests go by the same clock and limits as the workers, and log as they do.
  const context = Context.merge(yield* Effect.context<never>(), yield* Layer.build(line)).pipe(
    Context.add(BreakGlassAllowed, config.breakGlass)
  )
  const closing = new AbortController()
  const authenticate = makeAuthenticate(auth)
  const app = makeApp(
    {
      runPromiseExit: Effect.runPromiseExitWith(context),
      closing: closing.signal
    },
    time?.checkLogins(authenticate) ?? authenticate,
    links,
    config.http
  )
  const { port } = yield* Server.listen(app, config.port, config.hostname)
  yield* Effect.addFinalizer(() => Effect.sync(() => closing.abort()))
  return { port, context }
})

/** A second's worth may leave at once. */
const rateOf = (perSecond: number | null) =>
  perSecond === null ? null : { perSecond, burst: Math.max(1, Math.ceil(perSecond)) }

const DAY_MILLIS = 24 * 60 * 60_000

/** The limits that the configuration names; the application's own for the others. */
const limitsOf =
  ({ perUser = {}, pool, quarantineDays, retireAfter, sandbox, sendRatePerAccount, sendRatePerNumber }: HostConfig) =>
  (limits: Limits.LimitsShape): Limits.LimitsShape => ({
    ...limits,
    ...perUser,
    // Whoever tries it out does not wait a minute for each alarm.
    escalationTimerMin: sandbox ? 1 : limits.escalationTimerMin,
    sendRatePerNumber: rateOf(sendRatePerNumber) ?? limits.sendRatePerNumber,
    sendRatePerAccount: rateOf(sendRatePerAccount) ?? limits.sendRatePerAccount,
    quarantine: quarantineDays === null ? limits.quarantine : quarantineDays * DAY_MILLIS,
    retireAfter: retireAfter ?? limits.retireAfter,
    poolMin: pool?.min ?? limits.poolMin,
    poolBatch: pool?.batch ?? limits.poolBatch,
    poolMax: Math.max(pool?.max ?? limits.poolMax, pool?.min ?? 0)
  })

/** Since always. */
const BEGINNING = "0000-01-01"

/** What may be bought, where anything may. */
const budgetOf = ({ fallbackProvider, pool, provider }: HostConfig): Partial<PoolBudgetShape> => {
  if (pool === null) return {}
  const { country, monthlyBudget: monthly, numberPrice: price } = pool
  const providers = [provider, ...(fallbackProvider === null ? [] : [fallbackProvider])]
  const prices = price === null ? [] : providers.map((one) => ({ provider: one, country, price, validFrom: BEGINNING }))
  return { monthly, country, prices }
}

/** Starts a host as its configuration says, until the scope closes. */
export const start = Effect.fnUntraced(function* (config: HostConfig) {
  yield* Effect.promise(() => dataDirectory(config.dataDirectory))
  const time = yield* SandboxClock.start(config.sandboxNow)
  const { auth, telephony, token } = yield* providers(config, time)
  const { port } = yield* serve(config, { auth, telephony, time }).pipe(
    Effect.provideService(Clock.Clock, time.clock),
    Effect.updateService(Limits.Limits, limitsOf(config)),
    Effect.updateService(PoolBudget, (budget) => ({ ...budget, ...budgetOf(config) })),
    Effect.provideService(TextPrices, config.textPrices),
    Effect.provideService(BuysNumbers, config.pool !== null)
  )
  return {
    url: config.publicUrl,
    port,
    token,
    store: config.databaseUrl === null ? "embedded" : "external",
    now: config.sandboxNow
  } satisfies RunningHost
})

export type { Services }
