/** The ports for code without Effect: adapters of plain async functions over plain data. */
export { fromPlain, type Plain, type PlainString, toPlain } from "./Plain.ts"
export { fromPlainTelephony, type PlainTelephony } from "./PlainTelephony.ts"
export type { Promised } from "./Promised.ts"
export type { Over, PlainDirectory, Repositories, Wakes } from "./Repositories.ts"
export { directoryLayer, repositoriesLayer } from "./RepositoriesLayer.ts"
