/** Providers on this machine: real HTTP servers with a ledger and fault knobs. They import no test runner. */
export type { MessageStatus, SimulatedMessage, WebhookTry } from "./core/Ledger.ts"
export * as Scenario from "./core/Scenario.ts"
export type { Delivery, InboundText } from "./core/InboundText.ts"
export type { Simulator } from "./core/Simulator.ts"
export * as SimulatorKit from "./core/index.ts"
export type {
  Answering,
  Callee,
  CallTrace,
  InboundCall,
  Leg,
  OnThePhone,
  Rendered,
  Voice,
  VoiceFault
} from "./core/Voice.ts"
export type { Answer } from "./core/WebhookRequest.ts"
export {
  newKey as newTelnyxKey,
  ofSeed as telnyxKeyOfSeed,
  sign as signTelnyxWebhook,
  type SigningKey as TelnyxSigningKey
} from "./telnyx/Signing.ts"
export * as TelnyxSimulator from "./telnyx/TelnyxSimulator.ts"
export { sign as signTwilioWebhook } from "./twilio/Signing.ts"
export * as TwilioSimulator from "./twilio/TwilioSimulator.ts"
export { sign as signVonageWebhook, type SigningOptions as VonageSigningOptions } from "./vonage/Signing.ts"
export * as VonageSimulator from "./vonage/VonageSimulator.ts"
