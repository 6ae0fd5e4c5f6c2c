/** Answers of the REST API, with the headers that all of them have. */
import type { ServerResponse } from "node:http"
import * as Wire from "./Wire.ts"

export const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {}
): void => {
  response.writeHead(status, {
    "content-type": "application/json",
    "twilio-request-id": Wire.newSid("RQ"),
    "twilio-request-duration": "0.010",
    "twilio-concurrent-requests": "1",
    ...headers
  })
  response.end(JSON.stringify(body))
}

export const fail = (response: ServerResponse, error: Wire.ApiError, headers: Record<string, string> = {}): void =>
  json(response, error.status, Wire.errorBody(error), headers)
