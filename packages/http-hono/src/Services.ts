/** Everything that a request may need. */
import type { Intake } from "@careline/application"
import type { Directory, StoragePorts, TelephonyProviders, VoicePorts } from "@careline/ports"

export type Services = StoragePorts | VoicePorts | Directory | Intake | TelephonyProviders.TelephonyProviders
