/** Careline's BlobStore port in a directory. */
export type { BlobAnswer, BlobRequest } from "./Answer.ts"
export { config, LongSecrets } from "./FileBlobConfig.ts"
export { DEFAULT_PATH, type FileBlobOptions } from "./FileBlobOptions.ts"
export * as FileBlobStore from "./FileBlobStore.ts"
