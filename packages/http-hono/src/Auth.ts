/**
 * Who calls: bearer JWTs (RFC 7519, 6750), HS256 with a shared secret or signed by a key of a JWKS.
 *
 * Claims: `sub`, `roles`, `siteGroupingIds`. Who has no site groupings works in the system-wide space; who has some sees
 * those only; a SYSTEM_ADMIN sees all.
 */
import { type Actor, homeTenant } from "@careline/application"
import { SiteGroupingId, type Tenant, UserId } from "@careline/domain"
import { Effect, Redacted, Schema } from "effect"
import { createRemoteJWKSet, type JWTPayload, jwtVerify, type JWTVerifyOptions, SignJWT } from "jose"
import { Forbidden, Unauthenticated } from "./Errors.ts"

export const Role = Schema.Literals(["SYSTEM_ADMIN", "SITE_ADMIN", "CLINICIAN"])
export type Role = typeof Role.Type

/** The caller of the API. */
export interface Caller extends Actor {
  readonly roles: ReadonlyArray<Role>
}

/** Where tokens are checked against. */
export type TokenSource =
  | { readonly _tag: "Secret"; readonly secret: Redacted.Redacted }
  | { readonly _tag: "Jwks"; readonly url: URL }

export interface AuthOptions {
  readonly source: TokenSource
  readonly issuer: string | null
  readonly audience: string | null
}

/** RFC 7518 3.2: an HS256 key is at least as long as its hash. */
export const MIN_SECRET_BYTES = 32
const CLOCK_TOLERANCE_SECONDS = 5

/** Identity providers write tenant ids as strings or as numbers. */
const TenantClaim = Schema.Union([SiteGroupingId, Schema.Int])

const Claims = Schema.Struct({
  sub: UserId,
  roles: Schema.Array(Schema.String),
  siteGroupingIds: Schema.optionalKey(Schema.NullOr(Schema.Array(TenantClaim)))
})
const decodeClaims = Schema.decodeUnknownEffect(Claims)
const isRole = Schema.is(Role)

const rejected = (message: string) => new Unauthenticated({ message })

const callerOf = Effect.fnUntraced(function* (payload: JWTPayload) {
  const claims = yield* decodeClaims(payload).pipe(Effect.mapError(() => rejected("The token lacks a claim")))
  const roles = claims.roles.filter((role) => isRole(role))
  if (roles.length === 0) return yield* new Forbidden({ message: "The token has no role here" })
  const tenants = (claims.siteGroupingIds ?? []).map((id) => SiteGroupingId.make(String(id)))
  const scope = roles.includes("SYSTEM_ADMIN")
    ? ("all" as const)
    : tenants.length === 0
      ? [null]
      : [...new Set(tenants)]
  return { userId: claims.sub, roles, scope } satisfies Caller
})

const secretKey = (secret: Redacted.Redacted): Uint8Array => new TextEncoder().encode(Redacted.value(secret))

/** Checks the `Authorization` header of a request. */
export const makeAuthenticate = (options: AuthOptions) => {
  const rules: JWTVerifyOptions = {
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ["sub", "exp"],
    ...(options.issuer === null ? {} : { issuer: options.issuer }),
    ...(options.audience === null ? {} : { audience: options.audience })
  }
  const { source } = options
  const jwks = source._tag === "Jwks" ? createRemoteJWKSet(source.url) : null
  const verify = (token: string) =>
    source._tag === "Secret"
      ? jwtVerify(token, secretKey(source.secret), { ...rules, algorithms: ["HS256"] })
      : jwtVerify(token, jwks!, { ...rules, algorithms: ["RS256", "PS256", "ES256", "EdDSA"] })

  return Effect.fnUntraced(function* (header: string | undefined) {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header ?? "")?.[1]
    if (token === undefined) return yield* rejected("There is no bearer token")
    const { payload } = yield* Effect.tryPromise({
      try: () => verify(token),
      catch: () => rejected("The token is not valid")
    })
    return yield* callerOf(payload)
  })
}

export type Authenticate = ReturnType<typeof makeAuthenticate>

/** A token for trying Careline out. Only the sandbox hands one out. */
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
  const token = new SignJWT(rest)
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime(options.expiresIn)
  if (options.issuer != null) token.setIssuer(options.issuer)
  if (options.audience != null) token.setAudience(options.audience)
  return Effect.promise(() => token.sign(secretKey(secret)))
}

/** The tenant that a request names, if the caller may see it; else the one that they work in. */
export const tenantFor = Effect.fnUntraced(function* (caller: Caller, named: Tenant | undefined) {
  const tenant = named === undefined ? homeTenant(caller) : named
  if (tenant === undefined) return yield* new Forbidden({ message: "Name the site grouping that you mean" })
  if (caller.scope !== "all" && !caller.scope.includes(tenant))
    return yield* new Forbidden({ message: "Not your site grouping" })
  return tenant
})

/** Fails unless the caller administers: a SITE_ADMIN their own tenants, a SYSTEM_ADMIN any. */
export const requireAdmin = (caller: Caller): Effect.Effect<void, Forbidden> =>
  caller.roles.some((role) => role === "SYSTEM_ADMIN" || role === "SITE_ADMIN")
    ? Effect.void
    : Effect.fail(new Forbidden({ message: "Only an administrator may do this" }))

/** Fails unless the caller sees every tenant: for what belongs to none. */
export const requireSystemAdmin = (caller: Caller): Effect.Effect<void, Forbidden> =>
  caller.roles.includes("SYSTEM_ADMIN")
    ? Effect.void
    : Effect.fail(new Forbidden({ message: "Only a system administrator may do this" }))
