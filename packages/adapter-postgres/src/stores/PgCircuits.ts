/** Circuits of providers. */
import { Circuit } from "@careline/domain"
import { Circuits } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { storeNow } from "../sql/clock.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import { instantOrNull, iso } from "../sql/rows.ts"

interface Row {
  readonly provider: string
  readonly failures: number
  readonly open_until: Date | null
  readonly probe_until: Date | null
}

const fromRow = (row: Row): Circuit.Circuit => ({
  provider: row.provider,
  failures: row.failures,
  openUntil: instantOrNull(row.open_until),
  probeUntil: instantOrNull(row.probe_until)
})

export const layer = Layer.effect(
  Circuits,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    return Circuits.of({
      load: (provider) =>
        sql<Row>`select * from circuits where provider = ${provider}`.pipe(
          Effect.map(([row]) => (row === undefined ? Circuit.closed(provider) : fromRow(row))),
          asStorage("circuits.load")
        ),

      lock: (provider) =>
        Effect.gen(function* () {
          // A row that is not there cannot be locked. Waits for whoever is adding it.
          yield* sql`
            insert into circuits (provider, failures) values (${provider}, ${Circuit.closed(provider).failures})
            on conflict do nothing`
          // A statement of its own, so that it sees the row that the one before had to wait for.
          const [row] = yield* sql<Row>`select * from circuits where provider = ${provider} for update`
          return { now: yield* storeNow(sql), circuit: fromRow(row!) }
        }).pipe(asStorage("circuits.lock")),

      save: ({ failures, openUntil, probeUntil, provider }) =>
        sql`
          insert into circuits (provider, failures, open_until, probe_until)
          values (${provider}, ${failures}, ${iso(openUntil)}::timestamptz, ${iso(probeUntil)}::timestamptz)
          on conflict (provider) do update set
            failures = excluded.failures, open_until = excluded.open_until, probe_until = excluded.probe_until`.pipe(
          Effect.asVoid,
          asStorage("circuits.save")
        )
    })
  })
)
