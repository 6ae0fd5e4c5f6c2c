/** Careline for a backend without Effect: one object, whose operations are async functions of plain data. */
import { answerWebhook, DeepLinks, Intake, Limits, Problem, Voice, WebhookHttp, Workers } from "@careline/application"
import {
  BlobStore,
  Broadcaster,
  Directory,
  type PublishedEvent,
  Optional,
  Spool,
  type StoragePorts,
  Telephony,
  TelephonyProviders
} from "@careline/ports"
import { Context, Effect, Exit, Layer, ManagedRuntime, Stream } from "effect"
import { actorArgument, readArguments } from "./arguments.ts"
import { type Log, logLayer } from "./log.ts"
import { operations, type UseCases, type Work } from "./operations.ts"
import { type Plain, toPlain } from "./ports/Plain.ts"
import { fromPlainTelephony, type PlainTelephony } from "./ports/PlainTelephony.ts"
import type { PlainDirectory, Repositories } from "./ports/Repositories.ts"
import { directoryLayer, repositoriesLayer } from "./ports/RepositoriesLayer.ts"

/** An adapter: the `layer` of one of Careline's own packages, or one of plain async functions. */
export type TelephonyAdapter = PlainTelephony | Layer.Layer<Telephony.Telephony, unknown>

/** The provider that sends; the one that takes over while it fails; others whose late callbacks still count. */
export interface TelephonyAdapters {
  readonly active: TelephonyAdapter
  readonly fallback?: TelephonyAdapter | undefined
  readonly others?: ReadonlyArray<TelephonyAdapter> | undefined
}

/** Every limit, timeout and retry, by name. Times are in milliseconds. */
export type LimitsShape = Limits.LimitsShape

/** A line on the backend's own store and people. */
export interface CarelineOptions<Db> extends LineOptions {
  /** The backend's own, of plain async functions. */
  readonly repositories: Repositories<Db>
  /** Asked on the handle of the repositories. */
  readonly directory?: PlainDirectory<Db> | Layer.Layer<Directory, unknown> | undefined
}

/** A line on the store of a package such as `@careline/adapter-postgres`, whose handle nobody else has. */
export interface CarelineOnLayer extends LineOptions {
  readonly repositories: Layer.Layer<StoragePorts, unknown>
  readonly directory?: PlainDirectory<undefined> | Layer.Layer<Directory, unknown> | undefined
}

/**
 * Beside it `repositories`, where the state is kept, and `directory`, what the backend knows of contacts, patients,
 * facilities and users: without it contacts have no names and every link is taken at its word.
 */
export interface LineOptions {
  readonly telephony: TelephonyAdapter | TelephonyAdapters
  /** Where webhooks wait while the store is away, such as `FileSpool.layer(…)`; without, they are answered 503 then. */
  readonly spool?: Layer.Layer<Spool, unknown> | undefined
  /** Where staff open a thread: the link that an escalation carries. */
  readonly threadUrl?: ((threadId: string) => string) | undefined
  /** Other limits than the defaults, by name. */
  readonly limits?: Partial<LimitsShape> | undefined
  /** Runs all workers in this process. Leave it out where a queue of the backend's own calls `work`. */
  readonly workers?: boolean | undefined
  /** Where the log goes; the console unless given. */
  readonly log?: Log | undefined
}

/** A line. */
export interface Careline extends UseCases {
  /**
   * Answers a provider's webhook at `…/api/v1/webhooks/<provider>/<sms|status>`, and asks who calls at `…/<call|fallback>` to
   * text. The body must not have been read before:
   * signatures are over its bytes. Never rejects: what cannot be taken now is answered 503, and comes again.
   */
  readonly handleWebhook: (request: Request) => Promise<Response>
  /** What waits, done once; each resolves with how much there was, 0 for nothing. Any number of processes may call them at once. */
  readonly work: Work
  /** What changes from now on, or behind the id `after`, for the tenants that the actor sees. Ends when its iterator is returned. */
  readonly events: (
    actor: Parameters<UseCases["listNumbers"]>[0],
    after: string | null
  ) => AsyncIterable<Plain<PublishedEvent>>
  /** Ends the workers, and what the layers hold. Waits for texts that are being handed over; what else is under way rejects. */
  readonly dispose: () => Promise<void>
}

const isLayer = <A>(value: object): value is Layer.Layer<A, unknown> => Layer.isLayer(value)

/** An adapter's layer lives as long as the line. */
const telephonyOf = (adapter: TelephonyAdapter) =>
  isLayer<Telephony.Telephony>(adapter)
    ? Effect.map(Layer.build(adapter), (context) => Context.get(context, Telephony.Telephony))
    : Effect.succeed(fromPlainTelephony(adapter))

