/** Careline's stores on PostgreSQL 15 or newer. */
import { IdGenerator } from "@careline/ports"
import { Layer } from "effect"
import * as Database from "./Database.ts"
import { Notifications } from "./Notifications.ts"
import * as PgAuditLog from "./PgAuditLog.ts"
import * as PgAuditTrail from "./PgAuditTrail.ts"
import * as PgBreakGlasses from "./PgBreakGlasses.ts"
import * as PgBridgeRequests from "./PgBridgeRequests.ts"
import * as PgBroadcaster from "./PgBroadcaster.ts"
import * as PgCalls from "./PgCalls.ts"
import * as PgChanges from "./PgChanges.ts"
import * as PgCircuits from "./PgCircuits.ts"
import * as PgConsents from "./PgConsents.ts"
import * as PgInbox from "./PgInbox.ts"
import * as PgMediaImports from "./PgMediaImports.ts"
import * as PgMessages from "./PgMessages.ts"
import * as PgOutbox from "./PgOutbox.ts"
import * as PgPoolNumbers from "./PgPoolNumbers.ts"
import * as PgRateBuckets from "./PgRateBuckets.ts"
import * as PgSettings from "./PgSettings.ts"
import * as PgThreads from "./PgThreads.ts"
import * as PgTimers from "./PgTimers.ts"
import * as PgTransaction from "./PgTransaction.ts"

export * as Database from "./Database.ts"

/** Every store port over an open client. */
export const stores = Layer.mergeAll(
  PgAuditLog.layer,
  PgAuditTrail.layer,
  PgBreakGlasses.layer,
  PgBridgeRequests.layer,
  PgBroadcaster.layer,
  PgCalls.layer,
  PgChanges.layer,
  PgCircuits.layer,
  PgConsents.layer,
  PgInbox.layer,
  PgMediaImports.layer,
  PgMessages.layer,
  PgOutbox.layer,
  PgPoolNumbers.layer,
  PgRateBuckets.layer,
  PgSettings.layer,
  PgThreads.layer,
  PgTimers.layer,
  PgTransaction.layer,
  IdGenerator.layerUuidV7
).pipe(Layer.provide(Notifications.layer))

/** Every store port on the database of the options, which is brought up to date first. */
export const layer = (options: Database.DatabaseOptions) => stores.pipe(Layer.provideMerge(Database.layer(options)))
