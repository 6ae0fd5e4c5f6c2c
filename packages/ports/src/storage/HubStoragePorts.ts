/** What a line needs beside `StoragePorts` to write to contacts by itself. A line that people alone write on does without. */
import type { Templates } from "./Templates.ts"

/** The ports of templates, in the same store as `StoragePorts`. */
export type HubStoragePorts = Templates
