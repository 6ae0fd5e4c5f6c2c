/** Everything that a request may need. */
import type { Intake } from "@careline/application"
import type {
  AccessStoragePorts,
  Directory,
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
  | Directory
  | Intake
  | TelephonyProviders.TelephonyProviders
