/** Careline's stores on PostgreSQL 15 or newer. */
import {
  Calls,
  IdGenerator,
  MediaImports,
  MediaUploads,
  NumberInventory,
  NumberOrders,
  Optional,
  SiteGroupings,
  TenantNumbers
} from "@careline/ports"
import { Layer } from "effect"
import * as Database from "./Database.ts"
import { Wakeups } from "./stores/Wakeups.ts"
import * as PgAuditLog from "./stores/PgAuditLog.ts"
import * as PgAuditTrail from "./stores/PgAuditTrail.ts"
import * as PgBreakGlasses from "./stores/PgBreakGlasses.ts"
import * as PgBridgeRequests from "./stores/PgBridgeRequests.ts"
import * as PgBroadcaster from "./stores/PgBroadcaster.ts"
import * as PgCalls from "./stores/PgCalls.ts"
import * as PgChanges from "./stores/PgChanges.ts"
import * as PgCircuits from "./stores/PgCircuits.ts"
import * as PgConsents from "./stores/PgConsents.ts"
import * as PgDirectoryEntries from "./stores/PgDirectoryEntries.ts"
import * as PgInbox from "./stores/PgInbox.ts"
import * as PgMediaImports from "./stores/PgMediaImports.ts"
import * as PgMediaUploads from "./stores/PgMediaUploads.ts"
import * as PgMessages from "./stores/PgMessages.ts"
import * as PgNotifications from "./stores/PgNotifications.ts"
import * as PgNumberInventory from "./stores/PgNumberInventory.ts"
import * as PgNumberOrders from "./stores/PgNumberOrders.ts"
import * as PgOutbox from "./stores/PgOutbox.ts"
import * as PgRateBuckets from "./stores/PgRateBuckets.ts"
import * as PgSettings from "./stores/PgSettings.ts"
import * as PgSiteGroupings from "./stores/PgSiteGroupings.ts"
import * as PgTemplates from "./stores/PgTemplates.ts"
import * as PgThreads from "./stores/PgThreads.ts"
import * as PgTimers from "./stores/PgTimers.ts"
import * as PgTransaction from "./stores/PgTransaction.ts"
import * as FieldEncryption from "./encryption/layer.ts"
import type { EncryptionOptions } from "./encryption/layer.ts"

export * as Database from "./Database.ts"
export * as Installation from "./stores/Installation.ts"
export type { EncryptionOptions } from "./encryption/layer.ts"

const ports = Layer.mergeAll(
  PgAuditLog.layer,
  PgAuditTrail.layer,
  PgBreakGlasses.layer,
  PgBridgeRequests.layer,
  PgBroadcaster.layer,
  PgCalls.layer,
  PgChanges.layer,
  PgCircuits.layer,
  PgConsents.layer,
  PgDirectoryEntries.layer,
  PgInbox.layer,
  PgMediaImports.layer,
  PgMediaUploads.layer,
  PgMessages.layer,
  PgNotifications.layer,
  TenantNumbers.layerFromInventory.pipe(Layer.provideMerge(PgNumberInventory.layer)),
  PgNumberOrders.layer,
  PgOutbox.layer,
  PgRateBuckets.layer,
  PgSettings.layer,
  PgSiteGroupings.layer,
  PgTemplates.layer,
  PgThreads.layer,
  PgTimers.layer,
  PgTransaction.layer,
  IdGenerator.layerUuidV7
).pipe(Layer.provide(Wakeups.layer), (stores) =>
  Layer.provideMerge(
    Optional.present(Calls, MediaImports, MediaUploads, NumberInventory, NumberOrders, SiteGroupings),
    stores
  )
)

/** Every store port over an open client. Nothing is encrypted: for a database that is encrypted otherwise. */
export const stores = ports.pipe(Layer.provide(FieldEncryption.layerPlain))

export interface PostgresOptions extends Database.DatabaseOptions {
  /** How patient data is encrypted in the database; without, it is kept as it is, for a database that is encrypted otherwise. */
  readonly encryption?: EncryptionOptions | null
}

/** Every store port on the database of the options, which is brought up to date first. */
export const layer = ({ encryption, ...options }: PostgresOptions) =>
  ports.pipe(
    Layer.provide(FieldEncryption.layer(options, encryption ?? null)),
    Layer.provideMerge(Database.layer(options))
  )
