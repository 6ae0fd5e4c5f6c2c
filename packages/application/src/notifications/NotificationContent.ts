/** The words of a notification: its own, or those that its template's published version makes of its values. */
import {
  type Language,
  type Notification,
  Template,
  type TemplateId,
  type Tenant,
  TemplateValue
} from "@careline/domain"
import { type StorageError, Templates } from "@careline/ports"
import { Effect, Option } from "effect"
import { NotFound } from "../shared/Errors.ts"
import { TemplateDataInvalid, TemplateNotPublished } from "../templates/TemplateErrors.ts"

export interface Words {
  readonly content: string
  /** `null` where it was not made of a template. */
  readonly templateVersion: number | null
  readonly template: Template.Template | null
}

/** Why a template makes no text of the values. */
export type NoWords =
  | NotFound
  | TemplateDataInvalid
  | TemplateNotPublished
  | Template.NoSuchLanguage
  | Template.TemplateSyntaxInvalid
  | Template.VariableMissing

/** What texts are made of. */
type Published = readonly [template: Template.Template, version: Template.TemplateVersion]

/** The published version of a template. */
export const loadPublished = Effect.fnUntraced(function* (
  tenant: Tenant,
  id: TemplateId
): Effect.fn.Return<Published, NotFound | TemplateNotPublished | StorageError, Templates> {
  const templates = yield* Templates
  const template = Option.getOrUndefined(yield* templates.load([tenant], id))
  if (template === undefined || template.archivedAt !== null) return yield* new NotFound({ entity: "template" })
  if (template.publishedVersion === null) return yield* new TemplateNotPublished()
  const version = yield* templates.version([tenant], id, template.publishedVersion)
  return Option.isNone(version) ? yield* new TemplateNotPublished() : [template, version.value]
})

/** The words as of now: a template may have been published anew since. In the wished language, else in the version's first. */
export const wordsOf = Effect.fnUntraced(function* (
  tenant: Tenant,
  content: Notification.NotificationContent,
  language: Language | null,
  /** How templates are loaded: of many notifications, each once. */
  load: typeof loadPublished = loadPublished
): Effect.fn.Return<Words, NoWords | StorageError, Templates> {
  if (content._tag === "Words") return { content: content.text, templateVersion: null, template: null }
  const [template, version] = yield* load(tenant, content.templateId)
  const { data, faults } = TemplateValue.decode(version.variables, content.data)
  if (faults.length > 0) return yield* new TemplateDataInvalid({ faults })
  const wished = language === null ? version.contents.slice(0, 1).map((one) => one.language) : [language]
  const { text } = yield* Effect.fromResult(Template.renderText(version, wished, data))
  return { content: text, templateVersion: version.number, template }
})

/** A notification with its words: as they left, or as they would now. `null`: its template makes none. */
export interface NotificationView {
  readonly notification: Notification.Notification
  readonly words: string | null
}

export const viewOf = Effect.fnUntraced(function* (notification: Notification.Notification) {
  const { content, language, siteGroupingId } = notification
  const told = yield* Effect.option(wordsOf(siteGroupingId, content, language))
  const view: NotificationView = { notification, words: Option.getOrNull(Option.map(told, (one) => one.content)) }
  return view
})
