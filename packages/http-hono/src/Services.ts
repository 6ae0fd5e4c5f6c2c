/** Everything that a request may need. */
import type { Intake } from "@careline/application"
import type { AccessStoragePorts, Directory, StoragePorts, TelephonyProviders, VoicePorts } from "@careline/ports"

export type Services =
  | StoragePorts
  | AccessStoragePorts
  | VoicePorts
  | Directory
  | Intake
  | TelephonyProviders.TelephonyProviders
