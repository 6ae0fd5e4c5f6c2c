/** The use cases as async functions of plain data. */
import {
  addNumber,
  releaseParked,
  applyReports,
  assignOnActivation,
  callerId,
  changeLineSettings,
  changePlatformSettings,
  contactConsent,
  createThread,
  deleteThread,
  dismissMessage,
  dismissParkedEvent,
  dispatchAlarms,
  dispatchConversation,
  dispatchSends,
  type EditedNumber,
  editNumber,
  editThread,
  escalate,
  type Intake,
  type InvalidRequest,
  lineSettings,
  listMessages,
  listMessagesByStatus,
  listNumbers,
  listParkedEvents,
  listReaders,
  listThreads,
  markRead,
  NoNumberPool,
  type NotFound,
  platformSettings,
  processInbound,
  reconcileSends,
  recordConsent,
  releaseNumber,
  resendMessage,
  resetLineSetting,
  resetPlatformSetting,
  retryParkedEvent,
  sendMessage,
  viewThread
} from "@careline/application"
import {
  type BlobStore,
  type Directory,
  NumberInventory,
  NumberOrders,
  Optional,
  SiteGroupings,
  type StorageError,
  type StoragePorts,
  type TelephonyProviders
} from "@careline/ports"
import type { NumberLifecycle, NumberReplacement } from "@careline/domain"
import { Effect } from "effect"
import { type Argument, argumentsOf, readArguments } from "./arguments.ts"
import { type Plain, toPlain } from "./ports/Plain.ts"

/** An async function that rejects with the use case's own errors, which `ErrorOf` names. */
export interface Operation<Args extends ReadonlyArray<unknown>, A, E> {
  (...args: Args): Promise<A>
  /** Of the type only: what the promise rejects with. */
  readonly rejects?: E
}

/** A use case as an async function of plain data. What it is called with is checked first. */
export type OperationOf<F, Refusal = InvalidRequest> = F extends (
  ...args: infer Args
) => Effect.Effect<infer A, infer E, infer _R>
  ? Operation<Plain<Args>, Plain<A>, E | Refusal>
  : never

/** What an operation rejects with. */
export type ErrorOf<F> = F extends { readonly rejects?: infer E } ? NonNullable<E> : never

