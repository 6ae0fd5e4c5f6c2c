/**
 * What an operator set up at Vonage, as its APIs show it: the application (Application API v2) and its numbers (Numbers API,
 * on another host at Vonage, with another form of errors). Sources: developer.vonage.com/api/application.v2, /api/numbers.
 */
import { createPublicKey } from "node:crypto"
import type { ServerResponse } from "node:http"
import { json } from "../core/HttpServer.ts"
import * as Wire from "./Wire.ts"

/** Fields that are different from the usual, as they stand on the wire. */
export type Fields = Readonly<Record<string, unknown>>

export interface SetupOptions {
  readonly applicationId: string
  readonly privateKey: string
  readonly statusUrl: string
  readonly numbers?: ReadonlyArray<string> | undefined
  /** The public key that the application is registered with, as a PEM; that of `privateKey` when not given. */
  readonly publicKey?: string | undefined
  readonly messagesFields?: Fields | undefined
  /** Without an answer URL the application has no Voice capability. */
  readonly voiceUrl?: string | undefined
  readonly voiceFallbackUrl?: string | undefined
  readonly callStatusUrl?: string | undefined
  readonly answerMethod?: "GET" | "POST" | undefined
  readonly voiceFields?: Fields | undefined
  readonly authenticatesMedia?: boolean | undefined
  readonly applicationFields?: Fields | undefined
  /** By number, in E.164. */
  readonly numberFields?: Readonly<Record<string, Fields>> | undefined
}

const DEFAULT_SIZE = 10
const MAX_SIZE = 100

const naturalOf = (text: string | null, otherwise: number): number =>
  text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : otherwise

/** The Numbers API's own form of errors. */
export const refuseNumbers = (response: ServerResponse): void =>
  json(response, 401, { "error-code": "401", "error-code-label": "authentication failed" })

export const NUMBERS = "/account/numbers"
const APPLICATIONS = "/v2/applications/"

/** Whether a path is one of these. */
export const isSetup = (path: string): boolean => path === NUMBERS || path.startsWith(APPLICATIONS)

export class Setup {
  private readonly options: SetupOptions
  private readonly inboundUrl: () => string

  /** `inboundUrl` is where texts are delivered now. */
  constructor(options: SetupOptions, inboundUrl: () => string) {
    this.options = options
    this.inboundUrl = inboundUrl
  }

  /** The application with this path; `null` for another one. */
  application(path: string): object | null {
    const { applicationFields, applicationId, messagesFields, privateKey, statusUrl } = this.options
    if (path !== APPLICATIONS + applicationId) return null
    const publicKey =
      this.options.publicKey ?? createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString()
    return {
      id: applicationId,
      name: "Simulated",
      keys: { public_key: publicKey },
      capabilities: {
        messages: {
          webhooks: {
            inbound_url: { address: this.inboundUrl(), http_method: "POST" },
            status_url: { address: statusUrl, http_method: "POST" }
          },
          version: "v1",
          authenticate_inbound_media: this.options.authenticatesMedia ?? false,
          ...messagesFields
        },
        ...this.voice()
      },
      privacy: { improve_ai: false },
      _links: { self: { href: path } },
      ...applicationFields
    }
  }

  private voice(): object {
    const { answerMethod = "POST", callStatusUrl, voiceFallbackUrl, voiceFields, voiceUrl } = this.options
    if (voiceUrl === undefined) return {}
    const webhook = (address: string | undefined, method: string) =>
      address === undefined
        ? undefined
        : { address, http_method: method, connection_timeout: 1_000, socket_timeout: 5_000 }
    return {
      voice: {
        webhooks: {
          answer_url: webhook(voiceUrl, answerMethod),
          fallback_answer_url: webhook(voiceFallbackUrl, answerMethod),
          event_url: webhook(callStatusUrl, "POST")
        },
        signed_callbacks: true,
        conversations_ttl: 48,
        region: "na-east",
        ...voiceFields
      }
    }
  }

  /** Without any number not even the list is there. */
  numbers(query: URLSearchParams): object {
    const { applicationId, numberFields = {}, numbers = [] } = this.options
    const wanted = query.get("application_id")
    const owned = wanted === null || wanted === applicationId ? numbers : []
    if (owned.length === 0) return {}
    const size = Math.min(naturalOf(query.get("size"), DEFAULT_SIZE), MAX_SIZE)
    const index = naturalOf(query.get("index"), 1)
    return {
      count: owned.length,
      numbers: owned.slice((index - 1) * size, index * size).map((number) => ({
        country: "US",
        msisdn: Wire.digitsOf(number),
        type: "mobile-lvn",
        features: ["VOICE", "SMS", "MMS"],
        app_id: applicationId,
        ...numberFields[number]
      }))
    }
  }
}
