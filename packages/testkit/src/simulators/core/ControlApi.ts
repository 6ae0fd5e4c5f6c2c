/**
 * What another process may ask of a running simulator, as JSON: `POST /_simulator/<command>` with its control token as the
 * bearer. `receive` injects a text and `call` a call, which ends before its answer; `ledger` and `calls` read; `own`
 * makes a number ours; `fault`, `report`, `signing`, `script`, `whenCalled`, `voiceFault` and `clear` steer.
 */
import { timingSafeEqual } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import { Option, Schema } from "effect"
import { type Incoming, json } from "./HttpServer.ts"
import * as Scenario from "./Scenario.ts"
import type { Simulator } from "./Simulator.ts"
import { type InboundCall, type Voice, voiceFaults } from "./Voice.ts"

const PREFIX = "/_simulator/"

const Times = Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000 })))
const Text = Schema.NonEmptyString
/** `times` is 1 when not given; `standing` until `clear`. */
const repeated = { times: Times, standing: Schema.optionalKey(Schema.Boolean) }

const Receive = Schema.Struct({
  from: Text,
  to: Text,
  body: Schema.String,
  media: Schema.optionalKey(Schema.Array(Schema.Struct({ url: Schema.String, contentType: Schema.String }))),
  extra: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  id: Schema.optionalKey(Text)
})
/** Only messages from or to a number, when one is given; the newest `limit`. */
const LedgerQuery = Schema.Struct({ number: Schema.optionalKey(Text), limit: Times })

const Seconds = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 14_400 }))
const onThePhone = {
  keys: Schema.optionalKey(Schema.Array(Schema.NullOr(Schema.String))),
  speaks: Schema.optionalKey(Seconds),
  says: Schema.optionalKey(Schema.NullOr(Schema.String)),
  hangsUpAtOnce: Schema.optionalKey(Schema.Boolean)
}
const Call = Schema.Struct({ from: Schema.NullOr(Text), to: Text, ...onThePhone })

type Steer = (simulator: Simulator) => void

const steering = {
  fault: Schema.Struct({
    fault: Schema.Literals(Scenario.requestFaults),
    on: Schema.optionalKey(Schema.Literals(["send", "read"])),
    ...repeated
  }).pipe((schema) => ({
    schema,
    apply:
      ({ fault, on = "send", standing = false, times = 1 }: typeof schema.Type): Steer =>
      ({ faults }) => {
        if (on === "send") return standing ? faults.everySend(fault) : faults.onSend(fault, times)
        return standing ? faults.everyRead(fault) : faults.onRead(fault, times)
      }
  })),
  report: Schema.Struct({ report: Schema.Literals(Scenario.reportings), ...repeated }).pipe((schema) => ({
    schema,
    apply:
      ({ report, standing = false, times = 1 }: typeof schema.Type): Steer =>
      ({ faults }) =>
        standing ? faults.allReports(report) : faults.onReports(report, times)
  })),
  signing: Schema.Struct({ signing: Schema.Literals(Scenario.signings), ...repeated }).pipe((schema) => ({
    schema,
    apply:
      ({ signing, standing = false, times = 1 }: typeof schema.Type): Steer =>
      ({ faults }) =>
        standing ? faults.everySigning(signing) : faults.onSigning(signing, times)
  })),
  script: Schema.Struct({
    to: Text,
    ending: Schema.Literals(Scenario.endings),
    errorCode: Schema.optionalKey(Text)
  }).pipe((schema) => ({
    schema,
    apply:
      ({ ending, errorCode, to }: typeof schema.Type): Steer =>
      (simulator) =>
        simulator.script(to, ending, errorCode)
  })),
  own: Schema.Struct({ number: Text }).pipe((schema) => ({
    schema,
    apply:
      ({ number }: typeof schema.Type): Steer =>
      ({ numbers }) =>
        numbers?.own(number)
  })),
  whenCalled: Schema.Struct({
    number: Text,
    answering: Schema.Literals(["answers", "busy", "no_answer", "failed"]),
    talks: Schema.optionalKey(Seconds),
    ...onThePhone
  }).pipe((schema) => ({
    schema,
    apply:
      ({ number, ...callee }: typeof schema.Type): Steer =>
      ({ voice }) =>
        voice?.whenCalled(number, callee)
  })),
  voiceFault: Schema.Struct({ fault: Schema.Literals(voiceFaults) }).pipe((schema) => ({
    schema,
    apply:
      ({ fault }: typeof schema.Type): Steer =>
      ({ voice }) =>
        voice?.onCall(fault)
  })),
  clear: Schema.Struct({}).pipe((schema) => ({
    schema,
    apply:
      (): Steer =>
      ({ faults }) =>
        faults.clear()
  }))
}

