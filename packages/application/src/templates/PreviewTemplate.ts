/** Shows a text that a template makes, how many SMS it is, and what is to be said of its version. */
import { type Language, Segments, type TemplateId, type TemplateLint, TemplateValue } from "@careline/domain"
import {
  type Optional,
  type Settings,
  type SiteGroupings,
  type StorageError,
  type TelephonyProviders,
  type Templates,
  type TenantNumbers
} from "@careline/ports"
import { Effect } from "effect"
import { byStaff } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import type { InvalidRequest, NotFound } from "../shared/Errors.ts"
import { reader } from "../shared/ReadRequest.ts"
import { type SegmentPrice, segmentPrice } from "./SegmentPrice.ts"
import { lintVersion } from "./LintTemplate.ts"
import { linkHostsOf, type NoText, renderVersion } from "./RenderVersion.ts"
import { LintRequest, PreviewRequest } from "./TemplateRequests.ts"
import { loadTemplate, loadVersion } from "./Templates.ts"

/** A text, as a contact would see it. */
export interface Preview {
  readonly version: number
  readonly language: Language
  readonly text: string
  readonly count: Segments.Count
  /** Of each segment. */
  readonly price: SegmentPrice | null
}

/** What a text and its price are made of. */
type Priced = TelephonyProviders.TelephonyProviders | Templates | TenantNumbers

const readPreview = reader(PreviewRequest)

/** The text that a version makes of data, or of its samples. */
export const previewTemplate = Effect.fnUntraced(function* (
  actor: Actor,
  id: TemplateId,
  given: PreviewRequest
): Effect.fn.Return<Preview, InvalidRequest | NotFound | NoText | StorageError, Priced | Settings> {
  const { data, language, version: wanted } = yield* readPreview(given)
  const template = yield* loadTemplate(actor, id)
  const version = yield* loadVersion(actor, id, wanted ?? template.latestVersion)
  const linkHosts = yield* linkHostsOf(template.siteGroupingId)
  const values = data ?? TemplateValue.samplesOf(version.variables)
  const rendered = yield* renderVersion(version, language ?? null, values, linkHosts)
  return {
    ...rendered,
    version: version.number,
    count: Segments.count(rendered.text),
    price: yield* segmentPrice(template.siteGroupingId)
  }
}, byStaff)

const readLint = reader(LintRequest)

/** What is to be said of a version: errors that keep it from being published, and how long its texts get. */
export const lintTemplate = Effect.fnUntraced(function* (
  actor: Actor,
  id: TemplateId,
  given: LintRequest
): Effect.fn.Return<
  { readonly report: TemplateLint.Report; readonly price: SegmentPrice | null },
  InvalidRequest | NotFound | StorageError,
  Priced | Settings | Optional.Optional<SiteGroupings>
> {
  const { version: wanted } = yield* readLint(given)
  const template = yield* loadTemplate(actor, id)
  const version = yield* loadVersion(actor, id, wanted ?? template.latestVersion)
  return { report: yield* lintVersion(template, version), price: yield* segmentPrice(template.siteGroupingId) }
}, byStaff)
