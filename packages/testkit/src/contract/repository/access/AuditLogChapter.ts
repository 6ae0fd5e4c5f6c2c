/** The chapter "Audit log" of the repository contract. */
import { type AuditEntry, AuditLog } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { byStaff, type Chapter, test } from "../shared/Chapter.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"

const record = (entries: ReadonlyArray<AuditEntry>) => Effect.flatMap(AuditLog, (log) => log.record(entries))

/** Entries about these actions, one of each space in turn. */
const entriesOf = Effect.fnUntraced(function* (actions: ReadonlyArray<string>) {
  const { people, tenants } = yield* StoreUnderTest
  const at = yield* Given.storeNow
  const thread = yield* Given.freshThreadId
  return actions.map((action, index): AuditEntry => ({
    siteGroupingId: [tenants[0], tenants[1], null][index % 3]!,
    actor: index % 2 === 0 ? people.users[0] : "system",
    action,
    subject: `thread:${thread}`,
    detail: { field: "assignee", count: index, flagged: true, was: null },
    at
  }))
})

const plain = (entries: ReadonlyArray<AuditEntry>) =>
  entries.map((entry) => ({ ...entry, at: DateTime.formatIso(entry.at) }))

/** What the log holds, as plain data. */
const logged = Effect.map(
  Effect.flatMap(StoreUnderTest, ({ audit }) => audit),
  plain
)

export const auditLogChapter: Chapter = {
  chapter: "Audit log",
  tests: byStaff([
    test(
      "MUST keep entries as they are given, in their order",
      function* () {
        const entries = yield* entriesOf(["message.send", "thread.assign", "number.delete", "settings.change"])
        yield* Given.transact(record(entries.slice(0, 3)))
        yield* Given.transact(record(entries.slice(3)))
        assert.deepStrictEqual(yield* logged, plain(entries))
      },
      ["readAudit"]
    ),

    test(
      "MUST keep no entry of a deed that was undone",
      function* () {
        const [undone, done] = yield* entriesOf(["message.send", "thread.assign"])
        yield* Given.peek(record([undone!]))
        yield* Given.transact(record([done!]))
        assert.deepStrictEqual(yield* logged, plain([done!]))
      },
      ["readAudit"]
    ),

    test("MUST take no entries", function* () {
      yield* Given.transact(record([]))
    })
  ])
}
