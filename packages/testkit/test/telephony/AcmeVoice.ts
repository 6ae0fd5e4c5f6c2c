/** Calls at Acme: one JSON document says what a call does, and one kind of event asks for it or reports. */
import { randomUUID } from "node:crypto"
import { type Delivery, SimulatorKit } from "../../src/simulators/index.ts"

type LiveCall = SimulatorKit.LiveCall
type LiveLeg = SimulatorKit.LiveLeg

/** Where Acme reports on what an instruction started. */
export interface Extra {
  readonly report: string
  readonly transcribes: boolean
}

type Fields = Readonly<Record<string, unknown>>
type Instruction = SimulatorKit.Instruction<Extra>

export interface AcmeVoiceOptions {
  readonly callUrl: string
  readonly urlOf: (to: string) => string
  readonly fallbackUrl: string
  readonly callStatusUrl: string
  readonly deliver: (url: string, event: object) => Promise<Delivery>
}

const known: Readonly<Record<string, ReadonlyArray<string>>> = {
  reject: ["type", "reason"],
  hangup: ["type"],
  record: ["type", "seconds", "next", "report", "transcribe"],
  connect: ["type", "to", "callerId", "ring", "talk", "next", "report"],
  gather: ["type", "digits", "wait", "next"]
}

const spokenOf = ({ lang, text, url }: Fields): SimulatorKit.Spoken =>
  typeof url === "string" ? { _tag: "Play", url } : { _tag: "Say", language: String(lang), text: String(text).trim() }

const instructionsOf = (does: Fields, say: ReadonlyArray<SimulatorKit.Spoken>): ReadonlyArray<Instruction> => {
  const extra = { report: String(does.report), transcribes: does.transcribe === true }
  const action = String(does.next)
  switch (does.type) {
    case "reject":
      return [{ _tag: "Reject", reason: does.reason === "busy" ? "busy" : "rejected" }]
    case "record": {
      const wait = { hasTone: true, isSilenceKept: false, timeoutSeconds: 5 }
      return [...say, { _tag: "Record", maxSeconds: Number(does.seconds), ...wait, action, extra }]
    }
    case "connect": {
      const callerId = typeof does.callerId === "string" ? `+${does.callerId}` : null
      const limits = { ringSeconds: Number(does.ring), maxSeconds: Number(does.talk) }
      return [...say, { _tag: "Connect", to: `+${String(does.to)}`, callerId, ...limits, action, extra }]
    }
    case "gather": {
      const wait = { finishOnKey: "#", timeoutSeconds: Number(does.wait), isActionWhenEmpty: true }
      return [{ _tag: "Gather", say, digits: Number(does.digits), ...wait, action }]
    }
    default:
      return [...say, { _tag: "Hangup" }]
  }
}

/** What a document tells a call to do, or what Acme does not know in it. */
const read = (body: string): ReadonlyArray<Instruction> | string => {
  try {
    const { does, say, ...others } = JSON.parse(body) as { does: Fields; say: ReadonlyArray<Fields> }
    const fields = known[String(does.type)]
    if (fields === undefined || Object.keys(others).length > 0) return "an unknown instruction"
    if (Object.keys(does).some((name) => !fields.includes(name))) return "an unknown field"
    return instructionsOf(does, say.map(spokenOf))
  } catch {
    return "no JSON"
  }
}

const legOf = (call: LiveCall, leg: LiveLeg) => ({
  kind: "leg",
  id: call.id,
  leg: leg === call.own ? "own" : "far",
  status: leg.status,
  seconds: leg.status === "completed" ? leg.seconds : null
})

const happenedIn = (happened: SimulatorKit.Happened): Fields => {
  switch (happened._tag) {
    case "Pressed":
      return { digits: happened.digits }
    case "Recorded":
      return { recording: happened.recording.id, seconds: happened.recording.seconds }
    case "Connected":
      return { reached: happened.leg.status === "completed" }
    default:
      return {}
  }
}

export const acmeVoice = (options: AcmeVoiceOptions): SimulatorKit.CallWire<Extra> => {
  const { callStatusUrl, deliver, fallbackUrl, urlOf } = options
  const fetch = async (url: string, event: object) => {
    const delivery = await deliver(url, event)
    const { answer, body, contentType } = delivery
    const found = SimulatorKit.WebhookRequest.isAccepted(delivery) ? read(body) : "no answer"
    const violation = found === "no answer" ? null : typeof found === "string" ? found : null
    const rendered = { url, status: typeof answer === "number" ? answer : 0, contentType, body, violation }
    return { rendered, instructions: typeof found === "string" ? null : found }
  }
  return {
    newCallId: randomUUID,
    newRecordingId: randomUUID,
    errorPrompt: "say en-US: error",
    inboundUrl: urlOf,
    ask: async (call, url, happened) => {
      const event = {
        kind: "call",
        id: call.id,
        from: call.from?.slice(1) ?? "0",
        to: call.to.slice(1),
        event: happened._tag,
        ...happenedIn(happened)
      }
      const isFirst = happened._tag === "Began"
      const documents = isFirst && call.faults.has("callTwice") ? [(await fetch(url, event)).rendered] : []
      const target = isFirst && call.faults.has("hostUnreachable") ? fallbackUrl : url
      const { instructions, rendered } = await fetch(target, event)
      return { documents: [...documents, rendered], url: target, instructions }
    },
    progressed: (call, leg, extra) => {
      const own = call.isInbound ? callStatusUrl : String(call.settings.report)
      const url = leg === call.own ? own : (extra?.report ?? own)
      const report = legOf(call, leg)
      return [() => deliver(url, report)]
    },
    recorded: (call, recording, { report, transcribes }) => {
      const { id, seconds, state, words } = recording
      const isLost = state === "lost"
      recording.isTranscribed = transcribes && !isLost
      const about = { id: call.id, recording: id }
      const written = { kind: "transcript", ...about, text: words }
      return [
        () => deliver(report, { kind: "recording", ...about, seconds, lost: isLost }),
        ...(recording.isTranscribed ? [() => deliver(report, written)] : [])
      ]
    }
  }
}
