/** The repository contract on a real PostgreSQL. Each test has a database of its own. */
import { SiteGroupingId, type FacilityId, type PatientId, type UserId } from "@careline/domain"
import {
  type AccessStoragePorts,
  type DirectoryEntries,
  type HubStoragePorts,
  KeyEncryption,
  type NumberStoragePorts,
  type VoiceStoragePorts
} from "@careline/ports"
import { RepositoryContract } from "@careline/testkit/contract"
import { PgClient } from "@effect/sql-pg"
import { Context, DateTime, Duration, Effect, Layer, Redacted } from "effect"
import { randomBytes } from "node:crypto"
import { Database, layer } from "../src/index.ts"
import { migratedDatabase } from "../../../test/support/postgres.ts"

/** Encrypted, as a host that stands alone has it. */
const keys = KeyEncryption.make([{ id: "test", key: Redacted.make(randomBytes(KeyEncryption.KEY_BYTES)) }])

/** Who owns the tables, and sees past row-level security. */
class Owner extends Context.Service<Owner, PgClient.PgClient>()("test/Owner") {
  static readonly layer = (url: Redacted.Redacted) =>
    Layer.effect(Owner, PgClient.PgClient).pipe(Layer.provide(Database.layerClient({ url, maxConnections: 1 })))
}

/** Moves the store's clock by replacing the function that reads it, for every session of the database at once. */
const advance = (duration: Duration.Input) =>
  Effect.gen(function* () {
    const sql = yield* Owner
    yield* sql`create table if not exists test_clock (ahead interval not null)`
    yield* sql`grant select on test_clock to public`
    yield* sql`insert into test_clock values (${`${Duration.toMillis(duration)} milliseconds`}::interval)`
    yield* sql`
      create or replace function careline_now() returns timestamptz language sql stable as $$
        select date_trunc('milliseconds', now()) + coalesce((select sum(ahead) from test_clock), interval '0')
      $$`
  })

const readAudit = Effect.gen(function* () {
  const sql = yield* Owner
  const rows = yield* sql<{
    site_grouping_id: string
    actor: string
    action: string
    subject: string
    detail: Record<string, string>
    at: Date
  }>`select * from audit_log order by id`
  return rows.map(({ action, actor, at, detail, site_grouping_id, subject }) => ({
    siteGroupingId: site_grouping_id === "" ? null : SiteGroupingId.make(site_grouping_id),
    actor,
    action,
    subject,
    detail,
    at: DateTime.makeUnsafe(at)
  }))
})

RepositoryContract.suite("PostgreSQL", {
  layer: Layer.unwrap(
    Effect.map(Effect.promise(migratedDatabase), (database) => {
      const url = Redacted.make(database)
      return Layer.merge(layer({ url, maxConnections: 6, encryption: { keys } }), Owner.layer(url))
    })
  ),
  tenants: [SiteGroupingId.make("north"), SiteGroupingId.make("south")],
  people: {
    users: ["user-1" as UserId, "user-2" as UserId],
    patients: ["patient-1" as PatientId, "patient-2" as PatientId],
    facilities: ["facility-1" as FacilityId, "facility-2" as FacilityId]
  },
  advance,
  concurrentTransactions: true,
  access: Effect.context<AccessStoragePorts>(),
  voice: Effect.context<VoiceStoragePorts>(),
  numbers: Effect.context<NumberStoragePorts>(),
  hub: Effect.context<HubStoragePorts>(),
  directory: Effect.context<DirectoryEntries>(),
  readAudit
})
