/** What the use cases of templates are asked for. */
import { Language, Template, TemplateValue, Tenant, Text } from "@careline/domain"
import { Schema } from "effect"
import { type Given } from "../shared/ReadRequest.ts"
import { Name, Note, nullable, optional, Page } from "../shared/RequestFields.ts"

const MAX_TAG_LENGTH = 50
/** More versions than anybody saves. */
const MAX_VERSION = 1_000_000
/** Characters of a text where a variable does not say: a name fits, and no paragraph does. */
const DEFAULT_MAX_LENGTH = 60

/** A version's number. */
const VersionNumber = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MAX_VERSION }))

const Label = Text.Line(Template.MAX_NAME_LENGTH)

const distinct = <A>(of: (one: A) => string, message: string) =>
  Schema.makeFilter((all: ReadonlyArray<A>) => new Set(all.map(of)).size === all.length || message)

const Tags = Schema.Array(Text.Line(MAX_TAG_LENGTH)).check(
  Schema.isMaxLength(Template.MAX_TAGS),
  distinct((tag: string) => tag, "each tag once")
)

/** Names and values of a template's data, at most. */
const MAX_DATA_ENTRIES = 500
/** Characters of a name in a template's data. */
const MAX_DATA_NAME = 100

/** What keeps the data from being stored or read, and where it stands. */
const dataFault = (data: Readonly<Record<string, unknown>>) => {
  const waiting: Array<{ readonly value: unknown; readonly path: ReadonlyArray<string> }> = [{ value: data, path: [] }]
  let entries = 0
  for (const { path, value } of waiting) {
    const refuse = (issue: string) => ({ path, issue })
    if (path.length > TemplateValue.MAX_DEPTH) return refuse(`must stand at most ${TemplateValue.MAX_DEPTH} deep`)
    if (++entries > MAX_DATA_ENTRIES) return { path: [], issue: `must have at most ${MAX_DATA_ENTRIES} values` }
    if (typeof value === "string" && !TemplateValue.isStorable(value)) {
      return refuse("must have no NUL and no half of a surrogate pair")
    }
    if (typeof value === "string" && value.length > TemplateValue.MAX_VALUE_LENGTH) {
      return refuse(`must have at most ${TemplateValue.MAX_VALUE_LENGTH} characters`)
    }
    if (typeof value !== "object" || value === null) continue
    for (const [name, item] of Object.entries(value)) {
      if (!TemplateValue.isStorable(name)) return refuse("must have names without NUL and halves of surrogate pairs")
      if (name.length > MAX_DATA_NAME) return refuse(`must have names of at most ${MAX_DATA_NAME} characters`)
      waiting.push({ value: item, path: [...path, name] })
    }
  }
  return true
}

/** Values of a template's variables, by their path or as records within records. Its bounds are checked before it is read. */
export const TemplateData = Schema.Record(Schema.String, Schema.Unknown)
  .check(Schema.makeFilter(dataFault))
  .pipe(Schema.decodeTo(Schema.Record(Schema.String, Schema.Json)))
  .annotate({ identifier: "TemplateData" })

const { maxLength, path, required, sample, sensitivity, type } = TemplateValue.Variable.fields

/** A variable; all but its path may be left out. */
const NewVariable = Schema.Struct({
  path,
  /** `text` where it is left out. */
  type: optional(type),
  /** Whether a text cannot do without it; it cannot where it is left out. */
  required: optional(required),
  /** Characters at most; 60 where it is left out. */
  maxLength: optional(maxLength),
  /** What a preview shows; the path where it is left out. */
  sample: optional(sample),
  /** `none` where it is left out. */
  sensitivity: optional(sensitivity)
}).annotate({ identifier: "NewTemplateVariable" })

const Variables = Schema.Array(NewVariable).check(
  Schema.isMaxLength(Template.MAX_VARIABLES),
  distinct((one: typeof NewVariable.Type) => one.path, "each variable once")
)

const NewContent = Schema.Struct({
  language: Language,
  bodies: Schema.Struct({
    /** `{{patient.firstName}}` is a value, `{{visit.start | time}}` one with a filter, `{{#visit.room}}…{{/visit.room}}` a condition. */
    sms: Text.Words(Template.MAX_BODY_LENGTH)
  })
}).annotate({ identifier: "NewTemplateContent" })

const Contents = Schema.Array(NewContent).check(
  Schema.isMinLength(1),
  Schema.isMaxLength(Template.MAX_LANGUAGES),
  distinct((one: typeof NewContent.Type) => one.language, "one text for each language")
)

/** A template to be kept. Its first version is a draft until it is published. */
export const NewTemplate = Schema.Struct({
  /** Whose it is; `null` is the system-wide space. */
  siteGroupingId: Tenant,
  name: Label,
  description: nullable(Note),
  category: Template.Category,
  tags: optional(Tags),
  variables: optional(Variables),
  /** One text for each language. */
  contents: Contents
}).annotate({ identifier: "NewTemplate" })
export type NewTemplate = Given<typeof NewTemplate.Encoded>

/** What to change of a template; what is not named stays. Variables or contents make a new version, a draft. */
export const TemplateEdit = Schema.Struct({
  /** The version that the edit is made of: where another one is the newest by now, nothing is changed. */
  baseVersion: optional(VersionNumber),
  name: optional(Label),
  description: nullable(Note),
  category: optional(Template.Category),
  tags: optional(Tags),
  variables: optional(Variables),
  contents: optional(Contents)
}).annotate({ identifier: "TemplateEdit" })
export type TemplateEdit = Given<typeof TemplateEdit.Encoded>

/** Which templates a list is of. */
export const TemplateQuery = Schema.Struct({
  ...Page,
  category: optional(Template.Category),
  tag: optional(Name),
  /** Those that are archived, instead of those that are in use. */
  archived: optional(Schema.Boolean)
}).annotate({ identifier: "TemplateQuery" })
export type TemplateQuery = Given<typeof TemplateQuery.Encoded>

/** A version by its number. */
export const VersionChoice = Schema.Struct({ version: VersionNumber }).annotate({ identifier: "TemplateVersionChoice" })
export type VersionChoice = Given<typeof VersionChoice.Encoded>

/** Which version is checked; the newest where it is left out. */
export const LintRequest = Schema.Struct({ version: optional(VersionNumber) }).annotate({
  identifier: "TemplateLintRequest"
})
export type LintRequest = Given<typeof LintRequest.Encoded>

/** What a preview shows. */
export const PreviewRequest = Schema.Struct({
  /** The newest where it is left out. */
  version: optional(VersionNumber),
  /** The version's first where it is left out. */
  language: optional(Language),
  /** Values by the path of their variable, or as records within records; the samples where it is left out. */
  data: optional(TemplateData)
}).annotate({ identifier: "TemplatePreviewRequest" })
export type PreviewRequest = Given<typeof PreviewRequest.Encoded>

/** The variable with what was left out. */
export const variableOf = (given: typeof NewVariable.Type): TemplateValue.Variable => ({
  type: "text",
  required: true,
  maxLength: DEFAULT_MAX_LENGTH,
  sample: given.path,
  sensitivity: "none",
  ...given
})
