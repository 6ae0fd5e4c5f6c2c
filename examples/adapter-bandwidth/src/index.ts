/** Careline's Telephony port on Bandwidth's Messaging API v2. */
export { type BandwidthOptions, PROVIDER } from "./BandwidthOptions.ts"
export * as BandwidthTelephony from "./BandwidthTelephony.ts"
