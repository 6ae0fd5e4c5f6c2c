/** What a caller hears: words, spoken in their language, or a file. */
import { Schema } from "effect"
import { Language } from "../contacts/Language.ts"

export const Prompt = Schema.TaggedUnion({
  Say: { text: Schema.NonEmptyString, language: Language },
  Play: { url: Schema.NonEmptyString }
})
export type Prompt = typeof Prompt.Type
