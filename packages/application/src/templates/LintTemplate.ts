/** Checks versions of templates by what their tenant decided. */
import { type Template, TemplateLint } from "@careline/domain"
import { Settings } from "@careline/ports"
import { Effect } from "effect"
import { tenantName } from "../access/TenantRecord.ts"
import { Limits } from "../shared/Limits.ts"

/** What is to be said of a version of the template. */
export const lintVersion = Effect.fnUntraced(function* (
  { category, siteGroupingId }: Pick<Template.Template, "category" | "siteGroupingId">,
  version: Pick<Template.TemplateVersion, "contents" | "variables">
) {
  const [settings] = yield* (yield* Settings).effective([siteGroupingId])
  const { templateSegments } = yield* Limits
  return TemplateLint.lint(version, {
    category,
    identity: yield* tenantName(siteGroupingId),
    linkHosts: settings?.linkHosts ?? [],
    maxSegments: templateSegments
  })
})
