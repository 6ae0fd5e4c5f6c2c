/** The words of a notification: its own, or those that its template's published version makes of its values. */
import type { Language, Notification, PatientId, Template, TemplateId, Tenant } from "@careline/domain"
import { type Settings, type StorageError, Templates } from "@careline/ports"
import { Effect, Option } from "effect"
import { NotFound } from "../shared/Errors.ts"
import { linkHostsOf, type NoText, renderVersion } from "../templates/RenderVersion.ts"
import { TemplateNotPublished } from "../templates/TemplateErrors.ts"

export interface Words {
  readonly content: string
  /** `null` where it was not made of a template. */
  readonly templateVersion: number | null
  readonly template: Template.Template | null
}

/** Why there are no words. */
export type NoWords = NotFound | TemplateNotPublished | NoText

/** What texts are made of. */
type Published = readonly [template: Template.Template, version: Template.TemplateVersion]

/** The published version of a template. */
const loadPublished = Effect.fnUntraced(function* (
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

/** Where words come from. */
export interface WordSource {
  readonly published: typeof loadPublished
  readonly linkHosts: typeof linkHostsOf
}

const store: WordSource = { published: loadPublished, linkHosts: linkHostsOf }

/** Looks for each key once, and remembers a failure as well. */
const remembering = <K extends ReadonlyArray<string | null>, A, E, R>(look: (...key: K) => Effect.Effect<A, E, R>) => {
  const known = new Map<string, Effect.Effect<A, E>>()
  return (...key: K): Effect.Effect<A, E, R> =>
    Effect.suspend((): Effect.Effect<A, E, R> => {
      const name = JSON.stringify(key)
      return (
        known.get(name) ??
        Effect.result(look(...key)).pipe(
          Effect.tap((result) => Effect.sync(() => known.set(name, Effect.fromResult(result)))),
          Effect.flatMap(Effect.fromResult)
        )
      )
    })
}

/** Of many notifications within one transaction: each template and each tenant's settings are loaded once. */
export const wordSource = Effect.sync((): WordSource => ({
  published: remembering(loadPublished),
  linkHosts: remembering(linkHostsOf)
}))

/** The words as of now: a template may have been published anew since. In the wished language, else in the version's first. */
export const wordsOf = Effect.fnUntraced(function* (
  tenant: Tenant,
  content: Notification.NotificationContent,
  language: Language | null,
  source: WordSource = store
): Effect.fn.Return<Words, NoWords | StorageError, Settings | Templates> {
  if (content._tag === "Words") return { content: content.text, templateVersion: null, template: null }
  const [template, version] = yield* source.published(tenant, content.templateId)
  const { text } = yield* renderVersion(version, language, content.data, yield* source.linkHosts(tenant))
  return { content: text, templateVersion: version.number, template }
})

/** A notification with its words: as they left, or as they would now. `null`: its template makes none. */
export interface NotificationView {
  readonly notification: Notification.Notification
  readonly words: string | null
}

export const viewOf = Effect.fnUntraced(function* (notification: Notification.Notification, source?: WordSource) {
  const { content, language, siteGroupingId } = notification
  if (content._tag === "FromTemplate" && content.text !== undefined) {
    const left: NotificationView = { notification, words: content.text }
    return left
  }
  const told = yield* Effect.option(wordsOf(siteGroupingId, content, language, source))
  const view: NotificationView = { notification, words: Option.getOrNull(Option.map(told, (one) => one.content)) }
  return view
})

/** Whom it is about, as the audit log has it. */
export const whoseOf = ({
  patientId
}: Notification.Notification): { readonly patientIds: ReadonlyArray<PatientId> } => ({
  patientIds: patientId === null ? [] : [patientId]
})
