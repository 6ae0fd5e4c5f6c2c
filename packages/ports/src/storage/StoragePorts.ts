/** The ports that keep Careline's state. One store backs all of them, because one transaction spans them. */
import type { AuditLog } from "./AuditLog.ts"
import type { Broadcaster } from "./Broadcaster.ts"
import type { Changes } from "./Changes.ts"
import type { Circuits } from "./Circuits.ts"
import type { Consents } from "./Consents.ts"
import type { IdGenerator } from "./IdGenerator.ts"
import type { Inbox } from "./Inbox.ts"
import type { Messages } from "./Messages.ts"
import type { Outbox } from "./Outbox.ts"
import type { TenantNumbers } from "./TenantNumbers.ts"
import type { RateBuckets } from "./RateBuckets.ts"
import type { Settings } from "./Settings.ts"
import type { Threads } from "./Threads.ts"
import type { Timers } from "./Timers.ts"
import type { Transaction } from "./Transaction.ts"

/** What a store has to have for texts; `VoiceStoragePorts` for calls. */
export type StoragePorts =
  | AuditLog
  | Broadcaster
  | Changes
  | Circuits
  | Consents
  | IdGenerator
  | Inbox
  | Messages
  | Outbox
  | TenantNumbers
  | RateBuckets
  | Settings
  | Threads
  | Timers
  | Transaction
