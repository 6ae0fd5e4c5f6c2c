/** Permissions for masked calls. */
import { BridgeRequests, type RingAnswer } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option } from "effect"
import type { SqlError } from "effect/sql"
import { asStorage } from "../sql/StorageErrors.ts"
import { lock } from "../sql/lock.ts"
import { instant, isUuid, iso, tenantColumn } from "../sql/rows.ts"
import { decode, encode, FieldEncryption } from "../encryption/FieldEncryption.ts"
import { digest } from "../encryption/Envelope.ts"
import type { Row } from "../tables/Table.ts"
import { bridgeRequests } from "../tables/Tables.ts"

export const layer = Layer.effect(
  BridgeRequests,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    const toRequests = decode(encryption, bridgeRequests)
    return BridgeRequests.of({
      add: (request) =>
        encode(encryption, bridgeRequests, [request]).pipe(
          Effect.flatMap((rows) => sql`${bridgeRequests.insert(rows)}`),
          Effect.asVoid,
          asStorage("bridgeRequests.add")
        ),
      latestOf: (clinicianId) =>
        sql<Row>`
          select * from bridge_requests where clinician_id = ${clinicianId}
          order by created_at desc, id desc limit 1`.pipe(
          Effect.flatMap(toRequests),
          Effect.map(([request]) => Option.fromUndefinedOr(request)),
          asStorage("bridgeRequests.latestOf")
        ),
      dialled: ({ caller, expiredAfter, siteGroupingId }) =>
        sql<Row>`
          select * from bridge_requests
          where clinician_number = ${encryption.index(caller)} and site_grouping_id = ${tenantColumn(siteGroupingId)}
            and expires_at >= ${iso(expiredAfter)}::timestamptz
          order by created_at, id for update`.pipe(Effect.flatMap(toRequests), asStorage("bridgeRequests.dialled")),
      load: (ids) =>
        sql<Row>`
          select * from bridge_requests where id = any(${ids.filter(isUuid)}::uuid[])
          order by created_at, id for update`.pipe(Effect.flatMap(toRequests), asStorage("bridgeRequests.load")),
      save: (requests) =>
        requests.length === 0
          ? Effect.void
          : sql`
              update bridge_requests b set failed_pins = n.failed_pins, used_by = n.used_by
              from json_to_recordset(${JSON.stringify(
                requests.map(({ failedPins, id, siteGroupingId, usedBy }) => ({
                  site_grouping_id: tenantColumn(siteGroupingId),
                  id,
                  failed_pins: failedPins,
                  used_by: usedBy
                }))
              )}::json)
                n (site_grouping_id text, id uuid, failed_pins integer, used_by uuid)
              where b.site_grouping_id = n.site_grouping_id and b.id = n.id`.pipe(
              Effect.asVoid,
              asStorage("bridgeRequests.save")
            ),
      ring: ({ at, clinicianId, clinicianNumber, id, until }, quota) =>
        Effect.gen(function* (): Effect.fn.Return<RingAnswer, SqlError.SqlError> {
          const phone = digest(encryption.indexKeys, "callback", clinicianNumber).toString("hex")
          // In one order, so that no two wait for each other.
          for (const key of [`phone ${phone}`, `user ${clinicianId}`].toSorted()) {
            yield* lock(sql, `callback of ${key}`)
          }
          const [known] = yield* sql<{
            readonly is_busy: boolean | null
            readonly calls: number
            readonly first: Date | null
          }>`
            select bool_or(rings_until > ${iso(at)}::timestamptz) as is_busy,
              (count(*) filter (where counts))::int as calls, min(begun_at) filter (where counts) as first
            from (
              select rings_until, begun_at,
                user_id = ${clinicianId} and begun_at > ${iso(quota.since)}::timestamptz as counts
              from callback_rings
              where user_id = ${clinicianId} or phone_hash = decode(${phone}, 'hex')
            ) rings`
          if (known?.is_busy === true) return { _tag: "Busy" }
          if (known !== undefined && known.first !== null && known.calls >= quota.calls) {
            return { _tag: "TooMany", first: instant(known.first) }
          }
          yield* sql`
            insert into callback_rings (id, user_id, phone_hash, begun_at, rings_until)
            values (${id}::uuid, ${clinicianId}, decode(${phone}, 'hex'), ${iso(at)}::timestamptz,
                    ${iso(until)}::timestamptz)`
          return { _tag: "Rings" }
        }).pipe(sql.withTransaction, asStorage("bridgeRequests.ring")),
      rang: (ids, at) =>
        ids.length === 0
          ? Effect.void
          : sql`
              update callback_rings set rings_until = least(rings_until, ${iso(at)}::timestamptz)
              where id = any(${ids.filter(isUuid)}::uuid[])`.pipe(Effect.asVoid, asStorage("bridgeRequests.rang")),
      forget: (expiredBefore) =>
        sql<{ readonly id: string }>`
          with rings as (delete from callback_rings where begun_at < ${iso(expiredBefore)}::timestamptz)
          delete from bridge_requests b
          where b.expires_at < ${iso(expiredBefore)}::timestamptz and exists (
            select from bridge_requests later
            where later.clinician_id = b.clinician_id and (later.created_at, later.id) > (b.created_at, b.id)
          )
          returning b.id`.pipe(
          Effect.map((rows) => rows.length),
          asStorage("bridgeRequests.forget")
        )
    })
  })
)
