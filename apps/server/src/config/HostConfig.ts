/** How this host is set up, from the environment. What is missing or malformed is named, and the host does not start. */
import { join } from "node:path"
import { FileSpool } from "@careline/adapter-filesystem"
import { Instant, type Limits } from "@careline/application"
import type { Prices } from "@careline/domain"
import { type DateTime, Effect, type LogLevel, Option, Redacted, Schema } from "effect"
import { type AuthOptions, MAX_TOKEN_HOURS, MIN_SECRET_BYTES, type TokenSource } from "@careline/http-hono"
import { read, readFlag, readWhole, refuse } from "./Environment.ts"
import { type PoolConfig, readPool } from "./PoolConfig.ts"
import { type DataEncryption, readKeys } from "./DataEncryption.ts"
import { defaultHttpOptions, type HttpOptions } from "@careline/http-hono"
import { assertSafe } from "./Production.ts"
import { readTextPrices } from "./TextPrices.ts"
import { isProviderName, type ProviderName, providerNames } from "./Providers.ts"

export { HostConfigError } from "./Environment.ts"

export interface HostConfig {
  readonly port: number
  /** The address that is listened on. The sandbox hands out tokens, so it stays on the loopback. */
  readonly hostname: string
  /** Where the world reaches this host: what webhook signatures are checked against and what links lead to. */
  readonly publicUrl: string
  /** `null`: an embedded PostgreSQL in `dataDirectory`. */
  readonly databaseUrl: Redacted.Redacted | null
  /** The login that owns the tables, where that is another one; `null`: that of `databaseUrl`. */
  readonly databaseOwnerUrl: Redacted.Redacted | null
  readonly dataDirectory: string
  /** What encrypts patient data at rest. */
  readonly dataEncryption: DataEncryption
  /** Where webhooks wait while the store is away, and how many bytes of them; `null`: they are refused then. */
  readonly spool: { readonly directory: string; readonly maxBytes: number } | null
  /** The provider that sends. */
  readonly provider: ProviderName
  /** The provider that sends while the first one fails; `null`: texts wait for the first one. */
  readonly fallbackProvider: ProviderName | null
  /** Whether the providers are simulators of ours. */
  readonly sandbox: boolean
  /** When it is in the sandbox as it starts; `null`: what time it is. */
  readonly sandboxNow: DateTime.Utc | null
  /** Texts a second from one number, and to one provider from all of them; `null`: as many as the provider takes. */
  readonly sendRatePerNumber: number | null
  readonly sendRatePerAccount: number | null
  /** How long numbers rest, in days, and after how many contacts that reach an unassigned one it is never given out again. */
  readonly quarantineDays: number | null
  readonly retireAfter: number | null
  /** What is bought for the pool; `null`: nothing is. */
  readonly pool: PoolConfig | null
  /** What texts cost. */
  readonly textPrices: ReadonlyArray<Prices.Price>
  /** `null` in the sandbox, which makes its own. */
  readonly auth: AuthOptions | null
  readonly logLevel: LogLevel.LogLevel
  readonly http: HttpOptions
  /** What one user may have: those of the application unless given. */
  readonly perUser?: Partial<Pick<Limits.LimitsShape, "eventStreamsPerUser" | "uploadsPerUser" | "uploadBytesPerUser">>
  /** Whether staff may let themselves into a site grouping that is not theirs, for a reason and for a while. */
  readonly breakGlass: boolean
}

const DEFAULT_PORT = 3000
const PORTS = { minimum: 0, maximum: 65_535 }
const MAX_REQUESTS = 1_000_000
const TRUSTED_PROXIES = { minimum: 0, maximum: 10 }
/** A week at the most: who lost their job must not come in for longer. */
const TOKEN_HOURS = { minimum: 1, maximum: 7 * 24 }
const HOUR_SECONDS = 60 * 60
const MIN_RATE = 0.1
const MAX_RATE = 1_000

