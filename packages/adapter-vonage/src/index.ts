/** Careline's Telephony port on Vonage. */
export { config } from "./VonageConfig.ts"
export type { VonageOptions } from "./client/VonageOptions.ts"
export * as VonageTelephony from "./VonageTelephony.ts"
