/** Careline's BlobStore port on S3. */
export { config } from "./S3BlobConfig.ts"
export { DEFAULT_TIMEOUT_MILLIS, type Encryption, type S3BlobOptions } from "./S3BlobOptions.ts"
export * as S3BlobStore from "./S3BlobStore.ts"
