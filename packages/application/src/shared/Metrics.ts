/**
 * Defines the metrics of a line. Labels are closed sets, and ids of site groupings: none is a number, a name or a
 * message's id.
 */
import { PhoneNumber, Prices, type Send, type SendOutcome, type Tenant } from "@careline/domain"
import type { Acceptance } from "@careline/ports"
import { DateTime, Effect, Metric } from "effect"
import { TextPrices } from "./TextPrices.ts"

/** Seconds that somebody waits, from at once to an hour. */
const WAIT_BOUNDARIES = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600]

const webhookEvents = Metric.counter("careline_webhook_events_total", {
  description: "Events that providers delivered, by provider, kind and whether they were new",
  incremental: true
})

const inboundWait = Metric.histogram("careline_inbound_wait_seconds", {
  description: "From a webhook's receipt until its text or call stands in a thread",
  boundaries: WAIT_BOUNDARIES
})

const sends = Metric.counter("careline_sends_total", {
  description: "Attempts to hand a text to a provider, by provider, purpose and outcome",
  incremental: true
})

const sendWait = Metric.histogram("careline_send_wait_seconds", {
  description: "From when a text was queued until a provider took it, by lane",
  boundaries: WAIT_BOUNDARIES
})

const segments = Metric.counter("careline_segments_total", {
  description: "Segments that a provider took, by provider and site grouping: what texts are paid by",
  incremental: true
})

const media = Metric.counter("careline_media_messages_total", {
  description: "Messages with media that a provider took, by provider and site grouping",
  incremental: true
})

const textCost = Metric.counter("careline_text_cost_micros_total", {
  description: "What the texts that a provider took cost by the price list, in millionths of the currency",
  incremental: true
})

const unpricedTexts = Metric.counter("careline_unpriced_texts_total", {
  description: "Texts that a provider took and the price list has no price for",
  incremental: true
})

const numberCost = Metric.gauge("careline_number_cost_micros", {
  description: "What the numbers of a site grouping cost a month, in millionths of the currency"
})

const unpricedNumbers = Metric.gauge("careline_unpriced_numbers", {
  description: "Numbers of a site grouping of which nobody says what they cost"
})

const alarms = Metric.counter("careline_alarms_total", {
  description: "Escalation timers that fired because nobody answered",
  incremental: true
})

const circuit = Metric.gauge("careline_circuit_open", {
  description: "Whether texts go round a provider that fails: 1 while its circuit is open"
})

const secondsBetween = (from: DateTime.Utc, to: DateTime.Utc): number =>
  Math.max(0, to.epochMilliseconds - from.epochMilliseconds) / 1000

export const countWebhookEvent = (provider: string, kind: string, acceptance: Acceptance): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(webhookEvents, { provider, kind, acceptance }), 1)

export const noteInboundWait = (receivedAt: DateTime.Utc, now: DateTime.Utc): Effect.Effect<void> =>
  Metric.update(inboundWait, secondsBetween(receivedAt, now))

/** What a text that a provider took costs; one without a price is counted as such, and not as free. */
const noteTextCost = Effect.fnUntraced(function* (
  paid: { readonly provider: string; readonly site_grouping: string },
  { body, mediaUrls, to }: Send.Send,
  now: DateTime.Utc
) {
  const country = PhoneNumber.country(to) ?? ""
  const on = DateTime.formatIsoDateUtc(now)
  const price = Prices.find(yield* TextPrices, { provider: paid.provider, country, direction: "outbound", on })
  const cost = price === null ? null : Prices.cost(price, body, mediaUrls.length)
  yield* price === null || cost === null
    ? Metric.update(Metric.withAttributes(unpricedTexts, paid), 1)
    : Metric.update(Metric.withAttributes(textCost, { ...paid, currency: price.currency }), cost)
})

/** What a provider answered to a text of so many segments. */
export const noteSend = Effect.fnUntraced(function* (
  provider: string,
  send: Send.Send,
  outcome: SendOutcome.SendOutcome["_tag"],
  segmentCount: number,
  now: DateTime.Utc
) {
  const { lane, mediaUrls, purpose, queuedAt, siteGroupingId } = send
  yield* Metric.update(Metric.withAttributes(sends, { provider, purpose, outcome }), 1)
  if (outcome !== "Accepted") return
  yield* Metric.update(Metric.withAttributes(sendWait, { lane: String(lane) }), secondsBetween(queuedAt, now))
  const paid = { provider, site_grouping: tenantLabel(siteGroupingId) }
  yield* mediaUrls.length > 0
    ? Metric.update(Metric.withAttributes(media, paid), 1)
    : Metric.update(Metric.withAttributes(segments, paid), segmentCount)
  yield* noteTextCost(paid, send, now)
})

export const gaugeNumberCost = (tenant: string, currency: string, micros: number): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(numberCost, { site_grouping: tenant, currency }), micros)

export const gaugeUnpricedNumbers = (tenant: string, count: number): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(unpricedNumbers, { site_grouping: tenant }), count)

/** A tenant as metrics name it. */
export const tenantLabel = (tenant: Tenant): string => tenant ?? "system"

export const countAlarms = (count: number): Effect.Effect<void> =>
  count === 0 ? Effect.void : Metric.update(alarms, count)

export const noteCircuit = (provider: string, isOpen: boolean): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(circuit, { provider }), isOpen ? 1 : 0)
