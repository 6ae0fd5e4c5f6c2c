/** What an adapter has to do, as tests that it passes. */
export * as Redaction from "./Redaction.ts"
export * as RepositoryContract from "./RepositoryContract.ts"
export * as TelephonyContract from "./TelephonyContract.ts"
