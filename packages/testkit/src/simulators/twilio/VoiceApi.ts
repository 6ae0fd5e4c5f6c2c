/** Calls and recordings in Twilio's REST API: twilio.com/docs/voice/api. */
import type { ServerResponse } from "node:http"
import type { CallEngine } from "../core/CallEngine.ts"
import type { Outcome } from "../core/FaultyAnswer.ts"
import { json } from "../core/HttpServer.ts"
import type { Reporting } from "../core/Twiml.ts"
import { fail, headers, refuse } from "./ApiAnswer.ts"
import * as Paging from "./Paging.ts"
import * as VoiceWire from "./VoiceWire.ts"
import * as Wire from "./Wire.ts"

export interface VoiceApiOptions {
  readonly accountSid: string
  readonly calls: CallEngine<Reporting>
  readonly numbers?: ReadonlyArray<string> | undefined
  readonly apiUrl: () => string
}

const E164 = /^\+[1-9]\d{6,14}$/
const URL_FORM = /^https?:\/\/[^/?#_\s]+\/\S*$/
const events: ReadonlySet<string> = new Set(["initiated", "ringing", "answered", "completed"])

type Rule = (values: ReadonlyArray<string>) => boolean
const one =
  (rule: (value: string) => boolean): Rule =>
  (values) =>
    values.length === 1 && rule(values[0]!)
const seconds = (maximum: number): Rule =>
  one((value) => /^\d{1,6}$/.test(value) && Number(value) >= 1 && Number(value) <= maximum)
const url = one((value) => URL_FORM.test(value))
const method = one((value) => value === "POST" || value === "GET")

/** twilio.com/docs/voice/api/call-resource, "Create a Call resource": what the simulator understands of it. */
const parameters: Readonly<Record<string, Rule>> = {
  To: () => true,
  From: () => true,
  Url: url,
  Method: method,
  StatusCallback: url,
  StatusCallbackMethod: method,
  StatusCallbackEvent: (values) => values.every((value) => events.has(value)),
  Timeout: seconds(600),
  TimeLimit: seconds(14_400)
}

/** Why a call is not placed, as Twilio would say it. */
const refusalOf = (form: URLSearchParams, numbers: ReadonlyArray<string> | undefined): Wire.ApiError | null => {
  const { callErrors } = Wire
  for (const name of new Set(form.keys())) {
    const rule = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (rule?.(form.getAll(name)) !== true) return Wire.errors.badRequest
  }
  const from = form.get("From") ?? ""
  const to = form.get("To") ?? ""
  if (to === "") return callErrors.toMissing
  if (!E164.test(to)) return Wire.errors.toInvalid
  if (from === "") return callErrors.fromMissing
  if (!E164.test(from) || numbers?.includes(from) === false) return callErrors.fromNotOurs
  return form.get("Url") === null ? callErrors.urlMissing : null
}

export class VoiceApi {
  private readonly options: VoiceApiOptions
  private readonly base: string

  constructor(options: VoiceApiOptions) {
    this.options = options
    this.base = `/2010-04-01/Accounts/${options.accountSid}`
  }

  /** Whether a request is to place a call. */
  places(httpMethod: string, pathname: string): boolean {
    return httpMethod === "POST" && pathname === `${this.base}/Calls.json`
  }

  place(form: URLSearchParams): Outcome {
    const { accountSid, calls, numbers } = this.options
    const refusal = refusalOf(form, numbers)
    if (refusal !== null) return refuse(refusal)
    const call = calls.place({
      from: form.get("From") ?? "",
      to: form.get("To") ?? "",
      url: form.get("Url") ?? "",
      settings: {
        ...(form.get("StatusCallback") === null ? {} : { StatusCallback: form.get("StatusCallback")! }),
        StatusCallbackEvent: form.getAll("StatusCallbackEvent").join(" ") || "completed"
      }
    })
    // As it was when it was taken: Twilio answers before the phone rings.
    const resource = {
      ...VoiceWire.callResource(accountSid, call, call.own),
      status: "queued",
      duration: null,
      end_time: null
    }
    return { answer: (response) => json(response, 201, resource, headers()) }
  }

  /** Whether the request was for this, and is answered. */
  handle(httpMethod: string, response: ServerResponse, asked: URL): boolean {
    if (!asked.pathname.startsWith(`${this.base}/`)) return false
    const path = asked.pathname.slice(this.base.length)
    if (httpMethod === "GET" && path === "/Calls.json") return this.listCalls(response, asked)
    if (httpMethod === "GET" && path === "/Recordings.json") return this.listRecordings(response, asked)
    const [, collection, sid = "", rest = ""] = /^\/(Calls|Recordings)\/([A-Z]{2}[0-9a-f]{32})(.*)$/.exec(path) ?? []
    if (collection === "Calls" && httpMethod === "GET" && rest === ".json") return this.showCall(response, sid)
    if (collection !== "Recordings") return false
    if (httpMethod === "DELETE" && /^(\.json)?$/.test(rest)) return this.deleteRecording(response, sid)
    if (httpMethod !== "GET") return false
    if (rest === "/Transcriptions.json") return this.listTranscriptions(response, asked, sid)
    if (rest === ".json") return this.showRecording(response, sid)
    return /^(\.wav)?$/.test(rest) && this.playRecording(response, sid)
  }

  private listCalls(response: ServerResponse, asked: URL): true {
    const { accountSid, calls } = this.options
    const query = asked.searchParams
    const started = Paging.within(query, "StartTime")
    const ended = Paging.within(query, "EndTime")
    const [to, from, status] = [query.get("To"), query.get("From"), query.get("Status")]
    const shown = calls.legs
      .filter(({ call }) => started(call.createdAt) && ended(call.endedAt))
      .map(({ call, leg }) => VoiceWire.callResource(accountSid, call, leg))
      .filter((call) => (to ?? call.to) === call.to && (from ?? call.from) === call.from)
      .filter((call) => (status ?? call.status) === call.status)
    Paging.answer(response, asked, "calls", shown.toReversed())
    return true
  }

  private showCall(response: ServerResponse, sid: string): true {
    const { accountSid, calls } = this.options
    const found = calls.legs.find(({ leg }) => leg.id === sid)
    if (found === undefined) fail(response, Wire.errors.notFound)
    else json(response, 200, VoiceWire.callResource(accountSid, found.call, found.leg), headers())
    return true
  }

  private listRecordings(response: ServerResponse, asked: URL): true {
    const { accountSid, apiUrl, calls } = this.options
    const created = Paging.within(asked.searchParams, "DateCreated")
    const callSid = asked.searchParams.get("CallSid")
    const shown = calls.recordings.all
      .filter(
        ({ callId, createdAt, state }) => state !== "gone" && created(createdAt) && (callSid ?? callId) === callId
      )
      .map((recording) => VoiceWire.recordingResource(accountSid, recording, apiUrl()))
    Paging.answer(response, asked, "recordings", shown.toReversed())
    return true
  }

  private showRecording(response: ServerResponse, sid: string): true {
    const { accountSid, apiUrl, calls } = this.options
    const recording = calls.recordings.find(sid)
    if (recording === undefined || recording.state === "gone") fail(response, Wire.errors.notFound)
    else json(response, 200, VoiceWire.recordingResource(accountSid, recording, apiUrl()), headers())
    return true
  }

  private playRecording(response: ServerResponse, sid: string): true {
    const recording = this.options.calls.recordings.take(sid)
    if (recording === undefined) {
      fail(response, Wire.errors.notFound)
    } else {
      response.writeHead(200, { ...headers(), "content-type": "audio/x-wav", "content-length": recording.bytes.length })
      response.end(recording.bytes)
    }
    return true
  }

  private deleteRecording(response: ServerResponse, sid: string): true {
    if (this.options.calls.recordings.delete(sid)) response.writeHead(204, headers()).end()
    else fail(response, Wire.errors.notFound)
    return true
  }

  private listTranscriptions(response: ServerResponse, asked: URL, sid: string): true {
    const { accountSid, calls } = this.options
    const recording = calls.recordings.find(sid)
    const shown = recording?.isTranscribed === true ? [VoiceWire.transcriptionResource(accountSid, recording)] : []
    Paging.answer(response, asked, "transcriptions", shown)
    return true
  }
}