/** What members of staff do, and see. */
export interface UseCases {
  /** Adds a number that the provider has assigned to us to a tenant's pool. */
  readonly addNumber: OperationOf<typeof addNumber>
  /**
   * Gives a tenant that is activated a number of the pool, or tells the one that it has. `NoNumberPool` where the repositories
   * are the backend's own, which looks after its numbers itself.
   */
  readonly assignOnActivation: OperationOf<typeof inPool>
  /** The number that a tenant's voice agent shows as its caller ID. */
  readonly callerId: OperationOf<typeof callerId>
  /** Changes what is named of a tenant's settings and keeps the rest. */
  readonly changeLineSettings: OperationOf<typeof changeLineSettings>
  /** Changes what is named of what all tenants inherit; for those who see all tenants. */
  readonly changePlatformSettings: OperationOf<typeof changePlatformSettings>
  /** Whether a contact may be texted. */
  readonly contactConsent: OperationOf<typeof contactConsent>
  /** Opens a thread with a contact who has not written, or whose thread was deleted. */
  readonly createThread: OperationOf<typeof createThread>
  /** Takes a thread out of every list. Its history stays, and a new text from the contact reopens it. */
  readonly deleteThread: OperationOf<typeof deleteThread>
  /** Lets a text of unknown outcome go. */
  readonly dismissMessage: OperationOf<typeof dismissMessage>
  /** Puts what came in and could not be applied away; for those who see all tenants. */
  readonly dismissParkedEvent: OperationOf<typeof dismissParkedEvent>
  /**
   * Names a number, takes it out of service or back into it, and moves its threads. `NoNumberPool` where the repositories are the
   * backend's own.
   */
  readonly editNumber: OperationOf<typeof editInPool>
  /** Renames, links or assigns a thread, or moves the number that it answers from. */
  readonly editThread: OperationOf<typeof editThread>
  /** The settings that hold for a tenant, and whose each is. */
  readonly lineSettings: OperationOf<typeof lineSettings>
  /** The messages of a thread, newest first. */
  readonly listMessages: OperationOf<typeof listMessages>
  /** Messages of one delivery status over all threads, newest first. */
  readonly listMessagesByStatus: OperationOf<typeof listMessagesByStatus>
  /** The numbers of the actor's tenants. */
  readonly listNumbers: OperationOf<typeof listNumbers>
  /** What came in and could not be applied; for those who see all tenants. */
  readonly listParkedEvents: OperationOf<typeof listParkedEvents>
  /** Threads, the one with the newest message first. */
  readonly listThreads: OperationOf<typeof listThreads>
  /** Who said how far they have read a thread. */
  readonly listReaders: OperationOf<typeof listReaders>
  /**
   * Marks a thread read up to a message for the actor, `null` for nothing of it: forward, or back to where it is unread
   * again. Reading is no answer: an escalation goes on.
   */
  readonly markRead: OperationOf<typeof markRead>
  /** What all tenants inherit that named nothing else; for those who see all tenants. */
  readonly platformSettings: OperationOf<typeof platformSettings>
  /** Puts down, on a contact's behalf, whether it may be texted. */
  readonly recordConsent: OperationOf<typeof recordConsent>
  /**
   * Orders that a number of the pool goes back to its provider; for those who see all tenants. `NoNumberPool` as above.
   */
  readonly releaseNumber: OperationOf<typeof releaseOfPool>
  /** Takes one of a tenant's own settings back: it is inherited again. */
  readonly resetLineSetting: OperationOf<typeof resetLineSetting>
  /** Takes one of the platform's settings back: the product's holds again. */
  readonly resetPlatformSetting: OperationOf<typeof resetPlatformSetting>
  /** Sends a text of unknown outcome again. */
  readonly resendMessage: OperationOf<typeof resendMessage>
  /** Applies again what came in and could not be applied; for those who see all tenants. */
  readonly retryParkedEvent: OperationOf<typeof retryParkedEvent>
  /** Answers a contact from the thread's number. The text is queued; its delivery status tells what becomes of it. */
  readonly sendMessage: OperationOf<typeof sendMessage>
  /** One thread. */
  readonly viewThread: OperationOf<typeof viewThread>
}

/** What a queue calls: each does what waits, once, and tells how much it dealt with. */
export interface Work {
  /** Applies the texts that wait in the inbox. */
  readonly processInbound: OperationOf<typeof processInbound, never>
  /** Applies what providers reported of our texts. */
  readonly applyReports: OperationOf<typeof applyReports, never>
  /** Hands queued texts to a provider, the most urgent first. */
  readonly dispatchSends: OperationOf<typeof dispatchEvery, never>
  /**
   * Hands over only alarms, and only alarms and conversation. `dispatchSends` does so too: called beside it, they keep what
   * is urgent from waiting for a batch that a slow provider holds up.
   */
  readonly dispatchAlarms: OperationOf<typeof dispatchAlarms, never>
  readonly dispatchConversation: OperationOf<typeof dispatchConversation, never>
  /** Releases parked events that came before their number was added, so that they are applied. */
  readonly releaseParked: OperationOf<typeof releaseParked, never>
  /** Fires the escalations that are due. */
  readonly escalate: OperationOf<typeof escalate, never>
  /** Finds out about texts of unknown outcome. */
  readonly reconcileSends: OperationOf<typeof reconcileSends, never>
}

/** What the operations need to run. */
type Services = StoragePorts | Directory | Intake | TelephonyProviders.TelephonyProviders | Optional.Optional<BlobStore>

type UseCase = (...args: ReadonlyArray<never>) => Effect.Effect<unknown, unknown, Services>
type Run = (effect: Effect.Effect<unknown, unknown, Services>) => Promise<unknown>

