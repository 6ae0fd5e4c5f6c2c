/** The ports for code without Effect: adapters of plain async functions over plain data. */
export { identityOf, isArrival } from "./Arrivals.ts"
export type * from "./Model.ts"
export { fromPlain, type Opaque, type Plain, type PlainNumber, type PlainString, toPlain } from "./Plain.ts"
export { fromPlainTelephony, type PlainTelephony } from "./PlainTelephony.ts"
export type { Promised } from "./Promised.ts"
export type {
  Classify,
  Over,
  PlainBroadcaster,
  PlainDirectory,
  Repositories,
  StoreTrouble,
  Wakes
} from "./Repositories.ts"
export { directoryLayer, repositoriesLayer } from "./RepositoriesLayer.ts"
