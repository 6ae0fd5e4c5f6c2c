/** Careline's Telephony port on Twilio. */
export { config } from "./TwilioConfig.ts"
export type { TwilioOptions } from "./client/TwilioOptions.ts"
export * as TwilioTelephony from "./TwilioTelephony.ts"
