/** Careline's HTTP API as a Hono app: routes, their OpenAPI document, and who may call them. */
export { makeApp, openApiDocument, VERSION } from "./App.ts"
export {
  type Authenticate,
  type AuthOptions,
  type Caller,
  issueToken,
  makeAuthenticate,
  MAX_TOKEN_HOURS,
  MIN_SECRET_BYTES,
  type Role,
  type TokenSource
} from "./auth/Auth.ts"
export { Forbidden, TooManyRequests, Unauthenticated } from "./http/Errors.ts"
export type { HostRuntime } from "./http/HostRuntime.ts"
export { defaultHttpOptions, type HttpOptions } from "./http/HttpOptions.ts"
export type { ServeLink } from "./http/ServeLink.ts"
export type { Services } from "./Services.ts"
export type { Session } from "./auth/Session.ts"
