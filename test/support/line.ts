/** A host in this process, on the run's PostgreSQL, with simulated providers and limits of the test's own. */
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Limits } from "@careline/application"
import { defaultHttpOptions } from "@careline/http-hono"
import {
  DataEncryption,
  Host as CarelineHost,
  Observability,
  type HostConfig,
  type ProviderName,
  SandboxProvider
} from "@careline/server"
import type { PhoneNumber } from "@careline/domain"
import { TelephonyProviders } from "@careline/ports"
import { Effect, Exit, Redacted, Scope } from "effect"
import * as Host from "./host.ts"
import { migratedDatabase } from "./postgres.ts"

export interface LineOptions {
  readonly provider: ProviderName
  readonly fallbackProvider?: ProviderName
  readonly limits?: Partial<Limits.LimitsShape>
  /** What stands between the adapters and their simulators. */
  readonly between?: SandboxProvider.SandboxOptions["between"]
  /** How long an adapter waits for its provider, in milliseconds. */
  readonly timeoutMillis?: number
  readonly statusDelayMillis?: number
}

export interface Line {
  readonly url: string
  readonly database: string
  /** An administrator's token. */
  readonly bearer: string
  /** The provider that sends, and the one that stands in for it. */
  readonly active: SandboxProvider.SandboxProvider
  readonly fallback: SandboxProvider.SandboxProvider | null
  /** Runs a use case in the host. */
  readonly run: <A, E>(effect: Effect.Effect<A, E, CarelineHost.Services>) => Promise<A>
  readonly close: () => Promise<void>
}

export const openLine = async (options: LineOptions): Promise<Line> => {
  const port = await Host.freePort()
  const url = `http://127.0.0.1:${port}`
  const database = await migratedDatabase()
  const scope = await Effect.runPromise(Scope.make())
  const { between, fallbackProvider, provider, statusDelayMillis = 1, timeoutMillis } = options
  const config: HostConfig = {
    port,
    hostname: "127.0.0.1",
    publicUrl: url,
    databaseUrl: Redacted.make(database),
    databaseOwnerUrl: null,
    dataDirectory: join(tmpdir(), "careline-line"),
    dataEncryption: DataEncryption.readKeys(Host.dataKeys)!,
    spool: null,
    provider,
    fallbackProvider: fallbackProvider ?? null,
    sandbox: false,
    sandboxNow: null,
    sendRatePerNumber: null,
    quarantineDays: null,
    retireAfter: null,
    pool: null,
    textPrices: [],
    sendRatePerAccount: null,
    auth: null,
    breakGlass: false,
    logLevel: "Error",
    http: defaultHttpOptions
  }
  const opened = Effect.gen(function* () {
    const simulate = (name: ProviderName) =>
      SandboxProvider.start(name, { publicUrl: url, secret: "line", statusDelayMillis, between, timeoutMillis })
    const active = yield* simulate(provider)
    const fallback = fallbackProvider === undefined ? null : yield* simulate(fallbackProvider)
    const { context } = yield* CarelineHost.serve(config, {
      telephony: TelephonyProviders.make(active.telephony, [], fallback?.telephony ?? null),
      auth: { source: { _tag: "Secret", secret: Redacted.make(Host.jwtSecret) }, issuer: null, audience: null }
    })
    return { active, fallback, context }
  })
  const { active, context, fallback } = await Effect.runPromise(
    opened.pipe(
      Effect.provideService(Limits.Limits, { ...Limits.defaults, ...options.limits }),
      Effect.provideService(Scope.Scope, scope),
      Effect.provide(Observability.logging(config))
    )
  )
  const bearer = await Host.token()
  // A test writes to contacts at any hour of the day, and is no night's rest of theirs.
  await Host.api(url, bearer, "PUT", "/platform-settings", { quietHours: null })
  return {
    url,
    database,
    bearer,
    active,
    fallback,
    run: (effect) => Effect.runPromiseWith(context)(effect),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

/** A number that was bought at the simulated provider, and leads to the line. */
export const ownNumber = async (
  { simulator, telephony }: SandboxProvider.SandboxProvider,
  number: string
): Promise<void> => {
  simulator.numbers!.own(number)
  await Effect.runPromise(telephony.numbers.configure(number as PhoneNumber.E164))
}
