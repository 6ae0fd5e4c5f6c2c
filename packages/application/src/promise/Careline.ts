/** Careline for a backend without Effect: one object, whose operations are async functions of plain data. */
import { Directory, type StoragePorts, Telephony, TelephonyProviders } from "@careline/ports"
import {
  directoryLayer,
  fromPlainTelephony,
  type PlainDirectory,
  type PlainTelephony,
  type Repositories,
  repositoriesLayer
} from "@careline/ports/promise"
import { Context, Effect, Layer, Logger, type LogLevel, ManagedRuntime, References } from "effect"
import { DeepLinks } from "../DeepLinks.ts"
import { Intake } from "../Intake.ts"
import { defaults, Limits, type LimitsShape } from "../Limits.ts"
import { answerWebhook } from "../ReceiveWebhook.ts"
import * as Workers from "../Workers.ts"
import { operations, type UseCases, type Work } from "./operations.ts"
import { toResponse, toWebhookRequest } from "./webhooks.ts"

/** An adapter: the `layer` of one of Careline's own packages, or one of plain async functions. */
export type TelephonyAdapter = PlainTelephony | Layer.Layer<Telephony.Telephony, unknown>

/** One line of the log. It holds ids and names, never what somebody wrote and no number. */
export interface LogEntry {
  readonly level: LogLevel.LogLevel
  readonly message: string
  readonly annotations: Readonly<Record<string, unknown>>
}

export interface CarelineOptions<Db> {
  /** The provider that sends. With more of them: the one that sends, the one that takes over while it fails, and others whose late callbacks still count. */
  readonly telephony:
    | TelephonyAdapter
    | {
        readonly active: TelephonyAdapter
        readonly fallback?: TelephonyAdapter | undefined
        readonly others?: ReadonlyArray<TelephonyAdapter> | undefined
      }
  /** The backend's own, of plain async functions, or the layer of a package such as `@careline/adapter-postgres`. */
  readonly repositories: Repositories<Db> | Layer.Layer<StoragePorts, unknown>
  /** What the backend knows of contacts, patients, facilities and users. Without it contacts have no names and every link is taken at its word. */
  readonly directory?: PlainDirectory<Db> | Layer.Layer<Directory, unknown> | undefined
  /** Where staff open a thread: the link that an escalation carries. */
  readonly threadUrl?: ((threadId: string) => string) | undefined
  /** Other limits than the defaults, by name. */
  readonly limits?: Partial<LimitsShape> | undefined
  /** Runs all workers in this process. Leave it out where a queue of the backend's own calls `work`. */
  readonly workers?: boolean | undefined
  /** Where the log goes; the console unless given. */
  readonly log?: ((entry: LogEntry) => void) | undefined
}

export interface Careline extends UseCases {
  /**
   * Answers a provider's webhook at `…/api/v1/webhooks/<provider>/<sms|status>`. The body must not have been read before:
   * signatures are over its bytes. Never rejects for what the provider sent.
   */
  readonly handleWebhook: (request: Request) => Promise<Response>
  /** What waits, done once; each resolves with how much there was, 0 for nothing. Any number of processes may call them at once. */
  readonly work: Work
  /** Ends the workers and lets go of what the layers hold. Texts that are being handed over are first. */
  readonly dispose: () => Promise<void>
}

const telephonyOf = (adapter: TelephonyAdapter): Effect.Effect<Telephony.TelephonyService, unknown> =>
  Layer.isLayer(adapter)
    ? Effect.provide(Telephony.Telephony, adapter as Layer.Layer<Telephony.Telephony, unknown>)
    : Effect.succeed(fromPlainTelephony(adapter as PlainTelephony))

const providersLayer = (telephony: CarelineOptions<never>["telephony"]) =>
  Layer.effect(
    TelephonyProviders.TelephonyProviders,
    Effect.gen(function* () {
      const { active, fallback, others } =
        "active" in telephony ? telephony : { active: telephony, fallback: undefined, others: undefined }
      return TelephonyProviders.make(
        yield* telephonyOf(active),
        yield* Effect.forEach(others ?? [], telephonyOf),
        fallback === undefined ? null : yield* telephonyOf(fallback)
      )
    })
  )

const storeLayer = <Db>({ directory, repositories }: CarelineOptions<Db>) => {
  const isLayer = Layer.isLayer(repositories)
  const stores = isLayer
    ? (repositories as Layer.Layer<StoragePorts, unknown>)
    : repositoriesLayer(repositories as Repositories<Db>)
  if (directory === undefined) return Layer.merge(stores, Directory.layerEmpty)
  if (Layer.isLayer(directory)) return Layer.merge(stores, directory as Layer.Layer<Directory, unknown>)
  const db = isLayer ? (undefined as Db) : (repositories as Repositories<Db>).db
  return Layer.merge(stores, directoryLayer(db, directory as PlainDirectory<Db>))
}

const loggerLayer = (log: (entry: LogEntry) => void) =>
  Logger.layer([
    Logger.make(({ fiber, logLevel, message }) =>
      log({
        level: logLevel,
        message: [message].flat().map(String).join(" "),
        annotations: { ...fiber.getRef(References.CurrentLogAnnotations) }
      })
    )
  ])

/**
 * A line on the backend's own store, provider and directory. Rejects when a layer cannot be built, for instance because a
 * provider's options are missing.
 *
 * Operations reject with the errors of the use cases as they are (`error._tag`, `instanceof`); `CarelineError` is their
 * union, `ErrorOf<typeof careline.sendMessage>` those of one. Anything else that they reject with is a bug.
 */
export const createCareline = async <Db>(options: CarelineOptions<Db>): Promise<Careline> => {
  const { limits, log, telephony, threadUrl, workers } = options
  const settings = Layer.mergeAll(
    Layer.succeed(Limits, { ...defaults, ...limits }),
    threadUrl === undefined ? Layer.empty : Layer.succeed(DeepLinks, { thread: threadUrl }),
    log === undefined ? Layer.empty : loggerLayer(log)
  )
  const runtime = ManagedRuntime.make(
    Layer.mergeAll(Intake.layer, workers === true ? Workers.layer : Layer.empty).pipe(
      Layer.provideMerge(Layer.merge(storeLayer(options), providersLayer(telephony))),
      Layer.provideMerge(settings)
    )
  )
  const context = await runtime.context()
  const { webhookBytes } = Context.get(context, Limits)
  const { useCases, work } = operations((effect) => runtime.runPromise(effect))
  return {
    ...useCases,
    work,
    handleWebhook: async (request) => {
      const webhook = await toWebhookRequest(request, webhookBytes)
      return toResponse(await runtime.runPromise(answerWebhook(webhook, globalThis.crypto.randomUUID())))
    },
    dispose: () => runtime.dispose()
  }
}
