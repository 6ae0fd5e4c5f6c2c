/** The official SDK, loaded when it is first needed and pointed at where the endpoint is. */
import { ProviderFailure } from "@careline/adapter-kit"
import { Effect, Redacted } from "effect"
import type { OpenAI } from "openai"
import type { OpenAiOptions } from "./OpenAiOptions.ts"

export type Client = OpenAI

const load = async ({ apiKey, timeoutMillis, url }: OpenAiOptions): Promise<Client> => {
  const { OpenAI } = await import("openai")
  return new OpenAI({
    baseURL: url,
    // The SDK wants one; where there is none, its header is left out.
    apiKey: apiKey === null ? "none" : Redacted.value(apiKey),
    ...(apiKey === null ? { defaultHeaders: { Authorization: null } } : {}),
    // What the SDK would otherwise read from variables of its own.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    // The SDK's debug log has the answers in it.
    logLevel: "off",
    // Retries are ours to decide, and a redirect would take the recording to somebody else.
    maxRetries: 0,
    fetchOptions: { redirect: "manual" },
    timeout: timeoutMillis
  })
}

/** The client, the same one each time. */
export const make = (options: OpenAiOptions): Effect.Effect<Effect.Effect<Client, ProviderFailure.Failure>> =>
  Effect.cached(Effect.tryPromise({ try: () => load(options), catch: () => ProviderFailure.noClient }))
