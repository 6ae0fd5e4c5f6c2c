/** Downloads of recordings and pictures, which reach only where they may. */
export { download, type Download, type DownloadOptions } from "./Download.ts"
export type { Network } from "./Network.ts"
