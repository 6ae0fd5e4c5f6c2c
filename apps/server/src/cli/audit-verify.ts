/**
 * Follows the audit log from its first entry to its last, and fails when one was altered or is missing. Prints what each
 * chain ends with: kept elsewhere than in the database and given as `--head <site grouping>=<hash>` (`=<hash>` for the
 * system-wide space), it tells whether an end was cut off.
 */
import { parseArgs } from "node:util"
import { Database, stores } from "@careline/adapter-postgres"
import { EmbeddedPostgres } from "@careline/adapter-postgres/embedded"
import { InvalidRequest, type KeptHead, verifyAudit } from "@careline/application"
import { SiteGroupingId } from "@careline/domain"
import { NodeRuntime } from "@effect/platform-node"
import { ProviderConfig } from "@careline/adapter-kit"
import { Console, Effect, Exit, Layer, Redacted, Schema } from "effect"
import { describeFault, nameOf } from "./AuditFaults.ts"

const { values: options } = parseArgs({ options: { head: { type: "string", multiple: true, default: [] } } })

const HEAD = /^(.*)=([0-9a-f]{64})$/

const readHead = Effect.fnUntraced(function* (text: string) {
  const [, name, hash] = HEAD.exec(text) ?? []
  if (name === undefined || hash === undefined) {
    return yield* new InvalidRequest({ field: "head", message: "--head must be <site grouping>=<hash>" })
  }
  return { siteGroupingId: name === "" ? null : SiteGroupingId.make(name), hash } satisfies KeptHead
})

/** That of `DATABASE_URL`, else the host's own: the one that runs, or one that is started to be read. */
const databaseUrl = Effect.gen(function* () {
  const named = (yield* ProviderConfig.optional("DATABASE_URL", Schema.String)) ?? ""
  if (named !== "") return Redacted.make(named)
  const data = (yield* ProviderConfig.optional("DATA_DIR", Schema.String)) ?? ""
  const directory = `${data === "" ? ".careline" : data}/database`
  const { url } = yield* EmbeddedPostgres.start({ directory }).pipe(
    Effect.catchIf(
      ({ reason }) => reason === "in_use",
      () => EmbeddedPostgres.running(directory)
    )
  )
  return url
})

const program = Effect.gen(function* () {
  const kept = yield* Effect.forEach(options.head, readHead)
  const url = yield* databaseUrl
  const { faults, heads } = yield* verifyAudit(kept).pipe(
    Effect.provide(stores.pipe(Layer.provide(Database.layerRowLevelSecurity({ url, maxConnections: 3 }))))
  )
  for (const { hash, place, siteGroupingId } of heads) {
    yield* Console.log(`${place} entries of ${nameOf(siteGroupingId)}, up to ${siteGroupingId ?? ""}=${hash}`)
  }
  for (const fault of faults) yield* Console.error(`✗ ${describeFault(fault)}`)
  if (faults.length > 0) return false
  yield* Console.log("✓ The audit log is whole.")
  return true
})

const refuse = ({ message }: { readonly message: string }) =>
  Effect.as(Console.error(`The audit log cannot be read: ${message}`), false)

NodeRuntime.runMain(
  Effect.scoped(program).pipe(
    Effect.catchTags({
      EmbeddedPostgresError: refuse,
      InvalidRequest: refuse,
      SqlError: refuse,
      StorageError: refuse,
      ConfigError: refuse
    })
  ),
  { teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) && exit.value ? 0 : 1) }
)
