/** Careline's Telephony port on Telnyx. */
export { config } from "./TelnyxConfig.ts"
export type { TelnyxOptions } from "./client/TelnyxOptions.ts"
export * as TelnyxTelephony from "./TelnyxTelephony.ts"
