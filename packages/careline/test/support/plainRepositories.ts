/** Repositories of plain functions of which a test gives what it is about. */
import { type StoragePorts, Timers, Transaction } from "@careline/ports"
import { Effect, type Layer } from "effect"
import { type Repositories, repositoriesLayer } from "../../src/index.ts"

export const unused = (): never => {
  throw new Error("not a part of this test")
}

export const repositories = (parts: Partial<Repositories<string>>): Layer.Layer<StoragePorts> =>
  repositoriesLayer<string>({
    db: "pool",
    transact: (work) => work("transaction"),
    auditLog: unused,
    broadcaster: unused,
    changes: unused,
    circuits: unused,
    consents: unused,
    inbox: unused,
    messages: unused,
    outbox: unused,
    tenantNumbers: unused,
    rateBuckets: unused,
    settings: unused,
    threads: unused,
    timers: unused,
    ...parts
  })

/** Timers that are asked on a handle, and know of none. */
export const timers =
  (ask: (db: string) => unknown): Repositories<string>["timers"] =>
  (db) => ({
    claimDue: async () => {
      await ask(db)
      return { now: new Date(0), timers: [] }
    }
  })

export const claim = Effect.flatMap(Timers, (timers) => timers.claimDue(1))

export const transact = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Transaction, (transaction) => transaction.transact(effect))

/** What the port fails with where the repository throws this. */
export const thrown = (error: unknown, classify?: Repositories<string>["classify"]) => {
  const claimDue = async () => {
    throw error
  }
  return claim.pipe(Effect.flip, Effect.provide(repositories({ timers: () => ({ claimDue }), classify })))
}

/** An error as a driver throws it. */
export const driverError = (code: string | undefined, fields: object = {}) =>
  Object.assign(new Error("Key (phone)=(+13035550123) already exists"), { code, ...fields })
