/** Renders the text that a version makes of values, as a preview shows it and as it leaves. */
import { type Language, RenderedText, Template, TemplateValue, type Tenant } from "@careline/domain"
import { Settings, type StorageError } from "@careline/ports"
import { Effect } from "effect"
import { TemplateDataInvalid } from "./TemplateErrors.ts"

/** Why a version makes no text of the values. */
export type NoText =
  | RenderedText.LinkHostRefused
  | RenderedText.RenderedTextTooLong
  | TemplateDataInvalid
  | Template.NoSuchLanguage
  | Template.TemplateSyntaxInvalid
  | Template.VariableMissing

/** The hosts that a tenant's texts may lead to. */
export const linkHostsOf = Effect.fnUntraced(function* (
  tenant: Tenant
): Effect.fn.Return<ReadonlyArray<string>, StorageError, Settings> {
  const [settings] = yield* (yield* Settings).effective([tenant])
  return settings?.linkHosts ?? []
})

/** In the wished language, else in the version's first. */
export const renderVersion = Effect.fnUntraced(function* (
  version: Template.TemplateVersion,
  language: Language | null,
  values: Readonly<Record<string, unknown>>,
  linkHosts: ReadonlyArray<string>
): Effect.fn.Return<{ readonly language: Language; readonly text: string }, NoText> {
  const { data, faults } = TemplateValue.decode(version.variables, values)
  if (faults.length > 0) return yield* new TemplateDataInvalid({ faults })
  const wished = language === null ? version.contents.slice(0, 1).map((one) => one.language) : [language]
  const rendered = yield* Effect.fromResult(Template.renderText(version, wished, data))
  yield* Effect.fromResult(RenderedText.checkRendered(rendered.text, linkHosts))
  return rendered
})
