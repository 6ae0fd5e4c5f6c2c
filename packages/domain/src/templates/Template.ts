/**
 * A text that is written once and sent often: its name and place among the others, and its versions, which never change. What is
 * published is one of them.
 */
import { Result, Schema } from "effect"
import { Language } from "../contacts/Language.ts"
import type { MessageClass } from "../messages/MessageClass.ts"
import { Tenant, TemplateId, UserId } from "../shared/Ids.ts"
import { type Node, parse, render, type SyntaxFault } from "./TemplateText.ts"
import { type TemplateData, Variable } from "./TemplateValue.ts"

/** What a template is about, which decides the class of what is sent from it. */
export const Category = Schema.Literals(["appointment", "billing", "treatment", "marketing", "general"])
export type Category = typeof Category.Type

export const MAX_NAME_LENGTH = 100
export const MAX_TAGS = 20
/** Characters of a body, placeholders and conditions included. */
export const MAX_BODY_LENGTH = 4000
export const MAX_LANGUAGES = 20
export const MAX_VARIABLES = 50

export const Template = Schema.Struct({
  id: TemplateId,
  siteGroupingId: Tenant,
  /** One of a tenant's that is not archived has it. */
  name: Schema.NonEmptyString,
  description: Schema.NullOr(Schema.String),
  category: Category,
  tags: Schema.Array(Schema.String),
  /** The newest version. */
  latestVersion: Schema.Int,
  /** The version that is sent from; `null`: none yet. */
  publishedVersion: Schema.NullOr(Schema.Int),
  createdBy: Schema.NullOr(UserId),
  createdAt: Schema.DateTimeUtc,
  updatedAt: Schema.DateTimeUtc,
  /** Since when nothing is sent from it any more. Its versions are kept: what was sent says which one it came from. */
  archivedAt: Schema.NullOr(Schema.DateTimeUtc)
})
export type Template = typeof Template.Type

/** What a version says in one language, channel by channel. */
export const Content = Schema.Struct({
  language: Language,
  bodies: Schema.Struct({
    /** Of a text message. */
    sms: Schema.String
  })
})
export type Content = typeof Content.Type

/** The channels that a content has a body for. */
export type Channel = keyof Content["bodies"]

export const TemplateVersion = Schema.Struct({
  templateId: TemplateId,
  siteGroupingId: Tenant,
  /** From 1 on, without a gap. */
  number: Schema.Int,
  variables: Schema.Array(Variable),
  /** One for each language. */
  contents: Schema.Array(Content),
  createdBy: Schema.NullOr(UserId),
  createdAt: Schema.DateTimeUtc
})
export type TemplateVersion = typeof TemplateVersion.Type

/** The class of what is sent from a template, which decides what may hold or refuse it. */
export const messageClass = ({ category }: Pick<Template, "category">): MessageClass =>
  category === "marketing" ? "marketing" : category === "treatment" ? "care" : "reminder"

/**
 * The content for the first of the wished languages that the version has, in that region or else in another one of the language
 * (RFC 4647, 3.4). `null`: it has none of them. Languages are never mixed.
 */
export const contentFor = (version: TemplateVersion, wished: ReadonlyArray<Language>): Content | null => {
  const primary = (language: string) => language.split("-")[0]
  for (const language of wished) {
    const found =
      version.contents.find((content) => content.language === language) ??
      version.contents.find((content) => primary(content.language) === primary(language))
    if (found !== undefined) return found
  }
  return null
}

/** The version has no content in a wished language. */
export class NoSuchLanguage extends Schema.TaggedError<NoSuchLanguage>()("NoSuchLanguage", {
  wished: Schema.Array(Schema.String),
  available: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `There is no text in ${this.wished.join(" or ")}, only in ${this.available.join(", ")}`
  }
}

/** A value that the text names is missing. */
export class VariableMissing extends Schema.TaggedError<VariableMissing>()("VariableMissing", { path: Schema.String }) {
  override get message(): string {
    return `${this.path} has no value`
  }
}

/** The body does not read as a template. */
export class TemplateSyntaxInvalid extends Schema.TaggedError<TemplateSyntaxInvalid>()("TemplateSyntaxInvalid", {
  /** Where it stands, in UTF-16 code units. */
  at: Schema.Int,
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
}

const invalid = ([first]: ReadonlyArray<SyntaxFault>) =>
  new TemplateSyntaxInvalid({ at: first?.at ?? 0, detail: first?.message ?? "It does not read as a template" })

/** The parts of a content's text message. */
const partsOf = ({ bodies }: Content): Result.Result<ReadonlyArray<Node>, TemplateSyntaxInvalid> =>
  Result.mapError(parse(bodies.sms), invalid)

/** The text message that a version makes of the data, in the first of the wished languages that it has. */
export const renderText = (
  version: TemplateVersion,
  wished: ReadonlyArray<Language>,
  data: TemplateData
): Result.Result<
  { readonly language: Language; readonly text: string },
  NoSuchLanguage | TemplateSyntaxInvalid | VariableMissing
> => {
  const content = contentFor(version, wished)
  if (content === null) {
    return Result.fail(new NoSuchLanguage({ wished, available: version.contents.map(({ language }) => language) }))
  }
  const { language } = content
  return Result.flatMap(partsOf(content), (nodes) =>
    Result.mapBoth(render(nodes, data, language), {
      onFailure: ({ path }) => new VariableMissing({ path }),
      onSuccess: (text) => ({ language, text })
    })
  )
}
