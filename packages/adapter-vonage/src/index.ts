/** Careline's Telephony port on Vonage. */
export { config } from "./VonageConfig.ts"
export { DEFAULT_TIMEOUT_MILLIS, type VonageOptions } from "./client/VonageOptions.ts"
export * as VonageTelephony from "./VonageTelephony.ts"
