/** Calls, and the call log over them. */
import { type Call, Contact } from "@careline/domain"
import { type CallFilter, type CallKey, Calls } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option } from "effect"
import { counted, newestFirst } from "../sql/page.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import { isUuid, iso, recordTenants, tenants } from "../sql/rows.ts"
import { decode, encode, FieldEncryption } from "../encryption/FieldEncryption.ts"
import type { Row } from "../tables/Table.ts"
import { phoneCallLogs } from "../tables/Tables.ts"

export const layer = Layer.effect(
  Calls,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    const toCalls = decode(encryption, phoneCallLogs)
    const table = { table: "phone_call_logs", alias: "c" }
    const page = newestFirst(sql, { ...table, name: "calls", read: toCalls })
    const count = counted(sql, table)

    /** Locked one after the other in the order of their ids, and read once they are. */
    const lock = (ids: ReadonlyArray<string>) =>
      sql<Row>`
        select * from phone_call_logs where id = any(${[...ids]}::uuid[]) order by id for update`.pipe(
        Effect.flatMap(toCalls)
      )

    const find = (keys: ReadonlyArray<CallKey>) =>
      sql<{ readonly place: bigint; readonly id: string }>`
        select k.place, coalesce(
          (select c.id from phone_call_logs c
           where c.provider = k.provider and c.provider_call_id = k.provider_call_id),
          (select c.id from phone_call_logs c
           where c.id = k.id and c.provider = k.provider and c.provider_call_id is null)
        ) as id
        from rows from (json_to_recordset(${JSON.stringify(
          keys.map(({ callId, provider, providerCallId }) => ({
            provider,
            provider_call_id: providerCallId,
            id: callId !== null && isUuid(callId) ? callId : null
          }))
        )}::json) as (provider text, provider_call_id text, id uuid)) with ordinality
          k (provider, provider_call_id, id, place)`

    const match = Effect.fnUntraced(function* (keys: ReadonlyArray<CallKey>) {
      const found = yield* find(keys)
      const idOf = new Map(found.map(({ id, place }) => [Number(place) - 1, id]))
      const calls = yield* lock([...new Set(found.flatMap(({ id }) => (id === null ? [] : [id])))])
      const callOf = new Map<string, Call.Call>(calls.map((call) => [call.id, call]))
      return keys.map((_, index) => callOf.get(idOf.get(index) ?? "") ?? null)
    })

    const insert = Effect.fnUntraced(function* (call: Call.Call) {
      const rows = yield* encode(encryption, phoneCallLogs, [call])
      const inserted = yield* sql`
      ${phoneCallLogs.insert(rows)}
      on conflict (provider, provider_call_id) where provider_call_id is not null do nothing
      returning id`
      return inserted.length > 0
    })

    const ofId = (column: "external_thread_id" | "phone_number_id", id: string) =>
      isUuid(id) ? sql`c.${sql.literal(column)} = ${id}::uuid` : sql`false`

    /** What is asked for of a call `c` of the tenant `s.tenant`. */
    const matching = ({ contact, direction, from, patientId, phoneNumberId, status, threadId, to }: CallFilter) =>
      sql.and([
        sql`c.site_grouping_id = s.tenant`,
        ...(threadId === undefined ? [] : [ofId("external_thread_id", threadId)]),
        ...(phoneNumberId === undefined ? [] : [ofId("phone_number_id", phoneNumberId)]),
        // As the index has it.
        ...(contact === undefined
          ? []
          : [
              sql`(case c.direction when 'inbound' then c.from_number else c.to_number end) = any(${Contact.spellings(contact).map(encryption.index)}::text[])`
            ]),
        ...(patientId === undefined
          ? []
          : [
              sql`c.external_thread_id in (
                select p.external_thread_id from thread_patients p
                where p.site_grouping_id = s.tenant and p.patient_id = ${patientId}
              )`
            ]),
        ...(status === undefined ? [] : [sql`c.status = ${status}`]),
        ...(direction === undefined ? [] : [sql`c.direction = ${direction}`]),
        ...(from === undefined ? [] : [sql`c.created_at >= ${iso(from)}::timestamptz`]),
        ...(to === undefined ? [] : [sql`c.created_at < ${iso(to)}::timestamptz`])
      ])

    return Calls.of({
      open: (call) =>
        Effect.gen(function* () {
          yield* recordTenants(sql, [call.siteGroupingId])
          if (yield* insert(call)) return { call, isNew: true }
          // Whoever kept it first has committed by now.
          const [known] = yield* match([
            { provider: call.provider, providerCallId: call.providerCallId!, callId: null }
          ])
          return { call: known!, isNew: false }
        }).pipe(asStorage("calls.open")),
      match: (keys) => (keys.length === 0 ? Effect.succeed([]) : match(keys).pipe(asStorage("calls.match"))),
      load: (ids) => lock(ids.filter(isUuid)).pipe(asStorage("calls.load")),
      save: (calls) =>
        calls.length === 0
          ? Effect.void
          : Effect.flatMap(
              encode(encryption, phoneCallLogs, calls),
              (rows) => sql`
              update phone_call_logs c set ${phoneCallLogs.changes("given")} from ${phoneCallLogs.given(rows)}
              where c.site_grouping_id = given.site_grouping_id and c.id = given.id`
            ).pipe(Effect.asVoid, asStorage("calls.save")),
      list: (query) => page(query, matching(query)).pipe(asStorage("calls.list")),
      count: (filter) => count(filter.scope, matching(filter)).pipe(asStorage("calls.count")),
      find: (scope, id) =>
        !isUuid(id)
          ? Effect.succeedNone
          : sql<Row>`
              select c.* from ${tenants(sql, scope)} s
              join phone_call_logs c on c.site_grouping_id = s.tenant and c.id = ${id}::uuid`.pipe(
              Effect.flatMap(toCalls),
              Effect.map(([call]) => Option.fromUndefinedOr(call)),
              asStorage("calls.find")
            ),
      silent: ({ heardBefore, limit }) =>
        sql<Row>`
          select * from phone_call_logs
          where ended_at is null and updated_at < ${iso(heardBefore)}::timestamptz
          order by updated_at limit ${limit}
          for update skip locked`.pipe(Effect.flatMap(toCalls), asStorage("calls.silent"))
    })
  })
)
