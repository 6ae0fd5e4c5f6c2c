/** Everything that a request may need. */
import type { Intake } from "@careline/application"
import type {
  AccessStoragePorts,
  Directory,
  DirectoryEntries,
  HubStoragePorts,
  NumberStoragePorts,
  StoragePorts,
  TelephonyProviders,
  VoicePorts
} from "@careline/ports"

export type Services =
  | StoragePorts
  | VoicePorts
  | AccessStoragePorts
  | NumberStoragePorts
  | HubStoragePorts
  | Directory
  | DirectoryEntries
  | Intake
  | TelephonyProviders.TelephonyProviders
