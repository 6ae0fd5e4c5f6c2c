/** Checks the text that a template made of its values: values bring links and lengths that the template itself does not show. */
import { Result, Schema } from "effect"
import { MAX_TEXT_LENGTH } from "../settings/VoipSettings.ts"
import { linksOf } from "./TemplateLinks.ts"

/** The text leads to a host that is none of the tenant's. */
export class LinkHostRefused extends Schema.TaggedError<LinkHostRefused>()("LinkHostRefused", {
  /** As it may be read in the text. */
  host: Schema.String
}) {
  override get message(): string {
    return `${this.host} is none of the hosts that links may lead to`
  }
}

/** The text is longer than any text message. */
export class RenderedTextTooLong extends Schema.TaggedError<RenderedTextTooLong>()("RenderedTextTooLong", {
  /** In UTF-16 code units. */
  length: Schema.Int
}) {
  override get message(): string {
    return `The text has ${this.length} characters, of ${MAX_TEXT_LENGTH} at most`
  }
}

/** The text, if it may be sent as it is: its links lead to the hosts, and it is a text message. */
export const checkRendered = (
  text: string,
  linkHosts: ReadonlyArray<string>
): Result.Result<string, LinkHostRefused | RenderedTextTooLong> => {
  if (text.length > MAX_TEXT_LENGTH) return Result.fail(new RenderedTextTooLong({ length: text.length }))
  const foreign = linksOf(text).find(({ host }) => !linkHosts.includes(host))
  return foreign === undefined ? Result.succeed(text) : Result.fail(new LinkHostRefused({ host: foreign.host }))
}
