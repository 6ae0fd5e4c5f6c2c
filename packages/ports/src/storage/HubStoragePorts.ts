/** What a line needs beside `StoragePorts` to write to contacts by itself. A line that people alone write on does without. */
import type { Notifications } from "./notifications/Notifications.ts"
import type { Templates } from "./templates/Templates.ts"

/** The ports of templates and notifications, in the same store as `StoragePorts`. */
export type HubStoragePorts = Notifications | Templates