const isOne = (telephony: TelephonyAdapter | TelephonyAdapters): telephony is TelephonyAdapter =>
  isLayer(telephony) || "provider" in telephony

const providersLayer = (telephony: TelephonyAdapter | TelephonyAdapters) => {
  const { active, fallback, others = [] }: TelephonyAdapters = isOne(telephony) ? { active: telephony } : telephony
  return Layer.effect(
    TelephonyProviders.TelephonyProviders,
    Effect.gen(function* () {
      return TelephonyProviders.make(
        yield* telephonyOf(active),
        yield* Effect.forEach(others, telephonyOf),
        fallback === undefined ? null : yield* telephonyOf(fallback)
      )
    })
  )
}

const storesLayer = <Db>({ directory, repositories }: CarelineOptions<Db> | CarelineOnLayer) => {
  const [stores, db, classify] = isLayer<StoragePorts>(repositories)
    ? [repositories, undefined, undefined]
    : [repositoriesLayer(repositories), repositories.db, repositories.classify]
  if (directory === undefined) return Layer.merge(stores, Directory.layerEmpty)
  return Layer.merge(
    stores,
    isLayer<Directory>(directory)
      ? directory
      : directoryLayer(db, directory as PlainDirectory<Db | undefined>, classify)
  )
}

const spoolLayer = (spool: LineOptions["spool"]) =>
  spool === undefined ? Optional.absent(Spool) : Layer.provideMerge(Optional.present(Spool), spool)

/** What is stopped takes nothing in any more: the provider comes again, to another process. */
const notNow = Problem.problem("not-ready", 503, "Not now")
const notNowResponse = () =>
  new Response(JSON.stringify(notNow), { status: notNow.status, headers: Problem.headersOf(notNow) })

/** Some of what a runtime rejects with is only words. */
const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/**
 * A line on the backend's own store, provider and directory. Rejects when a layer cannot be built, for instance because a
 * provider's options are missing, and with an `InvalidRequest` for a limit that cannot hold.
 *
 * Operations reject with the errors of the use cases as they are (`error._tag`); `CarelineError` is their union,
 * `ErrorOf<typeof careline.sendMessage>` those of one. An instant in an error is Effect's (`error.until.epochMilliseconds`).
 * Anything else that they reject with is a bug.
 */
export async function createCareline<Db>(options: CarelineOptions<Db>): Promise<Careline>
export async function createCareline(options: CarelineOnLayer): Promise<Careline>
export async function createCareline(options: CarelineOptions<unknown> | CarelineOnLayer): Promise<Careline> {
  const { log, spool, telephony, threadUrl, workers } = options
  const limits = Limits.withDefaults(options.limits)
  const runtime = ManagedRuntime.make(
    Layer.mergeAll(Intake.layer, workers === true ? Workers.layer : Layer.empty).pipe(
      Layer.provideMerge(Layer.mergeAll(storesLayer(options), providersLayer(telephony), spoolLayer(spool))),
      Layer.provideMerge(Optional.absent(BlobStore, Voice)),
      Layer.provideMerge(
        Layer.mergeAll(
          Layer.succeed(Limits.Limits, limits),
          threadUrl === undefined ? Layer.empty : Layer.succeed(DeepLinks, { thread: threadUrl }),
          log === undefined ? Layer.empty : logLayer(log)
        )
      )
    )
  )
  const context = await runtime.context()
  const { useCases, work } = operations((effect) =>
    runtime.runPromise(effect).catch((error: unknown) => {
      throw asError(error)
    })
  )
  const answer = (request: Request) =>
    Effect.gen(function* () {
      const { headers, method } = request
      const body = yield* Effect.promise(() => WebhookHttp.readBody(request, limits.webhookBytes))
      const webhook = { method, target: WebhookHttp.targetOf(request), headers: Object.fromEntries(headers), body }
      return WebhookHttp.toResponse(yield* answerWebhook(webhook, globalThis.crypto.randomUUID()))
    })
  return {
    ...useCases,
    work,
    handleWebhook: async (request) => {
      const exit = await runtime.runPromiseExit(answer(request)).catch(() => null)
      return exit !== null && Exit.isSuccess(exit) ? exit.value : notNowResponse()
    },
    events: (actor, after) =>
      Stream.toAsyncIterableWith(
        Stream.unwrap(
          Effect.gen(function* () {
            const [{ scope }] = yield* readArguments([actorArgument], [actor])
            return Stream.map((yield* Broadcaster).subscribe(scope, after), toPlain)
          })
        ),
        context
      ),
    dispose: () => runtime.dispose()
  }
}
