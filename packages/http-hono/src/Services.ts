/** Everything that a request may need. */
import type { Intake } from "@careline/application"
import type { Directory, StoragePorts, TelephonyProviders } from "@careline/ports"

export type Services = StoragePorts | Directory | Intake | TelephonyProviders.TelephonyProviders
