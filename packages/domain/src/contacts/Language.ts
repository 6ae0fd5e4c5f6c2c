/** A language that a caller is spoken to in, as a BCP 47 tag of a language and its region: `en-US`, `es-US`. */
import { Schema } from "effect"

export const Language = Schema.String.check(
  Schema.isPattern(/^[a-z]{2,3}-[A-Z]{2}$/, { message: "a language and its region, like en-US" })
).pipe(Schema.brand("Language"))
export type Language = typeof Language.Type
