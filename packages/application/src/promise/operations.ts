/** The use cases as async functions of plain data. */
import type { Plain } from "@careline/ports/promise"
import { fromPlain, toPlain } from "@careline/ports/promise"
import type { Effect } from "effect"
import { applyReports } from "../ApplyReports.ts"
import { contactConsent, recordConsent } from "../ContactConsent.ts"
import { createThread } from "../CreateThread.ts"
import { dispatchSends } from "../DispatchSends.ts"
import { deleteThread, editThread } from "../EditThread.ts"
import { escalate } from "../Escalate.ts"
import { changeLineSettings, lineSettings } from "../LineSettings.ts"
import { listMessages, listThreads, viewThread } from "../ListInbox.ts"
import { markRead } from "../MarkRead.ts"
import { addNumber, listNumbers } from "../NumberPool.ts"
import { listParkedEvents } from "../ParkedEvents.ts"
import { processInbound } from "../ProcessInbound.ts"
import { reconcileSends } from "../ReconcileSends.ts"
import { sendMessage } from "../SendMessage.ts"
import { dismissMessage, listMessagesByStatus, resendMessage } from "../UnknownMessages.ts"

/** What members of staff do, and see. */
const useCases = {
  /** Adds a number that the provider has assigned to us to a tenant's pool. */
  addNumber,
  /** Changes what is named of a tenant's settings and keeps the rest. */
  changeLineSettings,
  /** Whether a contact may be texted. */
  contactConsent,
  /** Opens a thread with a contact who has not written, or whose thread was deleted. */
  createThread,
  /** Takes a thread out of every list. Its history stays, and a new text from the contact reopens it. */
  deleteThread,
  /** Lets a text of unknown outcome go. */
  dismissMessage,
  /** Renames, links or assigns a thread, or moves the number that it answers from. */
  editThread,
  /** The settings that hold for a tenant. */
  lineSettings,
  /** The messages of a thread, newest first. */
  listMessages,
  /** Messages of one delivery status over all threads, newest first. */
  listMessagesByStatus,
  /** The numbers of the actor's tenants. */
  listNumbers,
  /** What came in and could not be applied; for those who see all tenants. */
  listParkedEvents,
  /** Threads, the one with the newest message first. */
  listThreads,
  /** Marks a thread read up to a message. Reading is no answer: an escalation goes on. */
  markRead,
  /** Puts down, on a contact's behalf, whether it may be texted. */
  recordConsent,
  /** Sends a text of unknown outcome again. */
  resendMessage,
  /** Answers a contact from the thread's number. The text is queued; its delivery status tells what becomes of it. */
  sendMessage,
  /** One thread. */
  viewThread
}

/** What a queue calls. */
const work = {
  /** Applies the texts that wait in the inbox. */
  processInbound,
  /** Applies what providers reported of our texts. */
  applyReports,
  /** Hands queued texts to a provider. */
  dispatchSends,
  /** Fires the escalations that are due. */
  escalate,
  /** Finds out about texts of unknown outcome. */
  reconcileSends
}

type UseCase = (...args: never) => Effect.Effect<unknown, unknown, unknown>

/** An async function that rejects with the use case's own errors, which `ErrorOf` names. */
export interface Operation<Args extends ReadonlyArray<unknown>, A, E> {
  (...args: Args): Promise<A>
  /** Of the type only: what the promise rejects with. */
  readonly rejects?: E
}

type OperationOf<F> = F extends (...args: infer Args) => Effect.Effect<infer A, infer E, infer _R>
  ? Operation<Plain<Args>, Plain<A>, E>
  : never

type OperationsOf<Group> = { readonly [K in keyof Group]: OperationOf<Group[K]> }

/** What an operation rejects with. */
export type ErrorOf<F> = F extends { readonly rejects?: infer E } ? NonNullable<E> : never

export type UseCases = OperationsOf<typeof useCases>
export type Work = OperationsOf<typeof work>

type RequirementsOf<Group> = {
  [K in keyof Group]: Group[K] extends (...args: infer _Args) => Effect.Effect<infer _A, infer _E, infer R> ? R : never
}[keyof Group]

/** What the operations need to run. */
export type Services = RequirementsOf<typeof useCases> | RequirementsOf<typeof work>

const promised = <Group extends Readonly<Record<string, UseCase>>>(
  group: Group,
  run: (effect: Effect.Effect<unknown, unknown, Services>) => Promise<unknown>
): OperationsOf<Group> =>
  Object.fromEntries(
    Object.entries(group).map(([name, useCase]) => [
      name,
      async (...args: ReadonlyArray<unknown>) =>
        toPlain(
          await run(
            (useCase as (...args: ReadonlyArray<unknown>) => ReturnType<UseCase>)(
              ...args.map(fromPlain)
            ) as Effect.Effect<unknown, unknown, Services>
          )
        )
    ])
  ) as unknown as OperationsOf<Group>

export const operations = (
  run: (effect: Effect.Effect<unknown, unknown, Services>) => Promise<unknown>
): { readonly useCases: UseCases; readonly work: Work } => ({
  useCases: promised(useCases, run),
  work: promised(work, run)
})
