/** The ports that keep Careline's state. One store backs all of them, because one transaction spans them. */
import type { AuditLog } from "./access/AuditLog.ts"
import type { Broadcaster } from "./shared/Broadcaster.ts"
import type { Changes } from "./shared/Changes.ts"
import type { Circuits } from "./outbound/Circuits.ts"
import type { Consents } from "./threads/Consents.ts"
import type { IdGenerator } from "./shared/IdGenerator.ts"
import type { Inbox } from "./inbound/Inbox.ts"
import type { Messages } from "./threads/Messages.ts"
import type { Outbox } from "./outbound/Outbox.ts"
import type { TenantNumbers } from "./numbers/TenantNumbers.ts"
import type { RateBuckets } from "./outbound/RateBuckets.ts"
import type { Settings } from "./tenants/Settings.ts"
import type { Threads } from "./threads/Threads.ts"
import type { Timers } from "./escalation/Timers.ts"
import type { Calls } from "./calls/Calls.ts"
import type { MediaImports } from "./media/MediaImports.ts"
import type { MediaUploads } from "./media/MediaUploads.ts"
import type { NumberInventory } from "./numbers/NumberInventory.ts"
import type { NumberOrders } from "./numbers/NumberOrders.ts"
import type { Optional } from "../shared/Optional.ts"
import type { SiteGroupings } from "./tenants/SiteGroupings.ts"
import type { Transaction } from "./shared/Transaction.ts"

/** What a store has to have for texts, and say of what it may have beyond them; `VoiceStoragePorts` for calls. */
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
  | Optional<Calls | MediaImports | MediaUploads | NumberInventory | NumberOrders | SiteGroupings>
