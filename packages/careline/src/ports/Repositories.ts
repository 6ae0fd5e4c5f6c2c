/**
 * The ports that keep state, as plain async functions over a team's own database handle.
 *
 * `Db` is whatever the team runs statements on: a pool's client, a query builder, an ORM's entity manager. Every port is
 * a function of it, so that a call inside a transaction gets the transaction's handle and a call outside gets `db`.
 */
import type {
  AuditLog,
  Broadcaster,
  Changes,
  Circuits,
  Consents,
  Directory,
  IdGenerator,
  Inbox,
  Messages,
  Outbox,
  TenantNumbers,
  RateBuckets,
  Settings,
  Threads,
  Timers
} from "@careline/ports"
import type { Promised } from "./Promised.ts"

/**
 * What is wrong with a store. `unavailable` and `conflict` pass, and what was being done is done again; a `fault` does not,
 * and counts against it: a text from a contact whose handling failed so a few times is set aside for a person.
 */
export type StoreTrouble = "unavailable" | "conflict" | "fault"

/** Tells what an error stands for; `undefined` leaves it to the codes that are known. */
export type Classify = (error: unknown) => StoreTrouble | undefined

/** Ticks when there may be new work, for a process that runs the workers. Without it they look from time to time. */
export interface Wakes {
  /**
   * Begins anew at each call, and is called again after a pause when it ended or threw. As with `subscribe`, a generator
   * that waits cannot be ended.
   */
  readonly wakeups?: () => AsyncIterable<unknown>
}

/** One of the ports over a database handle. */
export type Over<Db, Port> = (db: Db) => Port

/**
 * What tells everybody who watches. `subscribe` gives the events behind `after`, and those from now on where `after` is
 * `null` or cannot be read: a listener comes with whatever it was given, be it by a store of before.
 *
 * A listener that leaves ends it with the iterator's `return()`. That of an async generator which waits for its next event
 * is put off until there is one, so the iterator is to be one's own where events come from a connection or an emitter.
 */
export type PlainBroadcaster = Promised<Broadcaster["Service"]>

/**
 * All ports that keep state.
 *
 * They throw what a driver throws, or the ports' own errors. Three things must be told apart: a store that cannot be
 * reached or is too busy, another transaction that got there first (serialisation, deadlock, unique key), and everything
 * else. The first two are tried again; the third is a fault, which counts against what was being done. SQLSTATE, the codes
 * of Node, and those of pg, postgres.js and mysql2 for a lost connection are known, in whatever wraps them. What a store
 * says in words of its own (`SQLITE_BUSY`, `ER_DUP_ENTRY`, `ER_LOCK_WAIT_TIMEOUT`, `P2034`), `classify` tells.
 */
export interface Repositories<Db> {
  /** What is used where no transaction is open. */
  readonly db: Db
  /**
   * Calls `work` once and commits when it resolves; rolls back and rejects when it rejects. Inside `outer`, where that is
   * not `null`, as a part of it that can fail alone (SQL's savepoint).
   *
   * It settles after `work`: what still runs then is on a handle that others may hold, so it is cut off and the
   * transaction fails. It does not begin again by itself: a second call of `work` is refused, and the use case tries again.
   *
   * A transaction that is interrupted waits for its handle and for the statement that is under way. The driver must have
   * time-outs for both (pg: `connectionTimeoutMillis` and `statement_timeout`), or a shut-down waits for ever.
   */
  readonly transact: <A>(work: (tx: Db) => Promise<A>, outer: Db | null) => Promise<A>
  /** Asked about each error that is not a port's own, before its codes are. What it throws is ignored. */
  readonly classify?: Classify | undefined
  readonly auditLog: Over<Db, Promised<AuditLog["Service"]>>
  readonly broadcaster: Over<Db, PlainBroadcaster>
  readonly changes: Over<Db, Promised<Changes["Service"]>>
  readonly circuits: Over<Db, Promised<Circuits["Service"]>>
  readonly consents: Over<Db, Promised<Consents["Service"]>>
  /** UUIDv7 unless given. */
  readonly ids?: Over<Db, Promised<IdGenerator["Service"]>>
  readonly inbox: Over<Db, Promised<Inbox["Service"]> & Wakes>
  readonly messages: Over<Db, Promised<Messages["Service"]>>
  readonly outbox: Over<Db, Promised<Outbox["Service"]> & Wakes>
  readonly tenantNumbers: Over<Db, Promised<TenantNumbers["Service"]>>
  readonly rateBuckets: Over<Db, Promised<RateBuckets["Service"]>>
  readonly settings: Over<Db, Promised<Settings["Service"]>>
  readonly threads: Over<Db, Promised<Threads["Service"]>>
  readonly timers: Over<Db, Promised<Timers["Service"]>>
}

/** What the EHR knows, over a database handle: it is asked inside transactions, and should answer from them. */
export type PlainDirectory<Db> = Over<Db, Promised<Directory["Service"]>>
