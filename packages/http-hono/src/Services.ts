/** Everything that a request may need. */
import type { Intake } from "@careline/application"
import type {
  AuditLog,
  Broadcaster,
  Changes,
  Consents,
  Directory,
  IdGenerator,
  Inbox,
  Messages,
  Outbox,
  PoolNumbers,
  Settings,
  TelephonyProviders,
  Threads,
  Timers,
  Transaction
} from "@careline/ports"

export type Services =
  | AuditLog
  | Broadcaster
  | Changes
  | Consents
  | Directory
  | IdGenerator
  | Inbox
  | Intake
  | Messages
  | Outbox
  | PoolNumbers
  | Settings
  | TelephonyProviders.TelephonyProviders
  | Threads
  | Timers
  | Transaction
