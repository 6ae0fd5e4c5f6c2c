/** Circuits of providers. */
import { Circuit } from "@careline/domain"
import { Circuits } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { storeNow } from "../sql/clock.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import type { Row } from "../tables/Table.ts"
import { circuits } from "../tables/Tables.ts"

export const layer = Layer.effect(
  Circuits,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    return Circuits.of({
      load: (provider) =>
        sql<Row>`select * from circuits where provider = ${provider}`.pipe(
          Effect.map(([row]) => (row === undefined ? Circuit.closed(provider) : circuits.fromRow(row))),
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
          return { now: yield* storeNow(sql), circuit: circuits.fromRow(row!) }
        }).pipe(asStorage("circuits.lock")),

      save: (circuit) =>
        sql`
          ${circuits.insert([circuits.toRow(circuit)])}
          on conflict (provider) do update set ${circuits.changes("excluded")}`.pipe(
          Effect.asVoid,
          asStorage("circuits.save")
        )
    })
  })
)
