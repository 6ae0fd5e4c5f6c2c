/** What a host shows of itself beside its answers: log lines, and metrics, traces and logs to a collector. */
import { ProviderConfig } from "@careline/adapter-kit"
import { VERSION } from "@careline/http-hono"
import { ConfigProvider, Effect, Layer, Logger, References, Schema } from "effect"
import { FetchHttpClient } from "effect/http"
import { Otlp, OtlpSerialization } from "effect/observability"
import type { HostConfig } from "../config/HostConfig.ts"

/** Structured lines, from the given level on. */
export const logging = (config: HostConfig) =>
  Layer.merge(Logger.layer([Logger.consoleJson]), Layer.succeed(References.MinimumLogLevel, config.logLevel))

/** An endpoint is enough, as the specification has it: Effect's exporters want to be named as well. */
const exporters = ConfigProvider.layerAdd(
  ConfigProvider.fromEnvRecord({
    OTEL_LOGS_EXPORTER: "otlp",
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_TRACES_EXPORTER: "otlp"
  })
)

/** To the collector that the environment names (OTEL_EXPORTER_OTLP_ENDPOINT and its like), if it does. What is left goes as the host ends. */
const collector = Layer.unwrap(
  Effect.map(ProviderConfig.optional("OTEL_EXPORTER_OTLP_ENDPOINT", Schema.String), (endpoint) =>
    endpoint === null
      ? Layer.empty
      : Otlp.layerFromConfig({
          resource: { serviceName: "careline", serviceVersion: VERSION },
          loggerMergeWithExisting: true
        }).pipe(
          Layer.provide(Layer.mergeAll(OtlpSerialization.layerJson, FetchHttpClient.layer)),
          Layer.provide(exporters)
        )
  )
)

export const layer = (config: HostConfig) => Layer.provideMerge(collector, logging(config))
