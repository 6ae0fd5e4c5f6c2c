/** The repository contract on the EHR's own tables. Each test has a database of its own. */
import { DeliveryStatus, FacilityId, PatientId, SiteGroupingId, UserId } from "@careline/domain"
import type { AuditEntry } from "@careline/ports"
import { RepositoryContract } from "@careline/testkit/contract"
import { fromPlain, type Plain, repositoriesLayer } from "careline"
import { Context, Duration, Effect, Layer } from "effect"
import { expect, it } from "vitest"
import { repositories } from "../../src/careline/repositories/index.ts"
import { people, startServices, type TestServices } from "./ehrDatabase.ts"

class Ehr extends Context.Service<Ehr, TestServices>()("embed-in-ehr/test/Ehr") {}

const layer = Layer.unwrap(
  Effect.map(
    Effect.acquireRelease(Effect.promise(startServices), ({ close }) => Effect.promise(close)),
    (services) => Layer.merge(repositoriesLayer(repositories(services)), Layer.succeed(Ehr, services))
  )
)

const inEhr = <A>(work: (ehr: TestServices) => Promise<A>) =>
  Effect.flatMap(Ehr, (ehr) => Effect.promise(() => work(ehr)))

const readAudit = inEhr(async ({ pool }) => {
  const { rows } = await pool.query<Plain<AuditEntry>>(
    `select site_group_id as "siteGroupingId", actor, action, subject, detail, at from audit_trail order by id`
  )
  return rows.map((row) => fromPlain<AuditEntry>(row))
})

RepositoryContract.suite("EHR", {
  layer,
  tenants: [SiteGroupingId.make(people.siteGroups[0]), SiteGroupingId.make(people.siteGroups[1])],
  people: {
    users: [UserId.make(people.users[0]), UserId.make(people.users[1])],
    patients: [PatientId.make(people.patients[0]), PatientId.make(people.patients[1])],
    facilities: [FacilityId.make(people.facilities[0]), FacilityId.make(people.facilities[1])]
  },
  advance: (duration) => inEhr(({ advance }) => advance(Duration.toMillis(duration))),
  concurrentTransactions: true,
  readAudit
})

it("keeps the statuses of a message's way in the order of Careline's", async () => {
  const { close, pool } = await startServices()
  const { rows } = await pool.query("select enum_range(null::delivery_status)::text[] as statuses")
  expect(rows[0].statuses).toEqual(DeliveryStatus.chain)
  await close()
})
