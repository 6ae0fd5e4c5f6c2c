/**
 * Where events wait on a host's own disk while the store is away: a provider that is told to come again does not always do so
 * (Twilio does not, unless its webhook URL says so).
 */
import { Context, type Effect } from "effect"
import type { IncomingEvent } from "./Inbox.ts"
import type { StorageError } from "./StorageError.ts"

/** Events that wait: the oldest of them. */
export interface Spooled {
  /** In the order in which they were added. */
  readonly events: ReadonlyArray<IncomingEvent>
  /** Forgets them: they are in the store. */
  readonly remove: Effect.Effect<void, StorageError>
  /** Keeps them out of the way of the others, for a person. They wait again after a restart. */
  readonly setAside: Effect.Effect<void, StorageError>
}

/** Events that the store could not take in, of this process: each process has a place of its own. */
export class Spool extends Context.Service<
  Spool,
  {
    /**
     * Keeps the events together, behind all that wait. Returns once they would outlive the process and the machine; fails with
     * a `StoreUnavailable` where there is no room, and then nothing is kept.
     */
    readonly add: (events: ReadonlyArray<IncomingEvent>) => Effect.Effect<void, StorageError>
    /** Whether anything waits, or is being added: what comes now has to wait behind it. */
    readonly holds: Effect.Effect<boolean>
    /** The oldest, up to about so many, as they were added; `null`: none wait. What cannot be read is set aside. */
    readonly take: (events: number) => Effect.Effect<Spooled | null, StorageError>
  }
>()("careline/ports/Spool") {}
