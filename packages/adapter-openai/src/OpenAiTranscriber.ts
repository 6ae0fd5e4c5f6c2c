/** The Transcriber port on a speech endpoint that speaks OpenAI's API, over the official SDK. */
import { ProviderFailure } from "@careline/adapter-kit"
import { Transcriber, TranscriberError } from "@careline/ports"
import { type Config, Effect, Layer, Option } from "effect"
import { toTranscript } from "./Answer.ts"
import { inspect, toError } from "./Failure.ts"
import * as OpenAiClient from "./OpenAiClient.ts"
import { config } from "./OpenAiConfig.ts"
import type { OpenAiOptions } from "./OpenAiOptions.ts"
import { fileName, languageCode } from "./Upload.ts"

const late = new TranscriberError({ message: "no answer in time", isRetryable: true })

/** The SDK is loaded by the first recording, not here. */
export const make = Effect.fnUntraced(function* (options: OpenAiOptions): Effect.fn.Return<Transcriber["Service"]> {
  const { model, timeoutMillis } = options
  const client = yield* OpenAiClient.make(options)
  return {
    transcribe: Effect.fn("OpenAiTranscriber.transcribe")(
      function* ({ bytes, contentType, language }) {
        const sdk = yield* client
        const code = languageCode(language)
        const answer: unknown = yield* Effect.tryPromise({
          try: (signal) =>
            sdk.audio.transcriptions.create(
              {
                file: new File([new Uint8Array(bytes)], fileName(contentType), { type: contentType }),
                model,
                response_format: "verbose_json",
                ...(code === null ? {} : { language: code })
              },
              { signal }
            ),
          catch: inspect
        })
        return yield* Option.match(toTranscript(answer), {
          onNone: () => Effect.fail(ProviderFailure.unreadable),
          onSome: Effect.succeed
        })
      },
      Effect.mapError(toError),
      // The SDK's own ends with the first byte of the answer.
      Effect.timeoutOrElse({ duration: timeoutMillis, orElse: () => Effect.fail(late) })
    )
  }
})

export const layer = (options: OpenAiOptions): Layer.Layer<Transcriber> => Layer.effect(Transcriber, make(options))

/** Configured by the environment: see `OpenAiConfig`. */
export const layerConfig: Layer.Layer<Transcriber, Config.ConfigError> = Layer.effect(
  Transcriber,
  Effect.flatMap(config, make)
)
