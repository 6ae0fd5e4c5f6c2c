/**
 * What a store has to do, whoever keeps it: the promise that `@careline/ports` makes to the application, as tests.
 *
 * An adapter's own test file calls `suite` with a harness and passes. Tests that need what the harness does not declare
 * are reported as skipped, with the reason.
 */
import { describe, it } from "@effect/vitest"
import { auditLogChapter } from "./repository/AuditLogChapter.ts"
import { auditTrailChapter } from "./repository/AuditTrailChapter.ts"
import { breakGlassesChapter } from "./repository/BreakGlassesChapter.ts"
import { bridgeRequestsChapter } from "./repository/BridgeRequestsChapter.ts"
import { broadcasterChapter } from "./repository/BroadcasterChapter.ts"
import { callsChapter } from "./repository/CallsChapter.ts"
import { changesChapter } from "./repository/ChangesChapter.ts"
import { type Chapter, type ContractTest, run } from "./repository/Chapter.ts"
import { circuitsChapter } from "./repository/CircuitsChapter.ts"
import { consentsChapter } from "./repository/ConsentsChapter.ts"
import { directoryChapter } from "./repository/DirectoryChapter.ts"
import { type Harness, meets } from "./repository/Harness.ts"
import { idempotencyChapter } from "./repository/IdempotencyChapter.ts"
import { idsChapter } from "./repository/IdsChapter.ts"
import { inboxIntakeChapter } from "./repository/InboxIntakeChapter.ts"
import { inboxLanesChapter } from "./repository/InboxLanesChapter.ts"
import { inboxParkedChapter } from "./repository/InboxParkedChapter.ts"
import { inboxReportsChapter } from "./repository/InboxReportsChapter.ts"
import { inboxCallsChapter } from "./repository/InboxCallsChapter.ts"
import { mediaImportsChapter } from "./repository/MediaImportsChapter.ts"
import { mediaUploadsChapter } from "./repository/MediaUploadsChapter.ts"
import { messagesByStatusChapter } from "./repository/MessagesByStatusChapter.ts"
import { messagesChapter } from "./repository/MessagesChapter.ts"
import { numberInventoryChapter } from "./repository/NumberInventoryChapter.ts"
import { numberOrdersChapter } from "./repository/NumberOrdersChapter.ts"
import { outboxChapter } from "./repository/OutboxChapter.ts"
import { outboxUnknownChapter } from "./repository/OutboxUnknownChapter.ts"
import { tenantNumbersChapter } from "./repository/TenantNumbersChapter.ts"
import { rateBucketsChapter } from "./repository/RateBucketsChapter.ts"
import { sendLanesChapter } from "./repository/SendLanesChapter.ts"
import { settingsChapter } from "./repository/SettingsChapter.ts"
import { siteGroupingsChapter } from "./repository/SiteGroupingsChapter.ts"
import { notificationsChapter } from "./repository/NotificationsChapter.ts"
import { templatesChapter } from "./repository/TemplatesChapter.ts"
import { readingChapter } from "./repository/ReadingChapter.ts"
import { threadListChapter } from "./repository/ThreadListChapter.ts"
import { threadsChapter } from "./repository/ThreadsChapter.ts"
import { timersChapter } from "./repository/TimersChapter.ts"
import { transactionChapter } from "./repository/TransactionChapter.ts"

export { type Chapter, type ContractTest, run } from "./repository/Chapter.ts"
export { Patience } from "./repository/Deadline.ts"
export { type Harness, meets, type Need, type People, type StoragePorts, StoreUnderTest } from "./repository/Harness.ts"

/** Every test of the contract. */
export const chapters: ReadonlyArray<Chapter> = [
  transactionChapter,
  idsChapter,
  changesChapter,
  threadsChapter,
  threadListChapter,
  readingChapter,
  messagesChapter,
  messagesByStatusChapter,
  idempotencyChapter,
  tenantNumbersChapter,
  consentsChapter,
  settingsChapter,
  inboxIntakeChapter,
  inboxLanesChapter,
  inboxReportsChapter,
  inboxCallsChapter,
  inboxParkedChapter,
  outboxChapter,
  sendLanesChapter,
  outboxUnknownChapter,
  rateBucketsChapter,
  circuitsChapter,
  timersChapter,
  broadcasterChapter,
  auditLogChapter,
  auditTrailChapter,
  breakGlassesChapter,
  callsChapter,
  bridgeRequestsChapter,
  mediaImportsChapter,
  mediaUploadsChapter,
  siteGroupingsChapter,
  numberInventoryChapter,
  numberOrdersChapter,
  templatesChapter,
  notificationsChapter,
  directoryChapter
]

const register = <R>(harness: Harness<R>, test: ContractTest): void => {
  const unmet = test.needs.filter((need) => !meets(harness, need))
  if (unmet.length > 0) it.skip(`${test.title} [not declared: ${unmet.join(", ")}]`)
  else it.live(test.title, () => run(harness, test))
}

/** Registers the contract with vitest, for the store of the harness. */
export const suite = <R>(name: string, harness: Harness<R>): void => {
  describe(`${name}: repository contract`, () => {
    for (const { chapter, tests } of chapters) {
      describe(chapter, () => tests.forEach((test) => register(harness, test)))
    }
  })
}
