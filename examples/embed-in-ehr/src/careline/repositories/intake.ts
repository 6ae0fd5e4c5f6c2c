/** Keeps what a provider delivered: once, however often and by however many it is delivered. */
import { type Acceptance, identityOf, type IncomingEvent, isArrival } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import type { JobRunner } from "../../ehr/jobs.ts"
import { drawIds } from "./ids.ts"
import { wake } from "./wakes.ts"

/** Why an event is parked that came for a number before it was a line. */
export const NO_LINE = "the number is no line of ours"

/** To be called in a transaction. */
export const takeIn = async (
  db: Queryable,
  jobs: JobRunner,
  events: ReadonlyArray<IncomingEvent>
): Promise<ReadonlyArray<Acceptance>> => {
  // Ids are drawn in order of arrival, rows written in order of their keys: two processes that take the same events in
  // at once wait for each other in one direction only.
  const ids = await drawIds(db, "inbound_events", events.length)
  const incoming = events
    .map(({ account, event, provider, receivedAt = null }, place) => {
      const { detail, id } = identityOf(event)
      const key = [provider, account, id, event._tag, detail]
      return { place, rowId: ids[place]!, event, receivedAt, key, sortKey: JSON.stringify(key) }
    })
    .toSorted((one, other) => (one.sortKey < other.sortKey ? -1 : one.sortKey > other.sortKey ? 1 : 0))

  const answers: Array<Acceptance> = events.map(() => "duplicate")
  for (const { event, key, place, receivedAt, rowId } of incoming) {
    const arrival = isArrival(event) ? event : null
    // The lane is of the site group that has the number; a number that nobody has, nobody can answer from.
    const { rows } = await db.query<{ state: "pending" | "parked" }>(
      `insert into inbound_events
         (id, provider, account, provider_message_id, kind, status, event, site_group_id, contact, received_at, state, reason)
       overriding system value
       select $1, $2, $3, $4, $5, $6, $7, l.site_group_id, $8, least($10, now()), s.state,
         case s.state when 'parked' then $11 end
       from (values ($9::text)) as given (number)
       left join phone_lines l on l.number = given.number
       cross join lateral (
         select case when given.number is not null and l.id is null then 'parked' else 'pending' end as state
       ) as s
       on conflict (provider_message_id, provider, account, kind, status) do nothing
       returning state`,
      [rowId, ...key, JSON.stringify(event), arrival?.from ?? null, arrival?.to ?? null, receivedAt, NO_LINE]
    )
    if (rows[0] !== undefined) answers[place] = rows[0].state === "parked" ? "unroutable" : "accepted"
  }
  const isNew = (tag: (typeof events)[number]["event"]["_tag"]): boolean =>
    events.some(({ event }, place) => event._tag === tag && answers[place] === "accepted")
  if (isNew("DeliveryReported")) await wake(db, jobs, "careline.applyReports")
  if (isNew("MessageReceived") || isNew("CallReceived")) await wake(db, jobs, "careline.processInbound")
  return answers
}
