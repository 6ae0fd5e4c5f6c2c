/** Keyset cursors: the sort key of the last item, opaque to whoever carries it. */
import { InvalidCursor } from "@careline/ports"
import { Result, Schema } from "effect"
import { UUID } from "./rows.ts"

/** A cursor for keys of this form. `name` ties it to the list that gave it. */
export const make = <A>(name: string, key: Schema.Codec<A, unknown>) => {
  const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Tuple([Schema.Literal(name), key])))
  return {
    encode: (value: A): string => Buffer.from(JSON.stringify([name, value])).toString("base64url"),
    decode: (cursor: string | null): Result.Result<A | null, InvalidCursor> =>
      cursor === null
        ? Result.succeed(null)
        : Result.mapBoth(decode(Buffer.from(cursor, "base64url").toString()), {
            onSuccess: ([, value]) => value,
            onFailure: () => new InvalidCursor({ message: "The cursor is not one that this list gave" })
          })
  }
}

/** The largest instant that a date can be, in milliseconds (ECMA-262, 21.4.1.1). */
const MAX_MILLIS = 8_640_000_000_000_000

/** An instant, in milliseconds. */
export const Millis = Schema.Finite.check(Schema.isBetween({ minimum: -MAX_MILLIS, maximum: MAX_MILLIS }))

/** A key of a list in the order of time, where ids decide between equals. */
export const InstantAndId = Schema.Struct({
  at: Millis,
  id: Schema.String.check(Schema.isPattern(UUID))
})
