/** The ports that keep what a line needs for calls and media, in the same store. A line of texts only does without. */
import type { BlobStore } from "./BlobStore.ts"
import type { BridgeRequests } from "./BridgeRequests.ts"
import type { Calls } from "./Calls.ts"
import type { MediaImports } from "./MediaImports.ts"

export type VoicePorts = BlobStore | BridgeRequests | Calls | MediaImports
