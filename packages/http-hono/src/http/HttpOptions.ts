/** Options of the HTTP surface: limits, proxies and what browsers are told. */
import type { Redacted } from "effect"

export interface HttpOptions {
  /** Origins whose pages may call the API; none unless named. */
  readonly corsOrigins: ReadonlyArray<string>
  /** Whether the world reaches the host by HTTPS: then browsers are told never to come without. */
  readonly isHttps: boolean
  /** Requests a minute of one address, and of one user; `null`: as many as there are. */
  readonly requestsPerAddress: number | null
  readonly requestsPerUser: number | null
  /** Webhooks a minute of one address that no provider signed; `null`: as many as there are. */
  readonly unsignedPerAddress: number | null
  /** Proxies in front of the host that add the client's address to `X-Forwarded-For`. */
  readonly proxies: number
  /** What opens `GET /metrics`, as bearer; `null`: there is no such path. */
  readonly metricsToken: Redacted.Redacted | null
}

export const defaultHttpOptions: HttpOptions = {
  corsOrigins: [],
  isHttps: false,
  requestsPerAddress: 6_000,
  requestsPerUser: 3_000,
  unsignedPerAddress: 120,
  proxies: 0,
  metricsToken: null
}
