/**
 * What another process may ask of a running simulator, as JSON: `POST /_simulator/<command>` with the account's
 * credentials. `receive` injects a text; `ledger` reads; `fault`, `callback-fault`, `script` and `clear` steer.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import { Option, Schema } from "effect"
import type { Account } from "./Account.ts"
import { fail, json } from "./ApiAnswer.ts"
import { callbackFaultNames, faultNames, type Faults } from "./Faults.ts"
import type { Ledger } from "./Ledger.ts"
import { endings, type StatusEngine } from "./StatusEngine.ts"
import { errors } from "./Wire.ts"

export const PREFIX = "/_simulator/"

const Times = Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000 })))
const Text = Schema.NonEmptyString

const commands = {
  receive: Schema.Struct({
    from: Text,
    to: Text,
    body: Schema.String,
    media: Schema.optionalKey(Schema.Array(Schema.Struct({ url: Schema.String, contentType: Schema.String }))),
    extra: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
    sid: Schema.optionalKey(Text)
  }),
  /** Only what is from or to a number, when one is given; the newest `limit`. */
  ledger: Schema.Struct({ number: Schema.optionalKey(Text), limit: Times }),
  /** `times` is 1 when not given; `standing` until `clear`. */
  fault: Schema.Struct({
    fault: Schema.Literals(faultNames),
    on: Schema.optionalKey(Schema.Literals(["send", "read"])),
    times: Times,
    standing: Schema.optionalKey(Schema.Boolean)
  }),
  "callback-fault": Schema.Struct({
    fault: Schema.Literals(callbackFaultNames),
    times: Times,
    standing: Schema.optionalKey(Schema.Boolean)
  }),
  script: Schema.Struct({
    to: Text,
    ending: Schema.Literals(endings),
    errorCode: Schema.optionalKey(Schema.Int)
  }),
  clear: Schema.Struct({})
}

export interface ControlApiOptions {
  readonly account: Account
  readonly engine: StatusEngine
  readonly faults: Faults
  readonly ledger: Ledger
}

const read = <S extends Schema.Top & { readonly DecodingServices: never }>(schema: S, body: string): S["Type"] | null =>
  Option.getOrNull(Schema.decodeUnknownOption(Schema.fromJsonString(schema))(body === "" ? "{}" : body))

export class ControlApi {
  private readonly options: ControlApiOptions

  constructor(options: ControlApiOptions) {
    this.options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL, body: string): Promise<void> {
    const command = url.pathname.slice(PREFIX.length)
    if (request.method !== "POST" && command !== "ledger") return fail(response, errors.notFound)
    switch (command) {
      case "receive": {
        const text = read(commands.receive, body)
        return text === null
          ? fail(response, errors.badRequest)
          : json(response, 200, await this.options.account.receive(text))
      }
      case "ledger":
        return this.ledger(response, body)
      case "fault":
      case "callback-fault":
      case "script":
      case "clear":
        return this.steer(command, body) ? json(response, 200, {}) : fail(response, errors.badRequest)
      default:
        return fail(response, errors.notFound)
    }
  }

  private ledger(response: ServerResponse, body: string): void {
    const wanted = read(commands.ledger, body)
    if (wanted === null) return fail(response, errors.badRequest)
    const { limit, number } = wanted
    const { messages, webhooks } = this.options.ledger
    const newest = <A>(entries: ReadonlyArray<A>) => (limit === undefined ? entries : entries.slice(-limit || Infinity))
    json(response, 200, {
      messages: newest(messages.filter(({ from, to }) => number === undefined || from === number || to === number)),
      webhooks: newest(
        webhooks.filter(({ form }) => number === undefined || form.From === number || form.To === number)
      )
    })
  }

  /** Whether the command could be read. */
  private steer(command: "fault" | "callback-fault" | "script" | "clear", body: string): boolean {
    const { engine, faults } = this.options
    switch (command) {
      case "fault": {
        const given = read(commands.fault, body)
        if (given === null) return false
        const { fault, on = "send", standing = false, times = 1 } = given
        if (on === "send" && standing) faults.everySend(fault)
        else if (on === "send") faults.onSend(fault, times)
        else if (standing) faults.everyRead(fault)
        else faults.onRead(fault, times)
        return true
      }
      case "callback-fault": {
        const given = read(commands["callback-fault"], body)
        if (given === null) return false
        if (given.standing === true) faults.callbacks[given.fault] = true
        else faults.onCallback(given.fault, given.times)
        return true
      }
      case "script": {
        const given = read(commands.script, body)
        if (given === null) return false
        engine.script(given.to, given.ending, given.errorCode ?? null)
        return true
      }
      case "clear":
        faults.clear()
        return true
    }
  }
}