const readUrl = Effect.fnUntraced(function* (variable: string, protocols: ReadonlyArray<string>) {
  const text = yield* read(variable)
  if (text === null) return null
  return URL.canParse(text) && protocols.includes(new URL(text).protocol)
    ? text
    : yield* refuse(variable, `must be a URL that begins with ${protocols.map((one) => `${one}//`).join(" or ")}`)
})

const logLevels: Readonly<Record<string, LogLevel.LogLevel>> = {
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  warning: "Warn",
  error: "Error",
  fatal: "Fatal",
  none: "None"
}

/** Requests a minute; `off` where nothing limits. */
const readRequests = Effect.fnUntraced(function* (variable: string, fallback: number | null) {
  if ((yield* read(variable)) === "off") return null
  return (yield* readWhole(variable, { minimum: 1, maximum: MAX_REQUESTS })) ?? fallback
})

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text

const readOrigins = Effect.gen(function* () {
  const origins = ((yield* read("CORS_ORIGINS")) ?? "").split(",").map((one) => one.trim())
  const named = origins.filter((one) => one !== "")
  return named.every(isOrigin)
    ? named
    : yield* refuse("CORS_ORIGINS", "must be origins, like https://app.clinic.example.com; several by commas")
})

const readMetricsToken = Effect.gen(function* () {
  const token = yield* read("METRICS_TOKEN")
  if (token === null) return null
  return Buffer.byteLength(token) < MIN_SECRET_BYTES
    ? yield* refuse("METRICS_TOKEN", `must have at least ${MIN_SECRET_BYTES} bytes`)
    : Redacted.make(token)
})

const readHttp = Effect.fnUntraced(function* (publicUrl: string) {
  const { proxies, requestsPerAddress, requestsPerUser, unsignedPerAddress } = defaultHttpOptions
  return {
    corsOrigins: yield* readOrigins,
    isHttps: publicUrl.startsWith("https:"),
    requestsPerAddress: yield* readRequests("REQUESTS_PER_ADDRESS", requestsPerAddress),
    requestsPerUser: yield* readRequests("REQUESTS_PER_USER", requestsPerUser),
    unsignedPerAddress: yield* readRequests("UNSIGNED_WEBHOOKS_PER_ADDRESS", unsignedPerAddress),
    proxies: (yield* readWhole("TRUSTED_PROXIES", TRUSTED_PROXIES)) ?? proxies,
    metricsToken: yield* readMetricsToken
  } satisfies HttpOptions
})

const PER_USER = { minimum: 1, maximum: 10_000 }
const MEGABYTE = 1024 * 1024

const readPerUser = Effect.gen(function* () {
  const streams = yield* readWhole("EVENT_STREAMS_PER_USER", PER_USER)
  const uploads = yield* readWhole("UPLOADS_PER_USER", PER_USER)
  const megabytes = yield* readWhole("UPLOAD_MEGABYTES_PER_USER", PER_USER)
  return {
    ...(streams === null ? {} : { eventStreamsPerUser: streams }),
    ...(uploads === null ? {} : { uploadsPerUser: uploads }),
    ...(megabytes === null ? {} : { uploadBytesPerUser: megabytes * MEGABYTE })
  }
})

const readTokenSource = Effect.gen(function* () {
  const secret = yield* read("AUTH_JWT_SECRET")
  const jwks = yield* readUrl("AUTH_JWKS_URL", ["https:", "http:"])
  if (secret !== null && jwks !== null) {
    return yield* refuse("AUTH_JWT_SECRET", "and AUTH_JWKS_URL are both set: one of them checks tokens")
  }
  if (jwks !== null) return { _tag: "Jwks", url: new URL(jwks) } satisfies TokenSource
  if (secret === null) return null
  return Buffer.byteLength(secret) < MIN_SECRET_BYTES
    ? yield* refuse("AUTH_JWT_SECRET", `must have at least ${MIN_SECRET_BYTES} bytes (RFC 7518 3.2)`)
    : ({ _tag: "Secret", secret: Redacted.make(secret) } satisfies TokenSource)
})

/** `sandbox` is the first provider's simulator; with `VOIP_SANDBOX=true` it is that of the named one. */
const readProvider = Effect.gen(function* () {
  const name = (yield* read("VOIP_PROVIDER")) ?? "sandbox"
  const simulated = yield* readFlag("VOIP_SANDBOX")
  if (name === "sandbox") return { provider: providerNames[0], sandbox: true }
  if (isProviderName(name)) return { provider: name, sandbox: simulated }
  return yield* refuse("VOIP_PROVIDER", `must be sandbox, ${providerNames.join(", ")}`)
})

const readFallback = Effect.fnUntraced(function* (provider: ProviderName) {
  const name = yield* read("VOIP_FALLBACK_PROVIDER")
  if (name === null) return null
  if (!isProviderName(name)) {
    return yield* refuse("VOIP_FALLBACK_PROVIDER", `must be ${providerNames.join(", ")}, or not set`)
  }
  return name === provider ? yield* refuse("VOIP_FALLBACK_PROVIDER", "must be another one than VOIP_PROVIDER") : name
})

/** Texts a second; less than one is one in several seconds. */
const readRate = Effect.fnUntraced(function* (variable: string) {
  const text = yield* read(variable)
  if (text === null) return null
  const rate = Number(text)
  return rate >= MIN_RATE && rate <= MAX_RATE
    ? rate
    : yield* refuse(variable, `must be a number of texts a second, ${MIN_RATE} to ${MAX_RATE}`)
})

const QUARANTINE_DAYS = { minimum: 30, maximum: 90 }
const RETIRE_AFTER = { minimum: 1, maximum: 100_000 }

/** On, unless it is switched off. A key that lies on one host is no key for a database that several share. */
const readDataEncryption = Effect.fnUntraced(function* (isShared: boolean) {
  const mode = (yield* read("DATA_ENCRYPTION")) ?? "on"
  if (mode !== "on" && mode !== "off") return yield* refuse("DATA_ENCRYPTION", "must be on or off")
  const text = yield* read("DATA_ENCRYPTION_KEYS")
  if (mode === "off") return "off"
  if (text === null) {
    return isShared
      ? yield* refuse(
          "DATA_ENCRYPTION_KEYS",
          "must be set beside DATABASE_URL, or DATA_ENCRYPTION be off for a database that is encrypted otherwise"
        )
      : "file"
  }
  const keys = readKeys(text)
  return (
    keys ?? (yield* refuse("DATA_ENCRYPTION_KEYS", "must be id:key, the key as base64 of 32 bytes; several by commas"))
  )
})

const decodeInstant = Schema.decodeUnknownOption(Schema.toCodecJson(Instant))

/** Only a sandbox has a time of its own: leases, alarms and quiet hours of patients go by the real one. */
const readSandboxNow = Effect.fnUntraced(function* (sandbox: boolean) {
  const variable = "SANDBOX_NOW"
  const text = yield* read(variable)
  if (text === null) return null
  if (!sandbox) return yield* refuse(variable, "is for the sandbox only")
  if ((yield* read("S3_BUCKET")) !== null) {
    return yield* refuse(variable, "and S3_BUCKET are both set: S3 goes by the real time")
  }
  const now = decodeInstant(text)
  return Option.isSome(now)
    ? now.value
    : yield* refuse(variable, "must be a day or an instant, like 2026-03-10T15:00:00Z")
})

const readSpool = Effect.fnUntraced(function* (dataDirectory: string) {
  const directory = (yield* read("SPOOL_DIRECTORY")) ?? join(dataDirectory, "spool")
  const maxBytes = yield* readWhole("SPOOL_MAX_BYTES", { minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  return directory === "off" ? null : { directory, maxBytes: maxBytes ?? FileSpool.DEFAULT_MAX_BYTES }
})

export const hostConfig = Effect.gen(function* () {
  const { provider, sandbox } = yield* readProvider
  const port = (yield* readWhole("PORT", PORTS)) ?? DEFAULT_PORT
  const publicUrl = yield* readUrl("PUBLIC_URL", ["https:", "http:"])
  const databaseUrl = yield* readUrl("DATABASE_URL", ["postgres:", "postgresql:"])
  const databaseOwnerUrl = yield* readUrl("DATABASE_OWNER_URL", ["postgres:", "postgresql:"])
  const source = yield* readTokenSource
  if (source === null && !sandbox) {
    return yield* refuse("AUTH_JWT_SECRET", "or AUTH_JWKS_URL must be set outside the sandbox")
  }
  if (publicUrl === null && !sandbox) {
    return yield* refuse("PUBLIC_URL", "must be set: the provider's signatures are checked against it")
  }
  const auth: AuthOptions | null =
    source === null
      ? null
      : {
          source,
          issuer: yield* read("AUTH_ISSUER"),
          audience: yield* read("AUTH_AUDIENCE"),
          maxTokenSeconds: ((yield* readWhole("AUTH_MAX_TOKEN_HOURS", TOKEN_HOURS)) ?? MAX_TOKEN_HOURS) * HOUR_SECONDS
        }
  if (!sandbox && auth !== null && publicUrl !== null) {
    yield* assertSafe({
      auth,
      publicUrl,
      databases: { DATABASE_URL: databaseUrl, DATABASE_OWNER_URL: databaseOwnerUrl }
    })
  }
  const level = ((yield* read("LOG_LEVEL")) ?? "info").toLowerCase()
  const logLevel = logLevels[level]
  if (logLevel === undefined) {
    return yield* refuse("LOG_LEVEL", `must be one of ${Object.keys(logLevels).join(", ")}`)
  }
  const dataDirectory = (yield* read("DATA_DIR")) ?? ".careline"
  const config: HostConfig = {
    port,
    hostname: sandbox ? "127.0.0.1" : ((yield* read("HOST")) ?? "0.0.0.0"),
    publicUrl: (publicUrl ?? `http://localhost:${port}`).replace(/\/+$/, ""),
    databaseUrl: databaseUrl === null ? null : Redacted.make(databaseUrl),
    databaseOwnerUrl: databaseOwnerUrl === null ? null : Redacted.make(databaseOwnerUrl),
    dataDirectory,
    dataEncryption: yield* readDataEncryption(databaseUrl !== null && !sandbox),
    spool: yield* readSpool(dataDirectory),
    provider,
    fallbackProvider: yield* readFallback(provider),
    sandbox,
    sandboxNow: yield* readSandboxNow(sandbox),
    sendRatePerNumber: yield* readRate("SEND_RATE_PER_NUMBER"),
    sendRatePerAccount: yield* readRate("SEND_RATE_PER_ACCOUNT"),
    quarantineDays: yield* readWhole("QUARANTINE_DAYS", QUARANTINE_DAYS),
    retireAfter: yield* readWhole("RETIRE_AFTER", RETIRE_AFTER),
    pool: yield* readPool(provider),
    textPrices: yield* readTextPrices,
    auth,
    logLevel,
    breakGlass: yield* readFlag("BREAK_GLASS"),
    http: yield* readHttp(publicUrl ?? "http:"),
    perUser: yield* readPerUser
  }
  return config
})
