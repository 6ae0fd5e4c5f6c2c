/** What a fault looks like on the wire. */
import type { ServerResponse } from "node:http"
import { fail, json } from "./ApiAnswer.ts"
import type { SendFault } from "./Faults.ts"
import * as Wire from "./Wire.ts"

export const RETRY_AFTER_SECONDS = 1
/** Shorter than any client's patience between two bytes. */
const DRIP_MILLIS = 20

/** The simulator's owner closes what hangs: on `close`, or when the client gives up. */
const hang = (): true => true

const reset = (response: ServerResponse): true => {
  response.socket?.resetAndDestroy()
  return true
}

/** A body that never ends, and never pauses for long. */
const drip = (response: ServerResponse): true => {
  response.writeHead(201, { "content-type": "application/json" })
  const timer = setInterval(() => response.write(" "), DRIP_MILLIS)
  response.once("close", () => clearInterval(timer))
  return true
}

/** Answers with a fault that strikes before a message is taken; `false` when it strikes after. */
export const before = (response: ServerResponse, fault: SendFault): boolean => {
  switch (fault) {
    case "rateLimited":
      fail(response, Wire.errors.tooMany, { "retry-after": String(RETRY_AFTER_SECONDS) })
      return true
    case "rateLimitedBare":
      fail(response, Wire.errors.tooMany)
      return true
    case "unauthorised":
      fail(response, Wire.errors.authenticate)
      return true
    case "serverError":
      fail(response, Wire.errors.server)
      return true
    case "unavailable":
      fail(response, Wire.errors.unavailable)
      return true
    case "badGateway":
      response.writeHead(502, { "content-type": "text/html" })
      response.end("<html><body>502 Bad Gateway</body></html>")
      return true
    case "redirect":
      response.writeHead(307, { location: "/elsewhere" })
      response.end()
      return true
    case "hang":
      return hang()
    case "reset":
      return reset(response)
    default:
      return false
  }
}

/** Answers with a fault that strikes after a message was taken; `false` when it strikes before. */
export const after = (response: ServerResponse, fault: SendFault): boolean => {
  switch (fault) {
    case "serverErrorAfter":
      fail(response, Wire.errors.server)
      return true
    case "hangAfter":
      return hang()
    case "resetAfter":
      return reset(response)
    case "garbageAfter":
      response.writeHead(201, { "content-type": "application/json" })
      response.end("<html>not json")
      return true
    case "emptyAfter":
      json(response, 200, {})
      return true
    case "slowAfter":
      return drip(response)
    default:
      return false
  }
}
