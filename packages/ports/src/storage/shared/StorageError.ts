/** What can go wrong in a store: one error for all repositories, inbox, outbox and timers. */
import { Schema } from "effect"

/** The store cannot be reached or is too busy. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  message: Schema.String
}) {
  get isRetryable(): boolean {
    return true
  }
}

/** Another transaction got there first (serialisation, deadlock, unique key). The whole transaction may be tried again. */
export class StoreConflict extends Schema.TaggedError<StoreConflict>()("StoreConflict", {
  message: Schema.String,
  constraint: Schema.NullOr(Schema.String)
}) {
  get isRetryable(): boolean {
    return true
  }
}

/** The store refused what it was given, or holds what cannot be read. A fault of ours. */
export class StoreFault extends Schema.TaggedError<StoreFault>()("StoreFault", {
  message: Schema.String
}) {
  get isRetryable(): boolean {
    return false
  }
}

/** A store failed. The reason says how, and whether trying again may help. */
export class StorageError extends Schema.TaggedError<StorageError>()("StorageError", {
  operation: Schema.String,
  reason: Schema.Union([StoreUnavailable, StoreConflict, StoreFault])
}) {
  override get message(): string {
    return `${this.operation}: ${this.reason.message}`
  }
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }
}
