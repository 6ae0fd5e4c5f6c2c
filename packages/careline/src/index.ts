/** Careline for a backend: `createCareline`, and all that the backend's own adapters need, as async functions of plain data. */
export { type CarelineError, isCarelineError } from "./Errors.ts"
export * from "./UseCaseErrors.ts"
export {
  type Careline,
  type CarelineOnLayer,
  type CarelineOptions,
  createCareline,
  type LimitsShape,
  type LineOptions,
  type TelephonyAdapter,
  type TelephonyAdapters
} from "./Careline.ts"
export type { Log, LogEntry } from "./log.ts"
export type { ErrorOf, Operation, OperationOf, UseCases, Work } from "./operations.ts"
export { identityOf, isArrival } from "./ports/Arrivals.ts"
export type * from "./ports/Model.ts"
export { fromPlain, type Opaque, type Plain, type PlainNumber, type PlainString, toPlain } from "./ports/Plain.ts"
export { fromPlainTelephony, type PlainTelephony } from "./ports/PlainTelephony.ts"
export type { Promised } from "./ports/Promised.ts"
export type {
  Classify,
  Over,
  PlainBroadcaster,
  PlainDirectory,
  Repositories,
  StoreTrouble,
  Wakes
} from "./ports/Repositories.ts"
export { directoryLayer, repositoriesLayer } from "./ports/RepositoriesLayer.ts"
export { Problem } from "@careline/application"
export { ThreadLink } from "@careline/domain"
export {
  InvalidCursor,
  NumberTaken,
  StorageError,
  StoreConflict,
  StoreFault,
  StoreUnavailable,
  TelephonyError
} from "@careline/ports"
/** A secret of an adapter's options: it shows itself in no log. */
export { make as secret } from "effect/Redacted"
