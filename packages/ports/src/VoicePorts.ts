/**
 * What a line needs beside `StoragePorts` to take calls and to keep media: ports in the same store, because one transaction
 * spans them, and a place for bytes. A line of texts only does without.
 */
import type { BlobStore } from "./BlobStore.ts"
import type { BridgeRequests } from "./BridgeRequests.ts"
import type { Calls } from "./Calls.ts"
import type { MediaImports } from "./MediaImports.ts"

export type VoiceStoragePorts = BridgeRequests | Calls | MediaImports

export type VoicePorts = BlobStore | VoiceStoragePorts
