/** Carries out changes set-wise: one statement for each kind, however many threads they are about. */
import { type Change, type Consent, Contact, type Message, type Send, type Thread } from "@careline/domain"
import { Changes } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import type { Statement } from "effect/sql"
import { asStorage } from "../sql/StorageErrors.ts"
import { encode, FieldEncryption } from "../encryption/FieldEncryption.ts"
import type { Row, Table } from "../tables/Table.ts"
import { type AlarmPeriod, consents, escalations, externalThreads, messages, sends } from "../tables/Tables.ts"

type ChangeOf<Tag extends Change["_tag"]> = Extract<Change, { readonly _tag: Tag }>

const contactKeyOf = ({ contact, siteGroupingId }: Consent.Consent): string =>
  JSON.stringify([siteGroupingId, Contact.key(contact)])

/** The changes of each kind, in their order. */
const sort = (changes: ReadonlyArray<Change>) => {
  const threads = new Map<string, Thread.Thread>()
  const consents = new Map<string, Consent.Consent>()
  const messages: Array<Message.Message> = []
  const sends: Array<Send.Send> = []
  const timers: Array<ChangeOf<"TimerStarted" | "TimerStopped" | "TimerFired">> = []
  for (const change of changes) {
    switch (change._tag) {
      case "ThreadSaved":
        threads.set(change.thread.id, change.thread)
        break
      case "ConsentChanged":
        consents.set(contactKeyOf(change.consent), { ...change.consent, contact: Contact.key(change.consent.contact) })
        break
      case "MessageAdded":
        messages.push(change.message)
        break
      case "SendQueued":
        sends.push(change.send)
        break
      default:
        timers.push(change)
    }
  }
  return { threads: [...threads.values()], consents: [...consents.values()], messages, sends, timers }
}

/** What a period became, the last word of the set on it. */
const periodsOf = (timers: ReturnType<typeof sort>["timers"]) => {
  const periods = new Map<string, AlarmPeriod>()
  for (const timer of timers) {
    const { period, siteGroupingId, threadId } = timer
    const key = `${threadId} ${period}`
    periods.set(key, {
      siteGroupingId,
      threadId,
      period,
      state: timer._tag === "TimerStarted" ? "running" : timer._tag === "TimerFired" ? "fired" : "stopped",
      dueAt: timer._tag === "TimerStarted" ? timer.dueAt : (periods.get(key)?.dueAt ?? null),
      notified: timer._tag === "TimerFired" ? timer.notified : []
    })
  }
  const all = [...periods.values()]
  return { started: all.filter(({ dueAt }) => dueAt !== null), ended: all.filter(({ dueAt }) => dueAt === null) }
}

export const layer = Layer.effect(
  Changes,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption

    /** Tenants of `given` rows that are not on record yet. */
    const tenants = sql.literal(`
      insert into site_groupings (id)
      select distinct site_grouping_id from given g
      where not exists (select from site_groupings s where s.id = g.site_grouping_id)
      on conflict do nothing`)

    const saveThreads = (rows: ReadonlyArray<Row>) => sql`
      with given as materialized (
        select * from ${externalThreads.given(rows)}
      ), tenants as (${tenants}), listed as (
        update unread_threads u set listed_at = g.last_message_at from given g
        where u.site_grouping_id = g.site_grouping_id and u.external_thread_id = g.id and u.listed_at <> g.last_message_at
      )
      insert into external_threads (${externalThreads.columns})
      select ${externalThreads.columns} from given order by site_grouping_id, id
      on conflict (site_grouping_id, id) do update set ${externalThreads.changes("excluded")}`

    const changeConsents = (rows: ReadonlyArray<Row>) => sql`
      with given as materialized (
        select * from ${consents.given(rows)}
      ), tenants as (${tenants})
      insert into consents (${consents.columns})
      select ${consents.columns} from given order by site_grouping_id, contact
      on conflict (site_grouping_id, contact) do update set ${consents.changes("excluded")}`

    const endTimers = (rows: ReadonlyArray<Row>) => sql`
      update escalations e set state = given.state, notified = given.notified, ended_at = careline_now()
      from ${escalations.given(rows)}
      where e.site_grouping_id = given.site_grouping_id and e.external_thread_id = given.external_thread_id
        and e.period = given.period and e.state = 'running'`

    const startTimers = (rows: ReadonlyArray<Row>) => sql`
      insert into escalations (${escalations.columns}, ended_at)
      select ${escalations.columns}, case when state = 'running' then null else careline_now() end
      from ${escalations.given(rows)}`

    /** Encrypts values and runs the statement for them, where there are any. */
    const write = <A>(
      table: Table<A>,
      values: ReadonlyArray<A>,
      statement: (rows: ReadonlyArray<Row>) => Statement.Fragment = table.insert
    ) =>
      values.length === 0
        ? Effect.void
        : Effect.flatMap(encode(encryption, table, values), (rows) => sql`${statement(rows)}`)

    return Changes.of({
      apply: (changes) => {
        const sorted = sort(changes)
        const { ended, started } = periodsOf(sorted.timers)
        return Effect.gen(function* () {
          yield* write(externalThreads, sorted.threads, saveThreads)
          yield* write(messages, sorted.messages)
          yield* write(consents, sorted.consents, changeConsents)
          yield* write(escalations, ended, endTimers)
          yield* write(escalations, started, startTimers)
          yield* write(sends, sorted.sends)
          if (sorted.sends.length > 0) yield* sql`select pg_notify('careline', 'outbox')`
        }).pipe(asStorage("changes.apply"))
      }
    })
  })
)
