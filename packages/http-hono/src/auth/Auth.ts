/**
 * Who calls: bearer JWTs (RFC 7519, 6750), HS256 with a shared secret or signed by a key of a JWKS.
 *
 * Claims: `sub`, `roles`, `siteGroupingIds`, `iat`, `exp`. Who has site groupings sees those only; `[]` is the system-wide space, and
 * nothing else; a claim that is absent or `null` says nothing, and gives nothing. A SYSTEM_ADMIN sees all.
 */
import { type Actor, assertSees, homeTenant } from "@careline/application"
import { SiteGroupingId, type Tenant, UserId } from "@careline/domain"
import type { StorageError } from "@careline/ports"
import { Effect, Redacted, Schema } from "effect"
import { createRemoteJWKSet, type JWTPayload, jwtVerify, type JWTVerifyOptions, SignJWT } from "jose"
import { Forbidden, MalformedRequest, type TooManyRequests, Unauthenticated } from "../http/Errors.ts"
import { makeSessions, type Session } from "./Session.ts"

/**
 * SYSTEM_ADMIN administers everything, SITE_ADMIN its own site groupings; CLINICIAN works in its own without administering
 * them; AUDITOR reads, and changes nothing.
 */
export const Role = Schema.Literals(["SYSTEM_ADMIN", "SITE_ADMIN", "CLINICIAN", "AUDITOR"])
export type Role = typeof Role.Type

/** Who may call a route: those with one of the roles. A route that names none cannot be written. */
export type Allowed = readonly [Role, ...Array<Role>]

export const SYSTEM_ADMINS: Allowed = ["SYSTEM_ADMIN"]
export const ADMINS: Allowed = [...SYSTEM_ADMINS, "SITE_ADMIN"]
export const STAFF: Allowed = [...ADMINS, "CLINICIAN"]
export const READERS: Allowed = [...STAFF, "AUDITOR"]
export const AUDITORS: Allowed = [...ADMINS, "AUDITOR"]

/** The caller of the API. */
export interface Caller extends Actor {
  readonly roles: ReadonlyArray<Role>
  readonly session: Session
}

/** Where tokens are checked against. */
export type TokenSource =
  | { readonly _tag: "Secret"; readonly secret: Redacted.Redacted }
  | { readonly _tag: "Jwks"; readonly url: URL }

export interface AuthOptions {
  readonly source: TokenSource
  readonly issuer: string | null
  readonly audience: string | null
  /** How long a token lasts from when it was issued, in seconds, whatever it says itself: `MAX_TOKEN_HOURS` unless given. */
  readonly maxTokenSeconds?: number | undefined
}

/** How long a token lasts unless the configuration says otherwise, in hours. */
export const MAX_TOKEN_HOURS = 24

/** RFC 7518 3.2: an HS256 key is at least as long as its hash. */
export const MIN_SECRET_BYTES = 32
const CLOCK_TOLERANCE_SECONDS = 5

/** Identity providers write tenant ids as strings or as numbers. */
const TenantClaim = Schema.Union([SiteGroupingId, Schema.Int])

const Claims = Schema.Struct({
  sub: UserId,
  roles: Schema.Array(Schema.String),
  siteGroupingIds: Schema.optionalKey(Schema.NullOr(Schema.Array(TenantClaim))),
  /** Seconds that the token may stay unused: ours have it. */
  idle: Schema.optionalKey(Schema.Finite)
})
const decodeClaims = Schema.decodeUnknownEffect(Claims)
const isRole = Schema.is(Role)

const rejected = (message: string) => new Unauthenticated({ message })

const millisOf = (seconds: number | undefined): number | null => (seconds === undefined ? null : seconds * 1000)

/** Which tenants a claim names: `null` where there is no claim. An identity provider that forgot it must not open a space. */
const scopeOf = (claimed: typeof Claims.Type.siteGroupingIds): ReadonlyArray<Tenant> | null => {
  if (claimed === undefined || claimed === null) return null
  return claimed.length === 0 ? [null] : [...new Set(claimed.map((id) => SiteGroupingId.make(String(id))))]
}

