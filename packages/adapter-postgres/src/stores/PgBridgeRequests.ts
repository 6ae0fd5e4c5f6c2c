/** Permissions for masked calls. */
import type {
  BridgeRequest,
  BridgeRequestId,
  CallId,
  CallPlan,
  PhoneNumber,
  PhoneNumberId,
  ThreadId,
  UserId
} from "@careline/domain"
import { BridgeRequests, type RingAnswer } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option } from "effect"
import type { SqlError } from "effect/sql"
import { asStorage } from "../sql/StorageErrors.ts"
import { lock } from "../sql/lock.ts"
import { instant, isUuid, iso, tenantColumn, tenantOf } from "../sql/rows.ts"
import { FieldEncryption } from "../encryption/FieldEncryption.ts"
import { digest } from "../encryption/Envelope.ts"

interface Row {
  readonly site_grouping_id: string
  readonly id: string
  readonly external_thread_id: string
  readonly mode: BridgeRequest.Mode
  readonly clinician_id: string
  readonly clinician_number: string
  readonly number_since: Date
  readonly bridge_number_id: string
  readonly bridge_number: string
  readonly caller_id_number_id: string
  readonly caller_id: string
  readonly contact: string
  readonly pin: string
  readonly reason: string | null
  readonly notes: string | null
  readonly failed_pins: number
  readonly expires_at: Date
  readonly used_by: string | null
  readonly created_at: Date
}

const fromRow = (row: Row): BridgeRequest.BridgeRequest => ({
  id: row.id as BridgeRequestId,
  siteGroupingId: tenantOf(row.site_grouping_id),
  threadId: row.external_thread_id as ThreadId,
  mode: row.mode,
  clinicianId: row.clinician_id as UserId,
  clinicianNumber: row.clinician_number as PhoneNumber.E164,
  numberSince: instant(row.number_since),
  bridgeNumberId: row.bridge_number_id as PhoneNumberId,
  bridgeNumber: row.bridge_number as PhoneNumber.E164,
  callerIdNumberId: row.caller_id_number_id as PhoneNumberId,
  callerId: row.caller_id as CallPlan.CallerId,
  contact: row.contact as PhoneNumber.E164,
  pin: row.pin,
  reason: row.reason,
  notes: row.notes,
  failedPins: row.failed_pins,
  expiresAt: instant(row.expires_at),
  usedBy: row.used_by as CallId | null,
  createdAt: instant(row.created_at)
})

const toJson = (request: BridgeRequest.BridgeRequest) => ({
  site_grouping_id: tenantColumn(request.siteGroupingId),
  id: request.id,
  external_thread_id: request.threadId,
  mode: request.mode,
  clinician_id: request.clinicianId,
  clinician_number: request.clinicianNumber,
  number_since: iso(request.numberSince),
  bridge_number_id: request.bridgeNumberId,
  bridge_number: request.bridgeNumber,
  caller_id_number_id: request.callerIdNumberId,
  caller_id: request.callerId,
  contact: request.contact,
  pin: request.pin,
  reason: request.reason,
  notes: request.notes,
  failed_pins: request.failedPins,
  expires_at: iso(request.expiresAt),
  used_by: request.usedBy,
  created_at: iso(request.createdAt)
})

export const layer = Layer.effect(
  BridgeRequests,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    const toRequests = (rows: ReadonlyArray<Row>) =>
      Effect.map(encryption.decrypt("bridge_requests", rows), (opened) => opened.map(fromRow))
    return BridgeRequests.of({
      add: (request) =>
        Effect.flatMap(
          encryption.encrypt("bridge_requests", [toJson(request)]),
          ([row]) => sql`
          insert into bridge_requests
          select * from json_populate_record(null::bridge_requests, ${JSON.stringify(row)}::json)`
        ).pipe(Effect.asVoid, asStorage("bridgeRequests.add")),
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
              from json_to_recordset(${JSON.stringify(requests.map(toJson))}::json)
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
