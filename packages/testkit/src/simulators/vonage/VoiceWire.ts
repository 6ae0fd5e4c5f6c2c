/**
 * Calls and recordings in Vonage's own forms. Sources: developer.vonage.com/voice/voice-api/webhook-reference and /api/voice.
 */
import { createHash } from "node:crypto"
import type { LiveCall, LiveLeg } from "../core/LiveCall.ts"
import type { KeptRecording } from "../core/Recordings.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"
import * as Wire from "./Wire.ts"

/** What stands here in the place of a number that is withheld: Vonage does not say what it writes. */
const WITHHELD = "anonymous"
const RATE = "0.00450000"
const NETWORK = "US-FIXED"

/** Whoever is called first of all is called by us, and so is everybody that a call is put through to. */
const directionOf = (call: LiveCall, leg: LiveLeg): string =>
  leg === call.own && call.isInbound ? "inbound" : "outbound"

/** A leg's own id. Those of calls that come in have no dashes. */
export const uuidOf = (call: LiveCall, leg: LiveLeg): string => {
  const hex = createHash("md5").update(leg.id).digest("hex")
  return leg === call.own && call.isInbound ? hex : hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

const written = (number: string | null): string => (number === null ? WITHHELD : Wire.digitsOf(number))

const fromOf = (call: LiveCall, leg: LiveLeg): string => written(leg === call.own ? call.from : leg.callerId)

const toOf = (call: LiveCall, leg: LiveLeg): string => written(leg === call.own ? call.to : leg.number)

const baseOf = (call: LiveCall, leg: LiveLeg) => ({
  from: fromOf(call, leg),
  to: toOf(call, leg),
  uuid: uuidOf(call, leg),
  conversation_uuid: call.id
})

/** "Answer webhook": a call came in, or one that we placed is answered. */
export const answer = (call: LiveCall, regionUrl: string) => ({
  ...baseOf(call, call.own),
  endpoint_type: "phone",
  region_url: regionUrl
})

/** "Input". Nothing that was pressed is `null`. */
export const input = (call: LiveCall, digits: string) => ({
  speech: { results: [] },
  dtmf: { digits: digits === "" ? null : digits, timed_out: digits === "" },
  ...baseOf(call, call.own),
  timestamp: SimulatedTime.now().toISOString()
})

/** A number, or `null` in the middle of the call. */
const secondsOf = (leg: LiveLeg): number => leg.seconds ?? 0

const timesOf = (call: LiveCall, leg: LiveLeg, wasAnswered: boolean) => {
  const ended = new Date(call.createdAt.getTime() + secondsOf(leg) * 1000)
  return { start_time: wasAnswered ? call.createdAt.toISOString() : null, end_time: ended.toISOString() }
}

/** How an end is called that nobody answered. */
const ends: Partial<Readonly<Record<LiveLeg["status"], object>>> = {
  busy: { status: "busy", sip_code: 486 },
  no_answer: { status: "timeout" },
  failed: { status: "failed", detail: "cannot_route", sip_code: 404 },
  canceled: { status: "cancelled" }
}

const eventOf = (call: LiveCall, leg: LiveLeg) => ({
  ...baseOf(call, leg),
  direction: directionOf(call, leg),
  timestamp: SimulatedTime.now().toISOString()
})

/** "Event webhook": how far a leg has come. */
export const progress = (call: LiveCall, leg: LiveLeg, status: "started" | "ringing" | "answered") => ({
  ...eventOf(call, leg),
  ...(status === "answered" ? { start_time: null, rate: RATE, network: null } : {}),
  status
})

/** The last event of every leg. */
export const completed = (call: LiveCall, leg: LiveLeg, wasAnswered: boolean) => ({
  ...eventOf(call, leg),
  ...timesOf(call, leg, wasAnswered),
  status: "completed",
  duration: String(wasAnswered ? secondsOf(leg) : 0),
  rate: RATE,
  price: "0.00015000",
  network: NETWORK,
  disconnected_by: "user"
})

/** How a leg ended that nobody answered; `null` for any other. */
export const unanswered = (call: LiveCall, leg: LiveLeg): object | null => {
  const end = leg.isRejected ? undefined : ends[leg.status]
  return end === undefined ? null : { ...eventOf(call, leg), ...end }
}

/** "If there is an error in the NCCO". Names no leg, and has no status. */
export const nccoError = (call: LiveCall) => ({
  reason: "Syntax error in NCCO. Invalid value type or action.",
  conversation_uuid: call.id,
  timestamp: SimulatedTime.now().toISOString()
})

const recordingUrl = (origin: string, id: string): string => `${origin}/v1/files/${id}`

/** "Record webhook". Names no leg and no number. One that was lost has no URL here: Vonage does not say how it tells of it. */
export const recorded = ({ bytes, callId, createdAt, id, seconds, state }: KeptRecording, origin: string) => {
  const end = new Date(createdAt.getTime() + seconds * 1000)
  return {
    start_time: createdAt.toISOString(),
    ...(state === "lost" ? { size: 0 } : { recording_url: recordingUrl(origin, id), size: bytes.length }),
    recording_uuid: createHash("md5").update(id).digest("hex"),
    end_time: end.toISOString(),
    conversation_uuid: callId,
    timestamp: end.toISOString()
  }
}

const resourceStatusOf = (leg: LiveLeg): string => {
  switch (leg.status) {
    case "initiated":
      return "started"
    case "in_progress":
      return "answered"
    case "no_answer":
      return leg.isRejected ? "completed" : "timeout"
    case "canceled":
      return "cancelled"
    default:
      return leg.status
  }
}

/** developer.vonage.com/api/voice, "Get detail of a specific call". */
export const resource = (call: LiveCall, leg: LiveLeg, wasAnswered: boolean) => ({
  _links: { self: { href: `/v1/calls/${uuidOf(call, leg)}` } },
  uuid: uuidOf(call, leg),
  conversation_uuid: call.id,
  to: { type: "phone", number: toOf(call, leg) },
  from: { type: "phone", number: fromOf(call, leg) },
  status: resourceStatusOf(leg),
  direction: directionOf(call, leg),
  rate: RATE,
  price: "0.00015000",
  duration: leg.isOver ? String(wasAnswered ? secondsOf(leg) : 0) : null,
  ...(leg.isOver ? timesOf(call, leg, wasAnswered) : { start_time: null, end_time: null }),
  network: NETWORK
})