const callerOf = Effect.fnUntraced(function* (
  payload: JWTPayload,
  sessions: ReturnType<typeof makeSessions>,
  maxTokenSeconds: number
) {
  const claims = yield* decodeClaims(payload).pipe(Effect.mapError(() => rejected("The token lacks a claim")))
  const roles = claims.roles.filter((role) => isRole(role))
  if (roles.length === 0) return yield* new Forbidden({ message: "The token has no role here" })
  const scope = roles.includes("SYSTEM_ADMIN") ? ("all" as const) : scopeOf(claims.siteGroupingIds)
  if (scope === null) return yield* new Forbidden({ message: "The token names no site groupings: siteGroupingIds" })
  const session = yield* sessions.use({
    id: payload.jti ?? null,
    issuedAt: millisOf(payload.iat),
    expiresAt: (Math.min(payload.exp!, payload.iat! + maxTokenSeconds) + CLOCK_TOLERANCE_SECONDS) * 1000,
    idleMillis: millisOf(claims.idle)
  })
  if (session === null) return yield* rejected("The token was not used for too long")
  return { userId: claims.sub, roles, scope, session } satisfies Caller
})

const secretKey = (secret: Redacted.Redacted): Uint8Array => new TextEncoder().encode(Redacted.value(secret))

/** Checks the `Authorization` header of a request. */
export const makeAuthenticate = (options: AuthOptions): Authenticate => {
  const { maxTokenSeconds = MAX_TOKEN_HOURS * 60 * 60 } = options
  const rules: JWTVerifyOptions = {
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ["sub", "exp", "iat"],
    maxTokenAge: maxTokenSeconds,
    ...(options.issuer === null ? {} : { issuer: options.issuer }),
    ...(options.audience === null ? {} : { audience: options.audience })
  }
  const { source } = options
  const jwks = source._tag === "Jwks" ? createRemoteJWKSet(source.url) : null
  const verify = (token: string) =>
    source._tag === "Secret"
      ? jwtVerify(token, secretKey(source.secret), { ...rules, algorithms: ["HS256"] })
      : jwtVerify(token, jwks!, { ...rules, algorithms: ["RS256", "PS256", "ES256", "EdDSA"] })

  const sessions = makeSessions()
  return Effect.fnUntraced(function* (
    header: string | undefined
  ): Effect.fn.Return<Caller, Unauthenticated | Forbidden | TooManyRequests> {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header ?? "")?.[1]
    if (token === undefined) return yield* rejected("There is no bearer token")
    const { payload } = yield* Effect.tryPromise({
      try: () => verify(token),
      catch: () => rejected("The token is not valid")
    })
    return yield* callerOf(payload, sessions, maxTokenSeconds)
  })
}

/** Who calls, by the `Authorization` header of a request. */
export type Authenticate = (
  header: string | undefined
) => Effect.Effect<Caller, Unauthenticated | Forbidden | TooManyRequests | StorageError>

/** How long a token of ours may stay unused, in seconds. */
const IDLE_SECONDS = 30 * 60

/** A token for trying Careline out, which ends when it stays unused. Only the sandbox hands one out. */
export const issueToken = (
  secret: Redacted.Redacted,
  claims: {
    readonly sub: string
    readonly roles: ReadonlyArray<Role>
    readonly siteGroupingIds?: ReadonlyArray<string>
  },
  options: { readonly expiresIn: string; readonly issuer?: string | null; readonly audience?: string | null }
): Effect.Effect<string> => {
  const { sub, ...rest } = claims
  const token = new SignJWT({ ...rest, idle: IDLE_SECONDS })
    .setJti(crypto.randomUUID())
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime(options.expiresIn)
  if (options.issuer != null) token.setIssuer(options.issuer)
  if (options.audience != null) token.setAudience(options.audience)
  return Effect.promise(() => token.sign(secretKey(secret)))
}

/** The tenant that a request names, if the caller may see it; else the one that they work in. A foreign one does not exist. */
export const tenantFor = Effect.fnUntraced(function* (caller: Caller, named: Tenant | undefined) {
  const tenant = named === undefined ? homeTenant(caller) : named
  if (tenant === undefined) {
    return yield* new MalformedRequest({ message: "Name the site grouping that you mean: siteGroupingId" })
  }
  yield* assertSees(caller, tenant)
  return tenant
})

/** The caller within one tenant, where the request names one that the caller may see; else as they are. */
export const narrowTo = Effect.fnUntraced(function* (caller: Caller, named: Tenant | undefined) {
  if (named === undefined) return caller
  yield* assertSees(caller, named)
  return { ...caller, scope: [named] } satisfies Caller
})

/** Whether the caller has one of the roles. */
export const isAllowed = (caller: Caller, allowed: Allowed): boolean =>
  caller.roles.some((role) => allowed.includes(role))

/** Fails unless the caller has one of the roles. */
export const authorise = (caller: Caller, allowed: Allowed): Effect.Effect<void, Forbidden> =>
  isAllowed(caller, allowed) ? Effect.void : Effect.fail(new Forbidden({ message: "Your roles do not allow this" }))
