/** Downloads of recordings and pictures, which reach only where they may. */
export { download, type Download, type DownloadOptions, MAX_REDIRECTS } from "./Download.ts"
export type { Network } from "./Network.ts"
