/** Pages of a list. A cursor is the place of the last item in the list's order, opaque to whoever carries it. */
import { InvalidCursor } from "careline"
import { z } from "zod"

/** An instant in milliseconds and, among those of the same time, an id. */
export const instantAndId = z.object({
  at: z.int().min(0).max(8_640_000_000_000_000),
  id: z.string().regex(/^[1-9]\d{0,17}$/)
})

/** The cursors of one list; its name keeps those of others out. */
export const cursorsOf = <Place>(name: string, place: z.ZodType<Place>) => {
  const form = z.tuple([z.literal(name), place])
  const read = (cursor: string): Place => {
    try {
      return form.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()))[1]
    } catch {
      throw new InvalidCursor({ message: "The cursor is not one that this list gave" })
    }
  }
  return {
    read: (cursor: string | null): Place | null => (cursor === null ? null : read(cursor)),
    /** A page of rows that were asked for with one more than the limit. */
    page: <A>(rows: ReadonlyArray<A>, limit: number, placeOf: (last: A) => Place) => {
      const items = rows.slice(0, limit)
      const isLast = rows.length <= limit
      const write = () => Buffer.from(JSON.stringify([name, placeOf(items.at(-1)!)])).toString("base64url")
      return { items, nextCursor: isLast ? null : write() }
    }
  }
}