/** A store of the backend's own may keep no pool. */
const inPool = Effect.fnUntraced(function* (...args: Parameters<typeof assignOnActivation>) {
  const inventory = yield* Optional.of(NumberInventory)
  const groupings = yield* Optional.of(SiteGroupings)
  if (inventory === undefined || groupings === undefined) return yield* new NoNumberPool()
  return yield* assignOnActivation(...args).pipe(
    Effect.provideService(NumberInventory, inventory),
    Effect.provideService(SiteGroupings, groupings)
  )
})

type Release = ReturnType<typeof releaseNumber>

const releaseOfPool: (
  ...args: Parameters<typeof releaseNumber>
) => Effect.Effect<
  Effect.Success<Release>,
  Effect.Error<Release> | NoNumberPool,
  Exclude<Effect.Services<Release>, NumberInventory | NumberOrders> | Optional.Optional<NumberInventory | NumberOrders>
> = Effect.fnUntraced(function* (...args: Parameters<typeof releaseNumber>) {
  const inventory = yield* Optional.of(NumberInventory)
  const orders = yield* Optional.of(NumberOrders)
  if (inventory === undefined || orders === undefined) return yield* new NoNumberPool()
  return yield* releaseNumber(...args).pipe(
    Effect.provideService(NumberInventory, inventory),
    Effect.provideService(NumberOrders, orders)
  )
})

const editInPool = Effect.fnUntraced(function* (
  ...args: Parameters<typeof editNumber>
): Effect.fn.Return<
  EditedNumber,
  | InvalidRequest
  | NoNumberPool
  | NotFound
  | NumberLifecycle.WrongNumberStatus
  | NumberReplacement.ReplacementNeeded
  | NumberReplacement.ReplacementRefused
  | StorageError,
  StoragePorts
> {
  const inventory = yield* Optional.of(NumberInventory)
  if (inventory === undefined) return yield* new NoNumberPool()
  return yield* Effect.provideService(editNumber(...args), NumberInventory, inventory)
})

const useCases: Record<keyof UseCases, UseCase> = {
  addNumber,
  assignOnActivation: inPool,
  callerId,
  changeLineSettings,
  changePlatformSettings,
  contactConsent,
  createThread,
  deleteThread,
  dismissMessage,
  dismissParkedEvent,
  editNumber: editInPool,
  editThread,
  lineSettings,
  listMessages,
  listMessagesByStatus,
  listNumbers,
  listParkedEvents,
  listReaders,
  listThreads,
  markRead,
  platformSettings,
  recordConsent,
  releaseNumber: releaseOfPool,
  resendMessage,
  retryParkedEvent,
  resetLineSetting,
  resetPlatformSetting,
  sendMessage,
  viewThread
}

const dispatchEvery = () => dispatchSends()

const work: Record<keyof Work, UseCase> = {
  processInbound,
  applyReports,
  dispatchSends: dispatchEvery,
  dispatchAlarms,
  dispatchConversation,
  releaseParked,
  escalate,
  reconcileSends
}
const nothing = {
  processInbound: [],
  applyReports: [],
  dispatchSends: [],
  dispatchAlarms: [],
  dispatchConversation: [],
  releaseParked: [],
  escalate: [],
  reconcileSends: []
}

const promised = <Operations>(
  group: Record<keyof Operations & string, UseCase>,
  wanted: Record<keyof Operations & string, ReadonlyArray<Argument>>,
  run: Run
): Operations =>
  Object.fromEntries(
    Object.entries<UseCase>(group).map(([name, useCase]) => [
      name,
      async (...given: ReadonlyArray<unknown>) =>
        toPlain(
          await run(
            Effect.flatMap(readArguments(wanted[name as keyof Operations & string], given), (args) =>
              useCase(...(args as ReadonlyArray<never>))
            )
          )
        )
    ])
  ) as Operations

/** The operations over whatever runs them. */
export const operations = (run: Run): { readonly useCases: UseCases; readonly work: Work } => ({
  useCases: promised<UseCases>(useCases, argumentsOf, run),
  work: promised<Work>(work, nothing, run)
})
