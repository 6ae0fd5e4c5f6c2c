/** The answers of the public API about templates. */
import { type Preview, type SegmentPrice, type TemplateDetails, TemplateIssue } from "@careline/application"
import { Language, type Segments, Template, TemplateLint, TemplateValue } from "@careline/domain"
import { Schema } from "effect"
import { iso, isoOrNull } from "./Api.ts"

const nullOr = Schema.NullOr
const Text = Schema.String
const Id = Schema.String

/** Millionths of a currency's unit. */
const MICROS = 1_000_000

export const TemplateJson = Schema.Struct({
  id: Id,
  siteGroupingId: nullOr(Id),
  name: Text,
  description: nullOr(Text),
  category: Template.Category,
  tags: Schema.Array(Text),
  /** The newest version, published or a draft. */
  latestVersion: Schema.Int,
  /** The version that texts are made of; `null`: none yet. */
  publishedVersion: nullOr(Schema.Int),
  createdBy: nullOr(Id),
  createdAt: Text,
  updatedAt: Text,
  archivedAt: nullOr(Text)
}).annotate({ identifier: "Template" })

export const templateJson = (template: Template.Template): typeof TemplateJson.Type => ({
  ...template,
  createdAt: iso(template.createdAt),
  updatedAt: iso(template.updatedAt),
  archivedAt: isoOrNull(template.archivedAt)
})

export const TemplateVersionJson = Schema.Struct({
  number: Schema.Int,
  variables: Schema.Array(TemplateValue.Variable),
  contents: Schema.Array(Template.Content),
  createdBy: nullOr(Id),
  createdAt: Text
}).annotate({ identifier: "TemplateVersion" })

export const versionJson = (version: Template.TemplateVersion): typeof TemplateVersionJson.Type => ({
  number: version.number,
  variables: version.variables,
  contents: version.contents,
  createdBy: version.createdBy,
  createdAt: iso(version.createdAt)
})

/** How many SMS a text is. */
const SegmentsJson = Schema.Struct({
  encoding: Schema.Literals(["GSM-7", "UCS-2"]),
  /** Septets, or UTF-16 code units. */
  units: Schema.Int,
  segments: Schema.Int,
  /** By the host's price list; `null` where it has no price. */
  cost: nullOr(Schema.Struct({ amount: Text, currency: Text }))
}).annotate({ identifier: "Segments" })

export const LintJson = Schema.Struct({
  /** Whether the version may be published. */
  isPublishable: Schema.Boolean,
  issues: Schema.Array(TemplateIssue),
  /** How long the text of each language may get. */
  estimates: Schema.Array(
    Schema.Struct({
      language: Language,
      segments: SegmentsJson,
      /** Where a value brings a character that GSM 03.38 lacks. */
      unicodeSegments: SegmentsJson
    })
  )
}).annotate({ identifier: "TemplateLint" })

/** What a number of segments costs; the price list may not say. */
const costOf = (count: number, price: SegmentPrice | null): (typeof SegmentsJson.Type)["cost"] =>
  price === null ? null : { amount: String((count * price.micros) / MICROS), currency: price.currency }

const segmentsJson = (
  { encoding, segments, units }: Segments.Count,
  price: SegmentPrice | null
): typeof SegmentsJson.Type => ({ encoding, segments, units, cost: costOf(segments, price) })

export const lintJson = (report: TemplateLint.Report, price: SegmentPrice | null): typeof LintJson.Type => ({
  isPublishable: TemplateLint.isClean(report),
  issues: report.issues,
  estimates: report.estimates.map(({ language, segments, unicodeSegments }) => ({
    language,
    segments: segmentsJson(segments, price),
    unicodeSegments: segmentsJson(unicodeSegments, price)
  }))
})

export const TemplateDetailsJson = Schema.Struct({
  ...TemplateJson.fields,
  version: TemplateVersionJson,
  lint: LintJson
}).annotate({ identifier: "TemplateDetails" })

export const detailsJson = ({
  price,
  report,
  template,
  version
}: TemplateDetails): typeof TemplateDetailsJson.Type => ({
  ...templateJson(template),
  version: versionJson(version),
  lint: lintJson(report, price)
})

export const PreviewJson = Schema.Struct({
  version: Schema.Int,
  language: Language,
  text: Text,
  segments: SegmentsJson
}).annotate({ identifier: "TemplatePreview" })

export const previewJson = ({ count, language, price, text, version }: Preview): typeof PreviewJson.Type => ({
  version,
  language,
  text,
  segments: segmentsJson(count, price)
})
