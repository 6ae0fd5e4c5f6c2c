/** What an adapter has to do, as tests that it passes. */
export * as BlobStoreContract from "./BlobStoreContract.ts"
export * as Redaction from "./Redaction.ts"
export * as RepositoryContract from "./RepositoryContract.ts"
export * as TelephonyContract from "./TelephonyContract.ts"
