/** Names the people on call in a thread, by the directory and never by their full number. */
import { type Contact, PhoneNumber, type Tenant } from "@careline/domain"
import { Directory } from "@careline/ports"
import { Effect } from "effect"

interface OnCall {
  readonly siteGroupingId: Tenant
  readonly to: string
}

/** The names of the given ones; of anybody else the end of their number. */
export const onCallNames = Effect.fnUntraced(function* (people: ReadonlyArray<OnCall>) {
  const cards =
    people.length === 0
      ? []
      : yield* (yield* Directory).contacts(
          people.map(({ siteGroupingId, to }) => ({ siteGroupingId, contact: to as Contact.Contact }))
        )
  return ({ siteGroupingId, to }: OnCall): string =>
    cards.find((card) => card.siteGroupingId === siteGroupingId && card.contact === to)?.name ?? PhoneNumber.ending(to)
})
