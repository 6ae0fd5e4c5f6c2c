/** Everything that a request may need. */
import type { Intake } from "@careline/application"
import type { Directory, NumberStoragePorts, StoragePorts, TelephonyProviders, VoicePorts } from "@careline/ports"

export type Services =
  | StoragePorts
  | VoicePorts
  | NumberStoragePorts
  | Directory
  | Intake
  | TelephonyProviders.TelephonyProviders
