/** Careline as a service. */
export { makeApp, openApiDocument, VERSION } from "./App.ts"
export { type AuthOptions, issueToken, makeAuthenticate, type Role } from "./Auth.ts"
export * as Host from "./Host.ts"
export { type HostConfig, hostConfig, HostConfigError } from "./HostConfig.ts"
export type { HostRuntime } from "./HostRuntime.ts"
export { SANDBOX_NUMBER } from "./Sandbox.ts"
export type { Services } from "./Services.ts"
