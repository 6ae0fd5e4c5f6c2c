/**
 * What an operator set up at Vonage, as its API shows it: the application (Application API v2). Source:
 * developer.vonage.com/api/application.v2.
 */
import { createPublicKey } from "node:crypto"
import type { Fields } from "../core/NumberMarket.ts"

export interface SetupOptions {
  readonly applicationId: string
  readonly privateKey: string
  readonly statusUrl: string
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
}

const APPLICATIONS = "/v2/applications/"

/** Whether a path is an application's. */
export const isSetup = (path: string): boolean => path.startsWith(APPLICATIONS)

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
}
