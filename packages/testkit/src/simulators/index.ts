/** Providers on this machine: real HTTP servers with a ledger and fault knobs. They import no test runner. */
export type { InboundText } from "./twilio/Account.ts"
export type { CallbackFault, SendFault } from "./twilio/Faults.ts"
export type { Answer, SimulatedMessage, WebhookTry } from "./twilio/Ledger.ts"
export { sign as signTwilioWebhook } from "./twilio/Signing.ts"
export type { Ending } from "./twilio/StatusEngine.ts"
export * as TwilioSimulator from "./twilio/TwilioSimulator.ts"
