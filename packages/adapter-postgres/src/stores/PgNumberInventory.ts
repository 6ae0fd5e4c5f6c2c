/** All numbers that we own. Locks go numbers, calls, threads, each by id; texts that wait are left to who has them in hand. */
import {
  InventoryNumber,
  type PendingAssignmentId,
  type PhoneNumber,
  type PhoneNumberId,
  type ThreadId
} from "@careline/domain"
import { NumberInventory, NumberTaken } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { type DateTime, Effect, Layer, Option } from "effect"
import { storeNow } from "../sql/clock.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import { instantOrNull, isUuid, iso, recordTenants, tenantColumn } from "../sql/rows.ts"
import { digest } from "../encryption/Envelope.ts"
import { FieldEncryption } from "../encryption/FieldEncryption.ts"
import type { Row } from "../tables/Table.ts"
import { numberWishes, phoneNumbers } from "../tables/Tables.ts"

const every = (rows: ReadonlyArray<Row>) => rows.map(phoneNumbers.fromRow)
const first = (rows: ReadonlyArray<Row>) => Option.map(Option.fromNullishOr(rows[0]), phoneNumbers.fromRow)

export const layer = Layer.effect(
  NumberInventory,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    const uuids = (ids: ReadonlyArray<PhoneNumberId>) => sql`any(${ids.filter(isUuid)}::uuid[])`

    const add = Effect.fnUntraced(function* (number: InventoryNumber.InventoryNumber) {
      if (number.holder !== null) yield* recordTenants(sql, [number.holder.siteGroupingId])
      const added = yield* sql`
        ${phoneNumbers.insert([phoneNumbers.toRow(number)])}
        on conflict on constraint phone_numbers_number_key do nothing
        returning id`
      if (added.length === 0) return yield* new NumberTaken({ number: number.number })
    })

    const save = (numbers: ReadonlyArray<InventoryNumber.InventoryNumber>) => sql`
      update phone_numbers n set ${phoneNumbers.changes("given")}
      from ${phoneNumbers.given(numbers.map(phoneNumbers.toRow))} where n.id = given.id`

    const take = ({
      areaCode,
      at,
      key,
      purpose,
      siteGroupingId
    }: Parameters<NumberInventory["Service"]["take"]>[0]) => sql<Row>`
      with free as materialized (
        select id from phone_numbers
        where status = 'available' and purpose = any(${[...InventoryNumber.purposesFor(purpose)]}::text[])
          and ${areaCode === null ? sql`true` : sql`area_code = ${areaCode}`}
        order by status_since, id limit 1
        for update skip locked
      ), forgotten as (
        delete from number_strays s using free f where s.number_id = f.id
      )
      update phone_numbers n set
        site_grouping_id = ${tenantColumn(siteGroupingId)}, status = 'assigned', status_since = ${iso(at)}::timestamptz,
        created_at = ${iso(at)}::timestamptz, label = null, is_default = false, stray_inbound = 0, assignment_key = ${key}
      from free f where n.id = f.id
      returning n.*`

    const moveThreads = (ids: ReadonlyArray<PhoneNumberId>, to: PhoneNumberId | null, at: DateTime.Utc) => sql<{
      readonly id: string
      readonly answered: boolean
    }>`
      with named as materialized (
        select site_grouping_id, id, phone_number_id, last_contacted_number_id from external_threads
        where phone_number_id = ${uuids(ids)}
          or (last_contacted_number_id = ${uuids(ids)} and last_contacted_number_id is distinct from phone_number_id)
        order by site_grouping_id, id
        for update
      ), moved as (
        update external_threads t set
          phone_number_id = case when t.phone_number_id = ${uuids(ids)} then ${to}::uuid else t.phone_number_id end,
          last_contacted_number_id =
            case when t.last_contacted_number_id = ${uuids(ids)} then ${to}::uuid else t.last_contacted_number_id end,
          updated_at = ${iso(at)}::timestamptz
        from named m where t.site_grouping_id = m.site_grouping_id and t.id = m.id
      )
      select id, coalesce(phone_number_id = ${uuids(ids)}, false) as answered from named order by id`

    /** A text that somebody has in hand leaves as it is, or comes back and is led on then. */
    const moveSends = (
      ids: ReadonlyArray<PhoneNumberId>,
      to: Pick<InventoryNumber.TenantNumber, "id" | "number">
    ) => sql`
      with waiting as materialized (
        select site_grouping_id, id from sends
        where state = 'queued' and from_number_id is not null and from_number_id = ${uuids(ids)}
        for update skip locked
      )
      update sends s set from_number_id = ${to.id}::uuid, from_number = ${to.number}
      from waiting w where s.site_grouping_id = w.site_grouping_id and s.id = w.id`

    const forgetInCalls = (ids: ReadonlyArray<PhoneNumberId>) => sql`
      with named as materialized (
        select site_grouping_id, id from phone_call_logs where phone_number_id = ${uuids(ids)}
        order by site_grouping_id, id for update
      )
      update phone_call_logs c set phone_number_id = null
      from named m where c.site_grouping_id = m.site_grouping_id and c.id = m.id`

    const reassign: NumberInventory["Service"]["reassign"] = (ids, to, at) =>
      Effect.gen(function* () {
        if (to === null) yield* forgetInCalls(ids)
        yield* sql`update phone_numbers set replaced_by = ${to?.id ?? null}::uuid where replaced_by = ${uuids(ids)}`
        const threads = yield* moveThreads(ids, to?.id ?? null, at)
        if (to !== null) yield* moveSends(ids, to)
        return threads.filter(({ answered }) => answered).map(({ id }) => id as ThreadId)
      }).pipe(asStorage("numberInventory.reassign"))

    /** The lock on all that is a tenant's number and names one. Who changes a number holds it; who takes texts in shares it. */
    const theirNumbers = sql.literal("hashtextextended('numbers of ' || tenant, 0)")

    const lock = Effect.fnUntraced(function* (ids: ReadonlyArray<PhoneNumberId>) {
      yield* sql`
        select pg_advisory_xact_lock(${theirNumbers}) from (
          select distinct site_grouping_id as tenant from phone_numbers
          where id = ${uuids(ids)} and site_grouping_id is not null order by tenant
        ) holders`
      return yield* sql<Row>`select * from phone_numbers where id = ${uuids(ids)} order by id for update`
    })

    /** What stands in a number's place is read after the number is locked: it may just have been put there. */
    const answering = Effect.fnUntraced(function* (numbers: ReadonlyArray<InventoryNumber.InventoryNumber>) {
      const replaced = numbers.flatMap(({ replacedBy }) => replacedBy ?? [])
      const instead =
        replaced.length === 0
          ? []
          : every(
              yield* sql<Row>`
              select * from phone_numbers where id = any(${replaced}::uuid[]) and site_grouping_id is not null`
            )
      return numbers.map((number) => ({
        number: number.number,
        on: InventoryNumber.tenantNumber(instead.find(({ id }) => id === number.replacedBy) ?? number)!
      }))
    })

    const owned = (numbers: ReadonlyArray<string>) =>
      sql`number = any(${[...numbers]}::text[]) and site_grouping_id is not null`

    const reached: NumberInventory["Service"]["reached"] = (numbers) =>
      sql<Row>`select * from phone_numbers where ${owned(numbers)} order by id for key share`.pipe(
        Effect.flatMap((rows) => answering(every(rows))),
        asStorage("numberInventory.reached")
      )

    const reachedAtOnce: NumberInventory["Service"]["reachedAtOnce"] = (numbers) =>
      Effect.gen(function* () {
        const ours = yield* sql<{ readonly number: PhoneNumber.E164; readonly site_grouping_id: string }>`
          select number, site_grouping_id from phone_numbers where ${owned(numbers)}`
        const tenants = [...new Set(ours.map(({ site_grouping_id }) => site_grouping_id))]
        const free = yield* sql<{ readonly tenant: string }>`
          select tenant from unnest(${tenants}::text[]) as holders (tenant)
          where pg_try_advisory_xact_lock_shared(${theirNumbers})`
        const freeTenants = new Set(free.map(({ tenant }) => tenant))
        const untouched = ours.filter(({ site_grouping_id }) => freeTenants.has(site_grouping_id))
        const reached = every(
          yield* sql<Row>`
          select * from phone_numbers where ${owned(untouched.map(({ number }) => number))}
          order by id for key share skip locked`
        )
        const locked = new Set(reached.map(({ number }) => number))
        const busy = ours.flatMap(({ number }) => (locked.has(number) ? [] : number))
        return { reached: yield* answering(reached), busy }
      }).pipe(asStorage("numberInventory.reachedAtOnce"))

    /** Whoever has no key learns of a caller at most that they tried again. */
    const contactHash = (contact: string) => digest(encryption.indexKeys, "stray", contact).toString("hex")

    const noteUnroutedMessage: NumberInventory["Service"]["noteUnroutedMessage"] = ({
      at,
      from,
      isAnswerable,
      number,
      retireAfter
    }) =>
      sql<{ readonly is_first: boolean }>`
        with tried as materialized (
          select id, purpose from phone_numbers where number = ${number} and site_grouping_id is null
          for no key update
        ), noted as (
          insert into number_strays as known (number_id, contact_hash, answered)
          select id, decode(${contactHash(from)}, 'hex'), ${isAnswerable} from tried
          on conflict (number_id, contact_hash) do update set answered = true
            where excluded.answered and not known.answered
          returning number_id, xmax = 0 as is_new
        ), counted as (
          update phone_numbers n set
            stray_inbound = n.stray_inbound + 1,
            status = case when n.status = 'available' and n.stray_inbound + 1 >= ${retireAfter}
              then 'retired' else n.status end,
            status_since = case when n.status = 'available' and n.stray_inbound + 1 >= ${retireAfter}
              then ${iso(at)}::timestamptz else n.status_since end
          from noted where noted.is_new and n.id = noted.number_id
          returning n.stray_inbound
        )
        select ${isAnswerable} and purpose <> 'voice' and exists (select from noted)
          and not exists (select from counted where stray_inbound > ${retireAfter}) as is_first
        from tried`.pipe(
        Effect.map(([row]) => (row === undefined ? Option.none() : Option.some({ isFirst: row.is_first }))),
        asStorage("numberInventory.noteUnroutedMessage")
      )

    return NumberInventory.of({
      holdAssignments: (tenant) =>
        sql`select pg_advisory_xact_lock(hashtextextended('assignments of ' || ${tenantColumn(tenant)}, 0))`.pipe(
          Effect.asVoid,
          asStorage("numberInventory.holdAssignments")
        ),
      list: (holder) =>
        sql<Row>`
          select * from phone_numbers where ${
            holder === "unassigned"
              ? sql`site_grouping_id is null`
              : holder === "all"
                ? sql`site_grouping_id is not null`
                : sql`site_grouping_id = any(${holder.map(tenantColumn)}::text[])`
          } order by is_default desc, created_at, id`.pipe(Effect.map(every), asStorage("numberInventory.list")),
      byNumbers: (numbers) =>
        sql<Row>`select * from phone_numbers where number = any(${[...numbers]}::text[])`.pipe(
          Effect.map(every),
          asStorage("numberInventory.byNumbers")
        ),
      add: (number) => asStorage("numberInventory.add")(add(number)),
      remove: (id) =>
        Effect.gen(function* () {
          yield* sql`delete from number_strays where number_id = ${id}::uuid`
          yield* sql`delete from phone_numbers where id = ${id}::uuid`
        }).pipe(asStorage("numberInventory.remove")),
      lock: (ids) => lock(ids).pipe(Effect.map(every), asStorage("numberInventory.lock")),
      save: (numbers) => save(numbers).pipe(Effect.asVoid, asStorage("numberInventory.save")),
      take: (assignment) => take(assignment).pipe(Effect.map(first), asStorage("numberInventory.take")),
      usage: (ids) =>
        sql<{ readonly id: string; readonly threads: number }>`
          select phone_number_id as id, count(*)::int as threads from external_threads
          where phone_number_id is not null and phone_number_id = ${uuids(ids)} group by phone_number_id`.pipe(
          Effect.map((rows) => ids.map((id) => rows.find((row) => row.id === id)?.threads ?? 0)),
          asStorage("numberInventory.usage")
        ),
      reassign,
      reached,
      reachedAtOnce,
      ended: (limit) =>
        Effect.gen(function* () {
          const now = yield* storeNow(sql)
          const rows = yield* sql<Row>`
            select * from phone_numbers where ends_at <= careline_now() order by id limit ${limit}
            for update skip locked`
          return { now, numbers: every(rows) }
        }).pipe(asStorage("numberInventory.ended")),
      noteUnroutedMessage,
      counts: sql<{
        readonly status: InventoryNumber.NumberStatus
        readonly area_code: string | null
        readonly purpose: InventoryNumber.NumberPurpose
        readonly count: number
        readonly next_end: Date | null
      }>`
        select status, area_code, purpose, count(*)::int as count, min(ends_at) as next_end from phone_numbers
        group by status, area_code, purpose order by status, area_code, purpose`.pipe(
        Effect.map((rows) =>
          rows.map(({ area_code, count, next_end, purpose, status }) => ({
            status,
            areaCode: area_code,
            purpose,
            count,
            nextEnd: instantOrNull(next_end)
          }))
        ),
        asStorage("numberInventory.counts")
      ),
      addPendingAssignment: (assignment) =>
        sql`${numberWishes.insert([numberWishes.toRow(assignment)])}`.pipe(
          Effect.asVoid,
          asStorage("numberInventory.addPendingAssignment")
        ),
      savePendingAssignments: (assignments) =>
        sql<{ readonly id: PendingAssignmentId }>`
          update number_wishes w set ${numberWishes.changes("given")}
          from ${numberWishes.given(assignments.map(numberWishes.toRow))}
          where w.id = given.id and w.state = 'ordering' returning w.id`.pipe(
          Effect.map((rows) => rows.map(({ id }) => id)),
          asStorage("numberInventory.savePendingAssignments")
        ),
      pendingAssignments: sql<Row>`
        select * from number_wishes where state = 'ordering' order by wished_at, id`.pipe(
        Effect.map((rows) => rows.map(numberWishes.fromRow)),
        asStorage("numberInventory.pendingAssignments")
      ),
      pendingAssignment: (scope, id) =>
        !isUuid(id)
          ? Effect.succeedNone
          : sql<Row>`
              select * from number_wishes where id = ${id}::uuid and ${
                scope === "all" ? sql`true` : sql`site_grouping_id = any(${scope.map(tenantColumn)}::text[])`
              }`.pipe(
              Effect.map(([row]) => Option.map(Option.fromNullishOr(row), numberWishes.fromRow)),
              asStorage("numberInventory.pendingAssignment")
            )
    })
  })
)
