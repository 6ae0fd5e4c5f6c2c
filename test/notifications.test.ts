/** Two hosts release notifications on a real PostgreSQL, and are gone at any step: each leaves once, and what is edited or withdrawn meanwhile never as it was. */
import * as Application from "@careline/application"
import { layer as postgres } from "@careline/adapter-postgres"
import {
  Notification,
  type NotificationId,
  type PhoneNumber,
  type PhoneNumberId,
  type SiteGroupingId,
  type UserId
} from "@careline/domain"
import { Changes, Directory, Notifications, TenantNumbers, Settings, Threads } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { type Contact, VoipSettings } from "@careline/domain"
import { DateTime, Effect, Layer, Redacted, Result } from "effect"
import { Crash, fragile } from "../packages/application/test/support/Crash.ts"
import { freshDatabase } from "./support/postgres.ts"

const north = "north" as SiteGroupingId
const nurse: Application.Actor = { userId: "nurse" as UserId, scope: [north] }
const COUNT = 60
const limits = Application.Limits.withDefaults({ notificationsPerBatch: 7, releasePause: 1 })

/** A host's part of the work, over a connection pool of its own. */
const host = (url: string) =>
  Layer.mergeAll(
    postgres({ url: Redacted.make(url), maxConnections: 3 }),
    Directory.layerEmpty,
    Layer.succeed(Application.Limits.Limits, limits)
  )

const uuid = (count: number) => `01900000-0000-7000-8000-${String(count).padStart(12, "0")}`

/** Several of each contact, so that what is released at once meets in one thread. */
const planned = (count: number, now: DateTime.Utc): Notification.Notification =>
  Notification.schedule(
    {
      id: uuid(count) as NotificationId,
      siteGroupingId: north,
      causeKey: `cause ${count}`,
      kind: "scheduled",
      messageClass: "care",
      contact: `+1303555${String(100 + (count % 20)).padStart(4, "0")}` as Contact.Contact,
      patientId: null,
      content: { _tag: "Words", text: `number ${count}` },
      language: null,
      dueAt: now,
      validUntil: null,
      fingerprint: null,
      createdBy: null
    },
    now
  )

const setUp = Effect.gen(function* () {
  const now = yield* DateTime.now
  yield* (yield* TenantNumbers).add({
    id: uuid(999_999) as PhoneNumberId,
    siteGroupingId: north,
    number: "+12025550100" as PhoneNumber.E164,
    label: null,
    providerSid: null,
    provider: null,
    status: "assigned",
    createdAt: now
  })
  yield* (yield* Settings).put(north, { ...VoipSettings.defaults, quietHours: null, dailyLimitPerContact: null })
  yield* (yield* Notifications).plan(Array.from({ length: COUNT }, (_, count) => planned(count, now)))
}).pipe(Application.asStaff({ scope: "all" }))

/** Releases what is due until nothing is; at its `step` the process is gone, and another one takes its place. */
const release = (url: string, step: number) =>
  Effect.gen(function* () {
    const crash = new Crash(step)
    const parts = Layer.mergeAll(
      yield* fragile(Notifications, crash),
      yield* fragile(Changes, crash),
      yield* fragile(Threads, crash)
    )
    yield* Effect.exit(Effect.provide(Application.releaseNotifications(), parts))
    while ((yield* Application.releaseNotifications()) > 0) {
      // There may be more.
    }
  }).pipe(Effect.provide(host(url)))

const rows = <A extends object>(url: string, query: string) =>
  Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe<A>(query)).pipe(
    Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }))
  )

describe("Two hosts that release notifications", () => {
  it.live.each([1, 2, 4, 6, 8, 12])("make one text of each, with one gone at step %d", (step) =>
    Effect.gen(function* () {
      const url = yield* Effect.promise(freshDatabase)
      yield* Effect.provide(setUp, host(url))
      yield* Effect.all([release(url, step), release(url, step + 3)], { concurrency: 2 })
      // What was set aside by a fault is due again at once.
      yield* release(url, 1_000)
      const [texts] = yield* rows<{ texts: number; sends: number; delivering: number }>(
        url,
        `select (select count(distinct meta_data ->> 'notificationId') from messages)::int as texts,
           (select count(*) from sends)::int as sends,
           (select count(*) from notifications where state = 'delivering')::int as delivering`
      )
      assert.deepStrictEqual(texts, { texts: COUNT, sends: COUNT, delivering: COUNT })
      const positions = yield* rows<{ gaps: boolean }>(
        url,
        `select max(position) <> count(*) as gaps from messages group by external_thread_id`
      )
      assert.isTrue(positions.every(({ gaps }) => !gaps))
    })
  )

  it.live("send none that was withdrawn before it was claimed, and withdraw none that was", () =>
    Effect.gen(function* () {
      const url = yield* Effect.promise(freshDatabase)
      yield* Effect.provide(setUp, host(url))
      const withdraw = Effect.forEach(
        Array.from({ length: COUNT }, (_, count) => count),
        (count) => Effect.result(Application.withdrawNotification(nurse, uuid(count) as NotificationId))
      ).pipe(Effect.provide(host(url)))
      const [results] = yield* Effect.all([withdraw, release(url, 1_000)], { concurrency: 2 })
      yield* release(url, 1_000)
      const taken = results.filter(Result.isSuccess).length
      const [told] = yield* rows<{ withdrawn: number; sends: number }>(
        url,
        `select (select count(*) from notifications where state = 'withdrawn')::int as withdrawn,
           (select count(*) from sends)::int as sends`
      )
      assert.deepStrictEqual(told, { withdrawn: taken, sends: COUNT - taken })
    })
  )
})
