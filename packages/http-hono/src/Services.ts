/** Everything that a request may need. */
import type { Intake, Voice } from "@careline/application"
import type {
  AccessStoragePorts,
  BlobStore,
  Directory,
  DirectoryEntries,
  HubStoragePorts,
  Optional,
  Spool,
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
  | Optional.Optional<BlobStore | Spool | Voice>
  | TelephonyProviders.TelephonyProviders
