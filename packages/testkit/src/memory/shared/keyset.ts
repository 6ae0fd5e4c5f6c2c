/** Keyset paging: a page ends at a place in the order, and the next one begins behind it, whatever came in between. */
import { InvalidCursor, type Page, type PageRequest } from "@careline/ports"
import { type DateTime, Effect, Option, Order, Schema } from "effect"

/** Where an item stands in its list: by a number first, then by its id. Lists go from the greatest place down. */
export interface Place {
  readonly at: number
  readonly id: string
}

/** By when an item was made, where ids decide between equals. */
export const byCreation = ({ createdAt, id }: { readonly createdAt: DateTime.Utc; readonly id: string }): Place => ({
  at: createdAt.epochMilliseconds,
  id
})

const descending: Order.Order<Place> = Order.flip(
  Order.combine(
    Order.mapInput(Order.Number, (place: Place) => place.at),
    Order.mapInput(Order.String, (place: Place) => place.id)
  )
)

/** `list` names the kind of list, so that a cursor of another kind is told apart. */
const Cursor = Schema.StringFromBase64Url.pipe(
  Schema.decodeTo(Schema.fromJsonString(Schema.Struct({ list: Schema.String, at: Schema.Finite, id: Schema.String })))
)
const decode = Schema.decodeUnknownOption(Cursor)
const encode = Schema.encodeSync(Cursor)

/** The page that is asked for of the items, which may be in any order. */
export const page = <A>(
  list: string,
  items: ReadonlyArray<A>,
  placeOf: (item: A) => Place,
  request: PageRequest & { readonly offset?: number | undefined }
): Effect.Effect<Page<A>, InvalidCursor> => {
  const cursor = request.cursor === null ? null : Option.getOrUndefined(decode(request.cursor))
  if (cursor !== null && cursor?.list !== list) {
    return Effect.fail(new InvalidCursor({ message: "The cursor is not of this list" }))
  }
  const behind = items
    .map((item) => ({ item, place: placeOf(item) }))
    .filter(({ place }) => cursor === null || descending(place, cursor) > 0)
    .sort((left, right) => descending(left.place, right.place))
    .slice(request.offset ?? 0)
  const taken = behind.slice(0, request.limit)
  const last = behind.length > taken.length ? taken.at(-1) : undefined
  return Effect.succeed({
    items: taken.map(({ item }) => item),
    nextCursor: last === undefined ? null : encode({ list, ...last.place })
  })
}
