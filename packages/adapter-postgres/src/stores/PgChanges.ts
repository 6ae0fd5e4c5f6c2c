/** Carries out changes set-wise: one statement for each kind, however many threads they are about. */
import type { Change, Consent, Thread } from "@careline/domain"
import { Changes } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import * as MessageRow from "../rows/messageRow.ts"
import { iso, tenantColumn } from "../sql/rows.ts"
import { FieldEncryption } from "../encryption/FieldEncryption.ts"
import * as SendRow from "../rows/sendRow.ts"
import * as ThreadRow from "../rows/threadRow.ts"

type ChangeOf<Tag extends Change["_tag"]> = Extract<Change, { readonly _tag: Tag }>

/** The changes of each kind, in their order. */
const sort = (changes: ReadonlyArray<Change>) => {
  const threads = new Map<string, Thread.Thread>()
  const consents = new Map<string, Consent.Consent>()
  const messages: Array<ChangeOf<"MessageAdded">["message"]> = []
  const sends: Array<ChangeOf<"SendQueued">["send"]> = []
  const timers: Array<ChangeOf<"TimerStarted" | "TimerStopped" | "TimerFired">> = []
  for (const change of changes) {
    switch (change._tag) {
      case "ThreadSaved":
        threads.set(change.thread.id, change.thread)
        break
      case "ConsentChanged":
        consents.set(`${tenantColumn(change.consent.siteGroupingId)} ${change.consent.contact}`, change.consent)
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
const timerRows = (timers: ReturnType<typeof sort>["timers"]) => {
  const rows = new Map<string, Record<string, unknown>>()
  for (const timer of timers) {
    const key = `${timer.threadId} ${timer.period}`
    const known = rows.get(key)
    rows.set(key, {
      site_grouping_id: tenantColumn(timer.siteGroupingId),
      external_thread_id: timer.threadId,
      period: timer.period,
      due_at: timer._tag === "TimerStarted" ? iso(timer.dueAt) : (known?.due_at ?? null),
      state: timer._tag === "TimerStarted" ? "running" : timer._tag === "TimerFired" ? "fired" : "stopped",
      notified: timer._tag === "TimerFired" ? timer.notified : []
    })
  }
  const all = [...rows.values()]
  return { started: all.filter((row) => row.due_at !== null), ended: all.filter((row) => row.due_at === null) }
}

export const layer = Layer.effect(
  Changes,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption

    const saveThreads = Effect.fnUntraced(function* (threads: ReadonlyArray<Thread.Thread>) {
      const rows = yield* encryption.encrypt(
        "external_threads",
        threads.map((thread) => ThreadRow.toJson(thread, encryption.indexKeys))
      )
      yield* sql`
      with given as materialized (
        select * from json_populate_recordset(null::external_threads, ${JSON.stringify(rows)}::json)
      ), tenants as (
        insert into site_groupings (id)
        select distinct site_grouping_id from given g
        where not exists (select from site_groupings s where s.id = g.site_grouping_id)
        on conflict do nothing
      ), listed as (
        update unread_threads u set listed_at = g.last_message_at from given g
        where u.site_grouping_id = g.site_grouping_id and u.external_thread_id = g.id and u.listed_at <> g.last_message_at
      )
      insert into external_threads
      select * from given order by site_grouping_id, id
      on conflict (site_grouping_id, id) do update set
        contact_name = excluded.contact_name,
        search_bits = excluded.search_bits,
        phone_number_id = excluded.phone_number_id,
        last_contacted_number_id = excluded.last_contacted_number_id,
        patient_ids = excluded.patient_ids,
        facility_id = excluded.facility_id,
        assignee_id = excluded.assignee_id,
        last_position = excluded.last_position,
        last_inbound_position = excluded.last_inbound_position,
        last_message_at = excluded.last_message_at,
        last_message_preview = excluded.last_message_preview,
        last_inbound_at = excluded.last_inbound_at,
        auto_replied_at = excluded.auto_replied_at,
        unanswered_since = excluded.unanswered_since,
        reply_failed = excluded.reply_failed,
        escalation_state = excluded.escalation_state,
        escalation_period = excluded.escalation_period,
        escalation_due_at = excluded.escalation_due_at,
        updated_at = excluded.updated_at,
        deleted_at = excluded.deleted_at`
    })

    const addMessages = Effect.fnUntraced(function* (messages: ReturnType<typeof sort>["messages"]) {
      const rows = yield* encryption.encrypt("messages", messages.map(MessageRow.toJson))
      yield* sql`
      insert into messages (site_grouping_id, id, external_thread_id, position, message_type, direction, sender_id,
                            content, attachments, meta_data, delivery_status, created_at)
      select site_grouping_id, id, external_thread_id, position, message_type, direction, sender_id,
             content, attachments, meta_data, delivery_status, created_at
      from json_populate_recordset(null::messages, ${JSON.stringify(rows)}::json)`
    })

    const queueSends = Effect.fnUntraced(function* (sends: ReturnType<typeof sort>["sends"]) {
      const rows = yield* encryption.encrypt("sends", sends.map(SendRow.toJson))
      yield* sql`
      insert into sends (site_grouping_id, id, external_thread_id, message_id, purpose, message_class, lane, from_number,
                         from_number_id, to_number, body, media_urls, attempts, attempt_id, state, not_before, queued_at)
      select site_grouping_id, id, external_thread_id, message_id, purpose, message_class, lane, from_number,
             from_number_id, to_number, body, media_urls, attempts, attempt_id, state, not_before, queued_at
      from json_populate_recordset(null::sends, ${JSON.stringify(rows)}::json)`
    })

    const changeConsents = (consents: ReadonlyArray<Consent.Consent>) => {
      const rows = consents.map((consent) => ({
        site_grouping_id: tenantColumn(consent.siteGroupingId),
        contact: encryption.index(consent.contact),
        status: consent.status,
        source: consent.source,
        changed_at: iso(consent.changedAt)
      }))
      return sql`
        with given as materialized (
          select * from json_populate_recordset(null::consents, ${JSON.stringify(rows)}::json)
        ), tenants as (
          insert into site_groupings (id)
          select distinct site_grouping_id from given g
          where not exists (select from site_groupings s where s.id = g.site_grouping_id)
          on conflict do nothing
        )
        insert into consents select * from given order by site_grouping_id, contact
        on conflict (site_grouping_id, contact) do update set
          status = excluded.status, source = excluded.source, changed_at = excluded.changed_at`
    }

    const endTimers = (rows: ReadonlyArray<unknown>) => sql`
      update escalations e set state = g.state, notified = g.notified, ended_at = careline_now()
      from json_populate_recordset(null::escalations, ${JSON.stringify(rows)}::json) g
      where e.site_grouping_id = g.site_grouping_id and e.external_thread_id = g.external_thread_id
        and e.period = g.period and e.state = 'running'`

    const startTimers = (rows: ReadonlyArray<unknown>) => sql`
      insert into escalations (site_grouping_id, external_thread_id, period, state, due_at, notified, ended_at)
      select site_grouping_id, external_thread_id, period, state, due_at, notified,
             case when state = 'running' then null else careline_now() end
      from json_populate_recordset(null::escalations, ${JSON.stringify(rows)}::json)`

    return Changes.of({
      apply: (changes) => {
        const { consents, messages, sends, threads, timers } = sort(changes)
        const { ended, started } = timerRows(timers)
        return Effect.gen(function* () {
          if (threads.length > 0) yield* saveThreads(threads)
          if (messages.length > 0) yield* addMessages(messages)
          if (consents.length > 0) yield* changeConsents(consents)
          if (ended.length > 0) yield* endTimers(yield* encryption.encrypt("escalations", ended))
          if (started.length > 0) yield* startTimers(yield* encryption.encrypt("escalations", started))
          if (sends.length > 0) {
            yield* queueSends(sends)
            yield* sql`select pg_notify('careline', 'outbox')`
          }
        }).pipe(asStorage("changes.apply"))
      }
    })
  })
)
