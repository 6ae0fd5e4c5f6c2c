/** What a line needs beside `StoragePorts` to take calls and to keep media. A line of texts only does without. */
import type { BlobStore } from "./BlobStore.ts"
import type { BridgeRequests } from "./BridgeRequests.ts"
import type { Calls } from "./Calls.ts"
import type { MediaImports } from "./MediaImports.ts"
import type { MediaUploads } from "./MediaUploads.ts"

/** The ports that keep calls and media, in the same store as `StoragePorts`, because one transaction spans them all. */
export type VoiceStoragePorts = BridgeRequests | Calls | MediaImports | MediaUploads

/** Those, and a place for the bytes of recordings and pictures. */
export type VoicePorts = BlobStore | VoiceStoragePorts
