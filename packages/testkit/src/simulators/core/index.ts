/** What a simulator is made of. A provider's own brings its wire format; the rest is here. */
export { type Asked, CallEngine, type CallWire, type Happened, type Report } from "./CallEngine.ts"
export * as ControlApi from "./ControlApi.ts"
export { Faults } from "./Faults.ts"
export * as FaultProxy from "./FaultProxy.ts"
export * as FaultyAnswer from "./FaultyAnswer.ts"
export * as HttpServer from "./HttpServer.ts"
export type { Instruction, Spoken } from "./Instruction.ts"
export { type ApiRequest, Ledger, type MessageStatus, type SimulatedMessage, type WebhookTry } from "./Ledger.ts"
export { LiveCall, LiveLeg, type LegStatus } from "./LiveCall.ts"
export {
  type Fields,
  type MarketWire,
  type Misconfiguration,
  NumberMarket,
  type NumberOrder,
  type OwnedLine,
  type Purchase,
  type Refusal,
  type Search
} from "./NumberMarket.ts"
export * as NumberStock from "./NumberStock.ts"
export { type Keyword, type KeywordHandling, OptOuts } from "./OptOuts.ts"
export { Phone, type Utterance } from "./Phone.ts"
export { type KeptRecording, Recordings } from "./Recordings.ts"
export * as Scenario from "./Scenario.ts"
export * as SimulatedTime from "./SimulatedTime.ts"
export { type AccountParts, type Deliveries, type Draft, SimulatedAccount } from "./SimulatedAccount.ts"
export type { Delivery, InboundText } from "./InboundText.ts"
export {
  assemble,
  hostsNothing,
  scoped,
  type Simulator,
  type SimulatorOptions,
  type SimulatorParts
} from "./Simulator.ts"
export { type Script, StatusEngine, type StatusEngineOptions } from "./StatusEngine.ts"
export * as Tone from "./Tone.ts"
export * as Twiml from "./Twiml.ts"
export * as TwimlCalls from "./TwimlCalls.ts"
export { Underway } from "./Underway.ts"
export * as WebhookRequest from "./WebhookRequest.ts"
export * as Voice from "./Voice.ts"
export * as Xml from "./Xml.ts"
export * as XmlGrammar from "./XmlGrammar.ts"
