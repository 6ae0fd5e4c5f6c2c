/** Careline's Transcriber port on any OpenAI-compatible speech endpoint. */
export { config } from "./OpenAiConfig.ts"
export { DEFAULT_TIMEOUT_MILLIS, type OpenAiOptions } from "./OpenAiOptions.ts"
export * as OpenAiTranscriber from "./OpenAiTranscriber.ts"
