/** Calls in Vonage's REST API, and its files: developer.vonage.com/api/voice, /voice/voice-api/guides/recording. */
import type { ServerResponse } from "node:http"
import type { CallEngine } from "../core/CallEngine.ts"
import type { Outcome } from "../core/FaultyAnswer.ts"
import { json, naturalOf } from "../core/HttpServer.ts"
import type { LiveCall, LiveLeg } from "../core/LiveCall.ts"
import type { Reporting } from "./Ncco.ts"
import * as VoiceWire from "./VoiceWire.ts"
import type { VoiceWebhooks } from "./VoiceWebhooks.ts"
import * as Wire from "./Wire.ts"

export interface VoiceApiOptions {
  readonly calls: CallEngine<Reporting>
  readonly webhooks: VoiceWebhooks
  /** Numbers that may call; any may when not given. */
  readonly numbers?: ReadonlyArray<string> | undefined
}

export const CALLS = "/v1/calls"
const FILES = "/v1/files/"

const MAX_PAGE = 100
const DEFAULT_PAGE = 10

type Rule = (value: unknown) => boolean

const isUrls: Rule = (value) =>
  Array.isArray(value) && value.length === 1 && /^https?:\/\/[^/]+\/\S*$/.test(String(value[0]))
const isMethod: Rule = (value) => value === "GET" || value === "POST"
const seconds =
  (maximum: number): Rule =>
  (value) =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= maximum
const isPhone: Rule = (value) =>
  typeof value === "object" &&
  value !== null &&
  "type" in value &&
  value.type === "phone" &&
  "number" in value &&
  /^[1-9]\d{6,14}$/.test(String(value.number)) &&
  Object.keys(value).length === 2

/** developer.vonage.com/api/voice, "Create an outbound call": what the simulator understands of it. */
const fields: Readonly<Record<string, Rule>> = {
  to: (value) => Array.isArray(value) && value.length === 1 && isPhone(value[0]),
  from: isPhone,
  answer_url: isUrls,
  answer_method: isMethod,
  event_url: isUrls,
  event_method: (value) => value === "POST",
  ringing_timer: seconds(120),
  length_timer: seconds(86_400)
}

interface CreateCall {
  readonly to: readonly [{ readonly number: string }]
  readonly from: { readonly number: string }
  readonly answer_url: readonly [string]
  readonly event_url?: readonly [string]
}

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

const readCall = (body: string): CreateCall | null => {
  const given = parse(body)
  if (typeof given !== "object" || given === null) return null
  const isKnown = Object.entries(given).every(([name, value]) => Object.hasOwn(fields, name) && fields[name]!(value))
  return isKnown && ["to", "from", "answer_url"].every((name) => name in given) ? (given as CreateCall) : null
}

const timeOf = (text: string | null, otherwise: number): number => (text === null ? otherwise : Date.parse(text))

export class VoiceApi {
  private readonly options: VoiceApiOptions

  constructor(options: VoiceApiOptions) {
    this.options = options
  }

  /** Whether a path is one of these. */
  static handles(path: string): boolean {
    return path === CALLS || path.startsWith(`${CALLS}/`) || path.startsWith(FILES)
  }

  place(body: string): Outcome {
    const { calls, numbers } = this.options
    const request = readCall(body)
    const from = `+${request?.from.number}`
    if (request === null || numbers?.includes(from) === false) {
      return { refusal: (response) => Wire.failVoice(response, Wire.voiceProblems.badRequest) }
    }
    const call = calls.place({
      from,
      to: `+${request.to[0].number}`,
      url: request.answer_url[0],
      settings: request.event_url === undefined ? {} : { event_url: request.event_url[0] }
    })
    const uuid = VoiceWire.uuidOf(call, call.own)
    const placed = { uuid, status: "started", direction: "outbound", conversation_uuid: call.id }
    return { answer: (response) => json(response, 201, placed) }
  }

  /** What is only asked for. */
  show(response: ServerResponse, { pathname, searchParams }: URL): void {
    if (pathname.startsWith(FILES)) return this.file(response, pathname.slice(FILES.length))
    if (pathname === CALLS) return this.list(response, searchParams)
    const uuid = pathname.slice(CALLS.length + 1)
    const found = this.options.calls.legs.find(({ call, leg }) => VoiceWire.uuidOf(call, leg) === uuid)
    if (found === undefined) return Wire.failVoice(response, Wire.voiceProblems.notFound)
    json(response, 200, this.resource(found))
  }

  private resource({ call, leg }: { readonly call: LiveCall; readonly leg: LiveLeg }) {
    return VoiceWire.resource(call, leg, this.options.webhooks.wasAnswered(leg))
  }

  private list(response: ServerResponse, query: URLSearchParams): void {
    const size = naturalOf(query.get("page_size"), DEFAULT_PAGE)
    const index = naturalOf(query.get("record_index"), 0)
    if (size < 1 || size > MAX_PAGE) return Wire.failVoice(response, Wire.voiceProblems.badRequest)
    const start = timeOf(query.get("date_start"), 0)
    const end = timeOf(query.get("date_end"), Infinity)
    const conversation = query.get("conversation_uuid")
    const status = query.get("status")
    const found = this.options.calls.legs
      .filter(({ call }) => call.createdAt.getTime() >= start && call.createdAt.getTime() < end)
      .filter(({ call }) => (conversation ?? call.id) === call.id)
      .map((one) => this.resource(one))
      .filter((one) => (status ?? one.status) === one.status)
    const ordered = query.get("order") === "desc" ? found.toReversed() : found
    json(response, 200, {
      count: ordered.length,
      page_size: size,
      record_index: index,
      _links: { self: { href: `${CALLS}?${query}` } },
      _embedded: { calls: ordered.slice(index, index + size) }
    })
  }

  private file(response: ServerResponse, id: string): void {
    const recording = this.options.calls.recordings.take(id)
    if (recording === undefined) return Wire.failVoice(response, Wire.voiceProblems.notFound)
    response.writeHead(200, { "content-type": "audio/wav", "content-length": recording.bytes.length })
    response.end(recording.bytes)
  }
}
