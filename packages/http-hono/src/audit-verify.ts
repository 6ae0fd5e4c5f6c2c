/**
 * Follows the audit log from its first entry to its last, and fails when one was altered or is missing. `--heads <file>`
 * keeps the ends of the chains for the next time: kept elsewhere than the database, they show an end that was cut off whole.
 */
import { readFile, writeFile } from "node:fs/promises"
import { parseArgs } from "node:util"
import { Database, stores } from "@careline/adapter-postgres"
import { EmbeddedPostgres } from "@careline/adapter-postgres/embedded"
import { type AuditVerdict, verifyAudit } from "@careline/application"
import { Tenant } from "@careline/domain"
import type { AuditChain } from "@careline/ports"
import { NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect, Exit, Layer, Option, Redacted, Schema } from "effect"

const { values: options } = parseArgs({ options: { heads: { type: "string" } } })

const Heads = Schema.fromJsonString(
  Schema.Array(Schema.Struct({ siteGroupingId: Tenant, place: Schema.Int, hash: Schema.String }))
)

const readHeads = (file: string) =>
  Effect.tryPromise(() => readFile(file, "utf8")).pipe(
    Effect.flatMap(Schema.decodeUnknownEffect(Heads)),
    // The first time there is none.
    Effect.catchTag("UnknownError", () => Effect.succeed([]))
  )

const writeHeads = (file: string, heads: AuditVerdict["heads"]) =>
  Effect.promise(() => writeFile(file, JSON.stringify(heads, null, 2)))

/** That of `DATABASE_URL`, else the host's own: the one that runs, or one that is started to be read. */
const databaseUrl = Effect.gen(function* () {
  const named = Option.getOrElse(yield* Config.option(Config.String("DATABASE_URL")), () => "")
  if (named !== "") return Redacted.make(named)
  const data = Option.getOrElse(yield* Config.option(Config.String("DATA_DIR")), () => "")
  const directory = `${data === "" ? ".careline" : data}/database`
  const { url } = yield* EmbeddedPostgres.start({ directory }).pipe(
    Effect.catchIf(
      ({ reason }) => reason === "in_use",
      () => EmbeddedPostgres.running(directory)
    )
  )
  return url
})

const nameOf = (tenant: Tenant): string => (tenant === null ? "the system-wide space" : `site grouping ${tenant}`)

const describe = (fault: AuditChain.AuditFault): string => {
  const of = `of ${nameOf(fault.siteGroupingId)}`
  if (fault._tag === "Altered") return `entry ${fault.place} ${of} is not what was noted`
  return fault.from === fault.to
    ? `entry ${fault.from} ${of} is missing`
    : `entries ${fault.from} to ${fault.to} ${of} are missing`
}

const program = Effect.gen(function* () {
  const url = yield* databaseUrl
  const earlier = options.heads === undefined ? [] : yield* readHeads(options.heads)
  const { faults, heads } = yield* verifyAudit(earlier).pipe(
    Effect.provide(stores.pipe(Layer.provide(Database.layerWalled({ url, maxConnections: 3 }))))
  )
  for (const head of heads) yield* Console.log(`${head.place} entries of ${nameOf(head.siteGroupingId)}`)
  for (const fault of faults) yield* Console.error(`✗ ${describe(fault)}`)
  if (faults.length > 0) return false
  yield* Console.log("✓ The audit log is whole.")
  if (options.heads !== undefined) yield* writeHeads(options.heads, heads)
  return true
})

const refuse = ({ message }: { readonly message: string }) =>
  Effect.as(Console.error(`The audit log cannot be read: ${message}`), false)

NodeRuntime.runMain(
  Effect.scoped(program).pipe(
    Effect.catchTags({
      EmbeddedPostgresError: refuse,
      SchemaError: refuse,
      SqlError: refuse,
      StorageError: refuse,
      ConfigError: refuse
    })
  ),
  { teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) && exit.value ? 0 : 1) }
)
