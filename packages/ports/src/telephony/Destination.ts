/**
 * What a text or call came for: a number of ours as a rule, or what the provider names in its place, such as a short code, an RCS
 * agent, a WhatsApp or a SIP address. It is looked up among our numbers, so it counts as one; what is none is in no
 * pool, and what came for it is parked.
 */
import { Option, Schema } from "effect"

/** As long as an address may be. */
const MAX_LENGTH = 254

export const Destination = Schema.NonEmptyString.check(Schema.isMaxLength(MAX_LENGTH)).pipe(Schema.brand("E164"))
export type Destination = typeof Destination.Type

const decode = Schema.decodeOption(Destination)

/** What the provider names, over a channel where it names one that is not the phone network; `null` when it names nothing. */
export const of = (named: string, channel: string | null = null): Destination | null => {
  const address = named.trim()
  if (address === "") return null
  return Option.getOrNull(decode((channel === null ? address : `${channel}:${address}`).slice(0, MAX_LENGTH)))
}
