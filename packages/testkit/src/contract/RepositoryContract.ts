/**
 * What a store has to do, whoever keeps it: the promise that `@careline/ports` makes to the application, as tests.
 *
 * An adapter's own test file calls `suite` with a harness and passes. Tests that need what the harness does not declare
 * are reported as skipped, with the reason.
 */
import { describe, it } from "@effect/vitest"
import { auditLogChapter } from "./repository/access/AuditLogChapter.ts"
import { auditTrailChapter } from "./repository/access/AuditTrailChapter.ts"
import { breakGlassesChapter } from "./repository/access/BreakGlassesChapter.ts"
import { bridgeRequestsChapter } from "./repository/calls/BridgeRequestsChapter.ts"
import { broadcasterChapter } from "./repository/shared/BroadcasterChapter.ts"
import { callsChapter } from "./repository/calls/CallsChapter.ts"
import { changesChapter } from "./repository/shared/ChangesChapter.ts"
import { type Chapter, type ContractTest, run } from "./repository/shared/Chapter.ts"
import { circuitsChapter } from "./repository/outbound/CircuitsChapter.ts"
import { consentsChapter } from "./repository/threads/ConsentsChapter.ts"
import { directoryChapter } from "./repository/directory/DirectoryChapter.ts"
import { type Harness, meets } from "./repository/shared/Harness.ts"
import { idempotencyChapter } from "./repository/threads/IdempotencyChapter.ts"
import { idsChapter } from "./repository/shared/IdsChapter.ts"
import { inboxIntakeChapter } from "./repository/inbound/InboxIntakeChapter.ts"
import { inboxLanesChapter } from "./repository/inbound/InboxLanesChapter.ts"
import { inboxParkedChapter } from "./repository/inbound/InboxParkedChapter.ts"
import { inboxReportsChapter } from "./repository/inbound/InboxReportsChapter.ts"
import { inboxCallsChapter } from "./repository/inbound/InboxCallsChapter.ts"
import { mediaImportsChapter } from "./repository/media/MediaImportsChapter.ts"
import { mediaUploadsChapter } from "./repository/media/MediaUploadsChapter.ts"
import { messagesByStatusChapter } from "./repository/threads/MessagesByStatusChapter.ts"
import { messagesChapter } from "./repository/threads/MessagesChapter.ts"
import { numberInventoryChapter } from "./repository/numbers/NumberInventoryChapter.ts"
import { numberOrdersChapter } from "./repository/numbers/NumberOrdersChapter.ts"
import { outboxChapter } from "./repository/outbound/OutboxChapter.ts"
import { outboxUnknownChapter } from "./repository/outbound/OutboxUnknownChapter.ts"
import { tenantNumbersChapter } from "./repository/numbers/TenantNumbersChapter.ts"
import { rateBucketsChapter } from "./repository/outbound/RateBucketsChapter.ts"
import { sendLanesChapter } from "./repository/outbound/SendLanesChapter.ts"
import { settingsChapter } from "./repository/tenants/SettingsChapter.ts"
import { siteGroupingsChapter } from "./repository/tenants/SiteGroupingsChapter.ts"
import { notificationsChapter } from "./repository/notifications/NotificationsChapter.ts"
import { templatesChapter } from "./repository/templates/TemplatesChapter.ts"
import { readingChapter } from "./repository/threads/ReadingChapter.ts"
import { threadListChapter } from "./repository/threads/ThreadListChapter.ts"
import { threadsChapter } from "./repository/threads/ThreadsChapter.ts"
import { timersChapter } from "./repository/escalation/TimersChapter.ts"
import { transactionChapter } from "./repository/shared/TransactionChapter.ts"

export { type Chapter, type ContractTest, run } from "./repository/shared/Chapter.ts"
export { Patience } from "./repository/shared/Deadline.ts"
export {
  type Harness,
  meets,
  type Need,
  type People,
  type StoragePorts,
  StoreUnderTest
} from "./repository/shared/Harness.ts"

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
