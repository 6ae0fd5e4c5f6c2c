/**
 * The ports that keep state, as plain async functions over a team's own database handle.
 *
 * `Db` is whatever the team runs statements on: a pool's client, a query builder, an ORM's entity manager. Every port is
 * a function of it, so that a call inside a transaction gets the transaction's handle and a call outside gets `db`.
 */
import type { AuditLog } from "../AuditLog.ts"
import type { Broadcaster } from "../Broadcaster.ts"
import type { Changes } from "../Changes.ts"
import type { Circuits } from "../Circuits.ts"
import type { Consents } from "../Consents.ts"
import type { Directory } from "../Directory.ts"
import type { IdGenerator } from "../IdGenerator.ts"
import type { Inbox } from "../Inbox.ts"
import type { Messages } from "../Messages.ts"
import type { Outbox } from "../Outbox.ts"
import type { PoolNumbers } from "../PoolNumbers.ts"
import type { RateBuckets } from "../RateBuckets.ts"
import type { Settings } from "../Settings.ts"
import type { Threads } from "../Threads.ts"
import type { Timers } from "../Timers.ts"
import type { Promised } from "./Promised.ts"

/** Ticks when there may be new work, for a process that runs the workers. Without it they look from time to time. */
export interface Wakes {
  /** Begins anew at each call. */
  readonly wakeups?: () => AsyncIterable<unknown>
}

/** One of the ports over a database handle. */
export type Over<Db, Port> = (db: Db) => Port

/** All ports that keep state. They throw what a driver throws, or the ports' own errors. */
export interface Repositories<Db> {
  /** What is used where no transaction is open. */
  readonly db: Db
  /**
   * Calls `work` once and commits when it resolves; rolls back and rejects when it rejects. Inside `outer`, where that is
   * not `null`, as a part of it that can fail alone (SQL's savepoint).
   */
  readonly transact: <A>(work: (tx: Db) => Promise<A>, outer: Db | null) => Promise<A>
  readonly auditLog: Over<Db, Promised<AuditLog["Service"]>>
  readonly broadcaster: Over<Db, Promised<Broadcaster["Service"]>>
  readonly changes: Over<Db, Promised<Changes["Service"]>>
  readonly circuits: Over<Db, Promised<Circuits["Service"]>>
  readonly consents: Over<Db, Promised<Consents["Service"]>>
  /** UUIDv7 unless given. */
  readonly ids?: Over<Db, Promised<IdGenerator["Service"]>>
  readonly inbox: Over<Db, Promised<Inbox["Service"]> & Wakes>
  readonly messages: Over<Db, Promised<Messages["Service"]>>
  readonly outbox: Over<Db, Promised<Outbox["Service"]> & Wakes>
  readonly poolNumbers: Over<Db, Promised<PoolNumbers["Service"]>>
  readonly rateBuckets: Over<Db, Promised<RateBuckets["Service"]>>
  readonly settings: Over<Db, Promised<Settings["Service"]>>
  readonly threads: Over<Db, Promised<Threads["Service"]>>
  readonly timers: Over<Db, Promised<Timers["Service"]>>
}

/** What the EHR knows, over a database handle: it is asked inside transactions, and should answer from them. */
export type PlainDirectory<Db> = Over<Db, Promised<Directory["Service"]>>
