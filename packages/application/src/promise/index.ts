/** Careline without Effect: `createCareline`, and all that a backend's own adapters need. */
export { Problem } from "../index.ts"
export * from "../shared/Errors.ts"
export type { LimitsShape } from "../shared/Limits.ts"
export {
  type Careline,
  type CarelineOnLayer,
  type CarelineOptions,
  createCareline,
  type LineOptions,
  type TelephonyAdapter,
  type TelephonyAdapters
} from "./Careline.ts"
export type { Log, LogEntry } from "./log.ts"
export { type CarelineError, isCarelineError } from "./Errors.ts"
export type { ErrorOf, Operation, OperationOf, UseCases, Work } from "./operations.ts"
export type * from "@careline/ports/promise"
export { ThreadLink } from "@careline/domain"
export { identityOf, isArrival } from "@careline/ports/promise"
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
