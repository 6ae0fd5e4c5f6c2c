/** Everything that a request may need. */
import type { Intake } from "@careline/application"
import type {
  AccessStoragePorts,
  Directory,
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
  | Intake
  | TelephonyProviders.TelephonyProviders
