/** Careline's BlobStore and Spool ports in directories. */
export type { BlobAnswer, BlobRequest } from "./Answer.ts"
export { config, LongSecrets } from "./FileBlobConfig.ts"
export { DEFAULT_PATH, type FileBlobOptions } from "./FileBlobOptions.ts"
export * as FileBlobStore from "./FileBlobStore.ts"
export * as FileSpool from "./FileSpool.ts"
