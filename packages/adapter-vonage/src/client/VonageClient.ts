/** Loads the official SDK when it is first needed, and points it at Vonage. */
import { ProviderFailure } from "@careline/adapter-kit"
import { Effect, Redacted } from "effect"
import * as PrivateKey from "./PrivateKey.ts"
import type { VonageSettings } from "./VonageOptions.ts"

/**
 * What is used of the SDK. Its types know neither an MMS with several attachments nor a report by id, and promise an
 * answer that is only there when Vonage gave it. Its way to fetch a file writes it to the disk, knows no limit and refuses
 * any proxy: of it only the token is used.
 */
export interface Client {
  readonly messages: { readonly send: (message: object) => Promise<{ readonly messageUUID?: unknown }> }
  readonly reports: { readonly getRecords: (query: Readonly<Record<string, string>>) => Promise<unknown> }
  readonly applications: { readonly getApplication: (id: string) => Promise<unknown> }
  readonly voice: {
    readonly createOutboundCall: (call: object) => Promise<unknown>
    /** One page, as it is on the wire. */
    readonly getCallsPage: (query: object) => Promise<unknown>
  }
  /** The `Authorization` of the application, for a while. */
  readonly bearer: () => Promise<string>
  readonly numbers: {
    readonly getOwnedNumbers: (filter: object) => Promise<unknown>
    readonly getAvailableNumbers: (filter: object) => Promise<unknown>
    readonly buyNumber: (order: object) => Promise<unknown>
    readonly cancelNumber: (number: object) => Promise<unknown>
    readonly updateNumber: (change: object) => Promise<unknown>
  }
}

const origin = (baseUrl: string): string => baseUrl.replace(/\/+$/, "")

const NO_DEBUG_LOG = "-*vonage*"

/** The SDK's debug log holds the private key and every text. `debug` reads the environment when it is first loaded. */
const silenceDebugLog = (): void => {
  const { DEBUG = "" } = process.env
  if (DEBUG !== "" && !DEBUG.includes(NO_DEBUG_LOG)) process.env.DEBUG = `${DEBUG},${NO_DEBUG_LOG}`
}

const load = async (options: VonageSettings): Promise<Client> => {
  const privateKey = Redacted.value(options.privateKey)
  // The SDK would notice at the send, by an error that does not say whether the message left.
  if (!PrivateKey.isUsable(privateKey)) throw new Error("the private key cannot sign")
  silenceDebugLog()
  const { Vonage } = await import("@vonage/server-sdk")
  const { apiBaseUrl, apiKey, applicationId, restBaseUrl, timeoutMillis } = options
  const sdk = new Vonage(
    { apiKey, apiSecret: Redacted.value(options.apiSecret), applicationId, privateKey },
    {
      // The SDK has no limit of its own.
      timeout: timeoutMillis,
      ...(apiBaseUrl === null ? {} : { apiHost: origin(apiBaseUrl) }),
      ...(restBaseUrl === null ? {} : { restHost: origin(restBaseUrl) })
    }
  )
  for (const product of [sdk.messages, sdk.reports, sdk.applications, sdk.numbers, sdk.voice]) {
    const prepare = product["prepareRequest"].bind(product)
    // A redirect would repeat the message somewhere else. The SDK cannot be told so, but hands this on to `fetch`.
    product["prepareRequest"] = async (request) => {
      const prepared = await prepare(request)
      return Object.assign(prepared, { url: new Request(prepared.url, { redirect: "manual" }) })
    }
  }
  const client: Omit<Client, "bearer"> = sdk as unknown as Client
  const { applications, messages, numbers, reports, voice } = client
  const authenticate = sdk.voice.addAuthenticationToRequest.bind(sdk.voice)
  const bearer = async () => {
    const { headers } = await authenticate({} as Parameters<typeof authenticate>[0])
    return String(headers?.Authorization)
  }
  return { applications, messages, numbers, reports, voice, bearer }
}

/** The client, the same one each time. */
export const make = (options: VonageSettings): Effect.Effect<Effect.Effect<Client, ProviderFailure.Failure>> =>
  Effect.cached(Effect.tryPromise({ try: () => load(options), catch: () => ProviderFailure.noClient }))
