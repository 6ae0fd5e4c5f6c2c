/**
 * What a test may need of an adapter. Only a declared capability answers: there is no other way to leave a test out, and a
 * capability that the suite does not know is a fault.
 */
import type { Telephony } from "@careline/ports"
import type { Scenario } from "../../simulators/index.ts"

export type Need =
  | "mms"
  | "find"
  | "absence"
  | "status by id"
  | "signed content"
  | "signed bytes"
  | "signed time"
  | "named keywords"
  | "attempt echo"
  | "voice"
  | "call status"
  | "recordings"
  | "provider transcription"
  | "media"
  | "message history"
  | "call history"
  | "recording history"
  | "numbers"
  | "asynchronous orders"
  | "search by town"

const declared: Readonly<Record<Need, (capabilities: Telephony.Capabilities) => boolean>> = {
  mms: ({ messages }) => messages.mms !== null,
  find: ({ messages }) => messages.find !== "none",
  absence: ({ messages }) => messages.find !== "none" && messages.findAfterMillis !== null,
  "status by id": ({ messages }) => messages.status !== "none",
  "signed content": ({ webhooks }) => webhooks.signatureCovers !== "nothing",
  "signed bytes": ({ webhooks }) => webhooks.signatureCovers === "bytes",
  "signed time": ({ webhooks }) => webhooks.signatureMaxAgeMillis !== null,
  "named keywords": ({ webhooks }) => webhooks.namesKeywords,
  "attempt echo": ({ messages }) => messages.attemptEcho !== "none",
  voice: ({ voice }) => voice !== null,
  "call status": ({ voice }) => voice !== null && voice.status !== "none",
  recordings: ({ voice }) => voice !== null,
  "provider transcription": ({ voice }) => voice !== null && voice.transcription !== "none",
  media: ({ media }) => media !== "none",
  "message history": ({ history }) => history.messages,
  "call history": ({ history }) => history.calls,
  "recording history": ({ history }) => history.recordings,
  numbers: ({ numbers }) => numbers !== null,
  "asynchronous orders": ({ numbers }) => numbers?.orders === "asynchronous",
  "search by town": ({ numbers }) => numbers?.search.includes("locality") === true
}

const explanations: Readonly<Record<Need, string>> = {
  mms: "messages.mms is null",
  find: "messages.find is none",
  absence: "messages.findAfterMillis is null: silence proves nothing",
  "status by id": "messages.status is none",
  "signed content": "webhooks.signatureCovers is nothing: credentials only",
  "signed bytes": "webhooks.signatureCovers is not bytes",
  "signed time": "webhooks.signatureMaxAgeMillis is null: no time is signed",
  "named keywords": "webhooks.namesKeywords is false",
  "attempt echo": "messages.attemptEcho is none",
  voice: "voice is null",
  "call status": "voice.status is none",
  recordings: "voice is null",
  "provider transcription": "voice.transcription is none",
  media: "media is none",
  "message history": "history.messages is false",
  "call history": "history.calls is false",
  "recording history": "history.recordings is false",
  numbers: "numbers is null",
  "asynchronous orders": "numbers.orders is not asynchronous",
  "search by town": "numbers.search is without locality"
}

/** Why the needs are not met, by what the capabilities say. */
export const unmetBy = (capabilities: Telephony.Capabilities, needs: ReadonlyArray<Need>): ReadonlyArray<string> =>
  needs.filter((need) => !declared[need](capabilities)).map((need) => explanations[need])

/** Scenarios that only an adapter with a capability needs its simulator to say. */
export const neededFor: Partial<Readonly<Record<Scenario.Scenario, Need>>> = {
  tamperedBody: "signed content",
  staleTimestamp: "signed time",
  providerHandledStop: "named keywords",
  mmsWithTwoMedia: "mms",
  emptyBodyMms: "mms"
}

/** What a test of a scenario needs, where the scenario alone decides it. */
export const neededBy = (scenario: Scenario.Scenario): ReadonlyArray<Need> => {
  const need = neededFor[scenario]
  return need === undefined ? [] : [need]
}