const read = <S extends Schema.Top & { readonly DecodingServices: never }>(schema: S, body: string): S["Type"] | null =>
  Option.getOrNull(Schema.decodeUnknownOption(Schema.fromJsonString(schema))(body === "" ? "{}" : body))

const problem = (response: ServerResponse, status: number, title: string): void => json(response, status, { title })

const isLetIn = (request: IncomingMessage, controlToken: string): boolean => {
  const given = Buffer.from(request.headers.authorization ?? "")
  const wanted = Buffer.from(`Bearer ${controlToken}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

const ledgerOf = ({ ledger }: Simulator, { limit, number }: typeof LedgerQuery.Type) => {
  const newest = <A>(entries: ReadonlyArray<A>) => (limit === undefined ? entries : entries.slice(-limit || Infinity))
  return {
    messages: newest(
      ledger.messages.filter(({ from, to }) => number === undefined || from === number || to === number)
    ),
    webhooks: newest(ledger.webhooks)
  }
}

/** The newest `limit` calls. */
const CallsQuery = Schema.Struct({ limit: Times })

/** Somebody calls, or what became of all who did. */
const answerOfVoice = async (
  voice: Voice | null,
  command: "call" | "calls",
  body: string,
  response: ServerResponse
) => {
  if (voice === null) return problem(response, 404, "The simulator has no calls")
  if (command === "call") {
    const call = read(Call, body)
    if (call === null) return problem(response, 400, "Not a call")
    return json(response, 200, await voice.call(call satisfies InboundCall))
  }
  const query = read(CallsQuery, body)
  if (query === null) return problem(response, 400, "Not a query")
  json(response, 200, { calls: voice.traces.slice(-(query.limit ?? voice.traces.length) || Infinity) })
}

const steer = (simulator: Simulator, command: keyof typeof steering, body: string): boolean => {
  const { apply, schema } = steering[command] as (typeof steering)["fault"]
  const given = read(schema, body)
  if (given === null) return false
  apply(given)(simulator)
  return true
}

/** Answers a request for the control API; `false` for any other request. */
export const handle = async (
  simulator: Simulator,
  { body, request, url }: Incoming,
  response: ServerResponse
): Promise<boolean> => {
  if (!url.pathname.startsWith(PREFIX)) return false
  if (!isLetIn(request, simulator.controlToken)) {
    problem(response, 401, "The control token is wrong")
    return true
  }
  const command = url.pathname.slice(PREFIX.length)
  if (command === "receive") {
    const text = read(Receive, body ?? "")
    if (text === null) problem(response, 400, "Not a text")
    else json(response, 200, await simulator.receive(text))
  } else if (command === "ledger") {
    const query = read(LedgerQuery, body ?? "")
    if (query === null) problem(response, 400, "Not a query")
    else json(response, 200, ledgerOf(simulator, query))
  } else if (command === "call" || command === "calls") {
    await answerOfVoice(simulator.voice, command, body ?? "", response)
  } else if (Object.hasOwn(steering, command)) {
    const taken = steer(simulator, command as keyof typeof steering, body ?? "")
    if (taken) json(response, 200, {})
    else problem(response, 400, "The command cannot be read")
  } else {
    problem(response, 404, "No such command")
  }
  return true
}
