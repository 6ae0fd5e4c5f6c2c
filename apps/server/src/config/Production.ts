/**
 * What a host outside the sandbox does not start with: tokens that another application's users have, keys, webhooks and rows
 * that somebody on the way can read or change. Each can be allowed, by a variable that says so.
 */
import { Effect } from "effect"
import type { AuthOptions } from "@careline/http-hono"
import { read, readFlag, refuse } from "./Environment.ts"

/** Names and addresses of this machine: nothing on the way to them is on a network (RFC 6761, 6.3; RFC 1122, 3.2.1.3). */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i

const isLoopback = (host: string): boolean => LOOPBACK.test(host)

/** What `pg` takes for a wish for TLS (pg-connection-string, `sslmode`). */
const TLS: ReadonlySet<string> = new Set(["prefer", "require", "verify-ca", "verify-full", "no-verify"])
const NO: ReadonlySet<string> = new Set(["", "0", "false"])

/** Whether a database is on this machine, or reached by TLS. `host` in the query is what `pg` goes by, and may be a socket. */
const isPrivate = ({ hostname, searchParams }: URL, host: string | null, sslMode: string | null): boolean => {
  const reached = searchParams.get("host") ?? (hostname === "" ? (host ?? "localhost") : decodeURIComponent(hostname))
  if (reached.startsWith("/") || isLoopback(reached)) return true
  const mode = searchParams.get("sslmode")
  if (mode !== null) return TLS.has(mode)
  const ssl = searchParams.get("ssl")
  if (ssl !== null) return !NO.has(ssl)
  if (["sslcert", "sslkey", "sslrootcert"].some((name) => searchParams.has(name))) return true
  return searchParams.get("sslnegotiation") === "direct" || (sslMode !== null && TLS.has(sslMode))
}

/** What of the configuration is checked. */
export interface Judged {
  readonly auth: AuthOptions
  readonly publicUrl: string
  /** By the variable that names them. */
  readonly databases: Readonly<Record<string, string | null>>
}

const allowedBy = (variable: string) => `or ${variable} be true`

/** Refuses what is unsafe outside the sandbox and not allowed by a variable of its own. */
export const assertSafe = Effect.fnUntraced(function* ({ auth, databases, publicUrl }: Judged) {
  const { audience, issuer, source } = auth
  const missing = [
    ...(issuer === null && !(yield* readFlag("ALLOW_ANY_ISSUER")) ? ["AUTH_ISSUER"] : []),
    ...(audience === null && !(yield* readFlag("ALLOW_ANY_AUDIENCE")) ? ["AUTH_AUDIENCE"] : [])
  ]
  if (missing.length > 0) {
    const [first = "", ...others] = missing
    return yield* refuse(
      first,
      `${others.map((one) => `and ${one} `).join("")}must be set, so that no other application's tokens are taken, or ` +
        `${missing.map((one) => one.replace("AUTH_", "ALLOW_ANY_")).join(" and ")} be true`
    )
  }
  if (source._tag === "Jwks" && source.url.protocol === "http:" && !isLoopback(source.url.hostname)) {
    if (!(yield* readFlag("ALLOW_HTTP_JWKS"))) {
      return yield* refuse("AUTH_JWKS_URL", `must begin with https:, ${allowedBy("ALLOW_HTTP_JWKS")}`)
    }
  }
  const world = new URL(publicUrl)
  if (world.protocol === "http:" && !isLoopback(world.hostname) && !(yield* readFlag("ALLOW_HTTP_PUBLIC_URL"))) {
    return yield* refuse("PUBLIC_URL", `must begin with https:, ${allowedBy("ALLOW_HTTP_PUBLIC_URL")}`)
  }
  const [host, sslMode] = [yield* read("PGHOST"), yield* read("PGSSLMODE")]
  for (const [variable, url] of Object.entries(databases)) {
    if (url === null || isPrivate(new URL(url), host, sslMode) || (yield* readFlag("ALLOW_PLAIN_DATABASE"))) continue
    return yield* refuse(
      variable,
      `must ask for TLS (sslmode=verify-full) of a database on another machine, ${allowedBy("ALLOW_PLAIN_DATABASE")}`
    )
  }
})
