/** What a line needs beside `StoragePorts` to take calls and to keep media. A line of texts only does without. */
import type { BlobStore } from "../media/BlobStore.ts"
import type { BridgeRequests } from "./BridgeRequests.ts"
import type { Calls } from "./Calls.ts"
import type { MediaImports } from "../media/MediaImports.ts"
import type { MediaUploads } from "../media/MediaUploads.ts"

/** The ports that keep calls and media, in the same store as `StoragePorts`, because one transaction spans them all. */
export type VoiceStoragePorts = BridgeRequests | Calls | MediaImports | MediaUploads

/** Those, and a place for the bytes of recordings and pictures. */
export type VoicePorts = BlobStore | VoiceStoragePorts
