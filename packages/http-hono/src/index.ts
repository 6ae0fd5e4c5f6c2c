/** Careline as a service. */
export { makeApp, openApiDocument, VERSION } from "./App.ts"
export {
  type Authenticate,
  type AuthOptions,
  type Caller,
  issueToken,
  makeAuthenticate,
  type Role,
  type TokenSource
} from "./Auth.ts"
export * as DataEncryption from "./DataEncryption.ts"
export { SecretDamaged } from "./KeptSecret.ts"
export { Forbidden, TooManyRequests, Unauthenticated } from "./Errors.ts"
export * as Host from "./Host.ts"
export { defaultHttpOptions, type HttpOptions } from "./HttpOptions.ts"
export { type HostConfig, hostConfig, HostConfigError } from "./HostConfig.ts"
export type { HostRuntime } from "./HostRuntime.ts"
export type { ServeLink } from "./ServeLink.ts"
export type { PoolConfig } from "./PoolConfig.ts"
export { type ProviderName, providerNames } from "./Providers.ts"
export { SANDBOX_NUMBER } from "./Sandbox.ts"
export * as SandboxClock from "./SandboxClock.ts"
export * as SandboxProvider from "./SandboxProvider.ts"
export { ListenError } from "./Server.ts"
export type { Services } from "./Services.ts"
export type { Session } from "./Session.ts"
