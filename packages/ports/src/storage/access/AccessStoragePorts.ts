/** What a host needs beside `StoragePorts` to show who looked at what, and to let somebody in who must. */
import type { AuditTrail } from "./AuditTrail.ts"
import type { BreakGlasses } from "./BreakGlasses.ts"

/** The ports of the audit trail and of access in an emergency, in the same store as `StoragePorts`. */
export type AccessStoragePorts = AuditTrail | BreakGlasses
