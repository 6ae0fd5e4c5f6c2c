/** Careline's BlobStore and Spool ports in directories. */
export { config, LongSecrets } from "./blobs/FileBlobConfig.ts"
export { DEFAULT_PATH, type FileBlobOptions } from "./blobs/FileBlobOptions.ts"
export * as FileBlobStore from "./blobs/FileBlobStore.ts"
export * as FileSpool from "./spool/FileSpool.ts"
