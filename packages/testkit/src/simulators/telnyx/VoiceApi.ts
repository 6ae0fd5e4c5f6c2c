/** Calls and recordings in Telnyx's REST API: developers.telnyx.com/api-reference/texml-rest-commands and /call-recordings. */
import type { ServerResponse } from "node:http"
import { Option, Schema } from "effect"
import type { CallEngine } from "../core/CallEngine.ts"
import type { Outcome } from "../core/FaultyAnswer.ts"
import { json, naturalOf } from "../core/HttpServer.ts"
import type { KeptRecording } from "../core/Recordings.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"
import type { Reporting } from "../core/Twiml.ts"
import * as Paging from "./Paging.ts"
import type { SignedLinks } from "./SignedLinks.ts"
import * as VoiceWire from "./VoiceWire.ts"
import * as Wire from "./Wire.ts"

export interface VoiceApiOptions extends VoiceWire.VoiceAccount {
  readonly calls: CallEngine<Reporting>
  readonly links: SignedLinks
  readonly numbers?: ReadonlyArray<string> | undefined
}

const seconds = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const Url = Schema.String.check(Schema.isPattern(/^https?:\/\/[^/?#_\s]+\/\S*$/))
const POST = Schema.Literals(["POST"])

/** "Create a connection-scoped TeXML call", with what "Initiate an outbound call" has beside it. Names are case-sensitive. */
const PlaceRequest = Schema.Struct({
  From: Schema.String,
  To: Schema.String,
  Url,
  Method: POST,
  StatusCallback: Schema.optionalKey(Url),
  StatusCallbackMethod: Schema.optionalKey(POST),
  StatusCallbackEvent: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^(initiated|ringing|answered|completed| )+$/))
  ),
  Timeout: Schema.optionalKey(seconds(5, 120)),
  TimeLimit: Schema.optionalKey(seconds(30, 14_400))
})
const decodePlace = Schema.decodeUnknownOption(Schema.fromJsonString(PlaceRequest), { onExcessProperty: "error" })

const E164 = /^\+[1-9]\d{6,14}$/

/** What became of a request that only asks or deletes. */
type Answered = { readonly status: number; readonly body: unknown } | null

const found = (body: unknown): Answered => ({ status: 200, body })
const notFound: Answered = { status: Wire.errors.notFound.status, body: Wire.errorBody(Wire.errors.notFound) }

export class VoiceApi {
  private readonly options: VoiceApiOptions

  constructor(options: VoiceApiOptions) {
    this.options = options
  }

  /** Whether a request is to place a call. */
  places(method: string, path: string): boolean {
    return method === "POST" && path === `/texml/calls/${this.options.connectionId}`
  }

  place(body: string): Outcome {
    const { calls, numbers } = this.options
    const request = Option.getOrNull(decodePlace(body))
    if (request === null) return Wire.refuse(Wire.errors.badRequest)
    const { From: from, To: to } = request
    if (!E164.test(to) || !E164.test(from)) return Wire.refuse(Wire.callErrors.notE164)
    if (numbers?.includes(from) === false) return Wire.refuse(Wire.callErrors.notAllowed)
    const call = calls.place({
      from,
      to,
      url: request.Url,
      settings: {
        ...(request.StatusCallback === undefined ? {} : { StatusCallback: request.StatusCallback }),
        StatusCallbackEvent: request.StatusCallbackEvent ?? "completed"
      }
    })
    return { answer: (response) => json(response, 200, { call_sid: call.id, from, to, status: "queued" }) }
  }

  /** Whether the request was for this, and is answered. `path` is without the version. */
  handle(method: string, response: ServerResponse, path: string, query: URLSearchParams): boolean {
    if (path === "/recordings" && method === "GET") {
      Paging.answer(response, query, this.recordings(query))
      return true
    }
    if (path === "/recording_transcriptions" && method === "GET") {
      Paging.answer(response, query, this.transcriptions(query))
      return true
    }
    const answered = this.one(method, path, query)
    if (answered === null) return false
    json(response, answered.status, answered.body)
    return true
  }

  private one(method: string, path: string, query: URLSearchParams): Answered {
    const texml = `/texml/Accounts/${this.options.accountSid}/Calls`
    if (method === "GET" && path === texml) return found(this.listed(texml, query))
    if (method === "GET" && path.startsWith(`${texml}/`)) {
      return this.call(decodeURIComponent(path.slice(texml.length + 1)))
    }
    const [, recording] = /^\/recordings\/([^/]+)$/.exec(path) ?? []
    if (recording === undefined) return null
    return method === "DELETE" ? this.deleted(recording) : this.recording(recording)
  }

  private call(sid: string): Answered {
    const one = this.options.calls.legs.find(({ leg }) => leg.id === sid)
    return one === undefined ? notFound : found(VoiceWire.callResource(this.options, one.call, one.leg))
  }

  /** Newest first. Ends are compared by their day, which is not one of those that are listed. */
  private listed(texml: string, query: URLSearchParams) {
    const [after, before] = [query.get("EndTime_gt"), query.get("EndTime_lt")]
    const size = naturalOf(query.get("PageSize"), 20) || 20
    const page = naturalOf(query.get("Page"), 0)
    const matching = this.options.calls.legs
      .filter(({ call }) => {
        const day = call.endedAt?.toISOString().slice(0, 10) ?? ""
        return (after === null || day > after) && (before === null || (day !== "" && day < before))
      })
      .map(({ call, leg }) => VoiceWire.callResource(this.options, call, leg))
      .toReversed()
    const pathOf = (number: number, token: string) =>
      `/v2${texml}.json?${new URLSearchParams({ Page: String(number), PageSize: String(size), PageToken: token })}`
    // A page that is not the first is asked for by its token.
    const start = page === 0 ? 0 : naturalOf(query.get("PageToken"), matching.length)
    const end = start + size
    return {
      calls: matching.slice(start, end),
      page,
      page_size: size,
      start,
      end: Math.min(end, matching.length) - 1,
      first_page_uri: pathOf(0, "0"),
      next_page_uri: end < matching.length ? pathOf(page + 1, String(end)) : null,
      uri: pathOf(page, String(start))
    }
  }

  private resourceOf(recording: KeptRecording) {
    const { calls, links } = this.options
    return VoiceWire.recordingResource(
      this.options,
      calls.find(recording.callId),
      recording,
      links.to(recording.id, SimulatedTime.now())
    )
  }

  private recordings(query: URLSearchParams) {
    const { calls, connectionId } = this.options
    const created = Paging.within(query, "created_at")
    if ((query.get("filter[connection_id]") ?? connectionId) !== connectionId) return []
    return calls.recordings.all
      .filter(({ createdAt, state }) => state !== "gone" && state !== "lost" && created(createdAt))
      .map((recording) => this.resourceOf(recording))
      .toReversed()
  }

  private recording(id: string): Answered {
    const recording = this.options.calls.recordings.take(id)
    return recording === undefined ? notFound : found({ data: this.resourceOf(recording) })
  }

  private deleted(id: string): Answered {
    const { recordings } = this.options.calls
    const recording = recordings.find(id)
    if (recording === undefined || !recordings.delete(id)) return notFound
    return found({ data: this.resourceOf(recording) })
  }

  /** What could not be made out is in no list. */
  private transcriptions(query: URLSearchParams) {
    const of = query.get("filter[recording_id]")
    return this.options.calls.recordings.all
      .filter(({ id, isTranscribed, words }) => isTranscribed && words !== null && (of ?? id) === id)
      .map((recording) => VoiceWire.transcriptionResource(recording))
  }
}
