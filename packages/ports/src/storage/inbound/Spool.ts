/**
 * Where events wait on a host's own disk while the store is away: a provider that is told to come again does not always do so
 * (Twilio does not, unless its webhook URL says so).
 */
import { Context, type Effect } from "effect"
import type { IncomingEvent } from "./Inbox.ts"
import type { StorageError } from "../shared/StorageError.ts"

/** Events that were added together, and wait. */
export interface Spooled {
  /** In the order in which they were added; `null`: they cannot be read. */
  readonly events: ReadonlyArray<IncomingEvent> | null
  /** Forgets them: they are in the store. */
  readonly remove: Effect.Effect<void>
  /** Keeps them out of the way of the others, for a person. They are tried again after a while, and after a restart. */
  readonly setAside: Effect.Effect<void>
}

/** Events that the store could not take in, of this process: each process has a place of its own. */
export class Spool extends Context.Service<
  Spool,
  {
    /**
     * Keeps the events together, behind all that wait. Returns once they would outlive the process and the machine; fails with
     * a `StoreUnavailable` where there is no room.
     */
    readonly add: (events: ReadonlyArray<IncomingEvent>) => Effect.Effect<void, StorageError>
    /** `holding`: some wait, or are being added, and what comes now has to wait behind them. `full`: it could not. */
    readonly state: Effect.Effect<"empty" | "holding" | "full">
    /** The oldest, up to about so many events; none: none wait. Fails where they cannot be read for the moment. */
    readonly take: (events: number) => Effect.Effect<ReadonlyArray<Spooled>, StorageError>
  }
>()("careline/ports/Spool") {}
