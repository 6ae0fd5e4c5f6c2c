/** Errors of the REST API, and the headers that all of its answers have. */
import type { ServerResponse } from "node:http"
import type { Outcome } from "../core/FaultyAnswer.ts"
import { json } from "../core/HttpServer.ts"
import * as Wire from "./Wire.ts"

export const headers = (): Record<string, string> => ({
  "twilio-request-id": Wire.newSid("RQ"),
  "twilio-request-duration": "0.010",
  "twilio-concurrent-requests": "1"
})

export const fail = (response: ServerResponse, error: Wire.ApiError, more: Record<string, string> = {}): void =>
  json(response, error.status, Wire.errorBody(error), { ...headers(), ...more })

export const refuse = (error: Wire.ApiError): Outcome => ({ refusal: (response) => fail(response, error) })
