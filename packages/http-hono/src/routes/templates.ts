/** Templates, their versions, and what is sent from them. */
import * as Application from "@careline/application"
import type { TemplateId } from "@careline/domain"
import { Effect, Schema } from "effect"
import { pageJson, TenantJson, tenantOf, TenantQuery, tenantOfQuery } from "./Api.ts"
import { ADMINS, narrowTo, READERS, tenantFor } from "../auth/Auth.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"
import * as TemplateApi from "./TemplateApi.ts"

const templateId = (params: Readonly<Record<string, string>>) => params.id as TemplateId

/** Where the caller works, unless it says where. */
const NewTemplate = Schema.Struct({
  ...Application.NewTemplate.fields,
  siteGroupingId: Schema.optionalKey(TenantJson)
}).annotate({ identifier: "NewTemplate" })

const list = route({
  method: "get",
  path: "/api/v1/templates",
  operationId: "listTemplates",
  allow: READERS,
  summary: "List templates",
  description: "The newest template comes first. `archived` lists those that are archived instead.",
  query: Schema.Struct({ ...Application.TemplateQuery.fields, siteGroupingId: TenantQuery }),
  success: { status: 200, schema: pageJson(TemplateApi.TemplateJson, "TemplatePage") },
  handle: Effect.fnUntraced(function* ({ caller, query: { siteGroupingId, ...query } }) {
    const narrowed = yield* narrowTo(caller, tenantOfQuery(siteGroupingId))
    const { items, nextCursor } = yield* Application.listTemplates(narrowed, query)
    return { status: 200, body: { items: items.map(TemplateApi.templateJson), nextCursor } }
  })
})

const create = route({
  method: "post",
  path: "/api/v1/templates",
  operationId: "createTemplate",
  allow: ADMINS,
  summary: "Create a template",
  description:
    "The first version is a draft until it is published. `{{patient.firstName}}` is a value, `{{visit.start | time}}` one with a filter (`date`, `time`, `weekday`, `phone`), `{{#visit.room}}…{{/visit.room}}` says something where there is a value and `{{^visit.room}}…{{/visit.room}}` where there is none. `lint` tells what keeps it from being published and how many segments its texts may take, at what cost.",
  body: NewTemplate,
  success: { status: 201, schema: TemplateApi.TemplateDetailsJson },
  problems: { 409: "A template with this name exists" },
  handle: Effect.fnUntraced(function* ({ body, caller }) {
    const siteGroupingId = yield* tenantFor(caller, tenantOf(body.siteGroupingId))
    const details = yield* Application.createTemplate(caller, { ...body, siteGroupingId })
    return { status: 201, body: TemplateApi.detailsJson(details) }
  })
})

const get = route({
  method: "get",
  path: "/api/v1/templates/{id}",
  operationId: "getTemplate",
  allow: READERS,
  summary: "Get a template",
  description: "The answer has the newest version, whether or not it is published.",
  success: { status: 200, schema: TemplateApi.TemplateDetailsJson },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    const details = yield* Application.viewTemplate(caller, templateId(params))
    return { status: 200, body: TemplateApi.detailsJson(details) }
  })
})

const edit = route({
  method: "put",
  path: "/api/v1/templates/{id}",
  operationId: "putTemplate",
  allow: ADMINS,
  summary: "Edit a template",
  description:
    "What the request does not name stays as it is. Variables or contents make a new version, a draft; texts are made of the published one until another is published. That one is checked again under another `category`. With `baseVersion` the request is refused if somebody saved another version in the meantime.",
  body: Application.TemplateEdit,
  success: { status: 200, schema: TemplateApi.TemplateDetailsJson },
  problems: {
    409: "The name is taken, the template is archived, another version is the newest by now, or the published version has errors under the new category (`issues`)"
  },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    const details = yield* Application.editTemplate(caller, templateId(params), body)
    return { status: 200, body: TemplateApi.detailsJson(details) }
  })
})

const archive = route({
  method: "delete",
  path: "/api/v1/templates/{id}",
  operationId: "deleteTemplate",
  allow: ADMINS,
  summary: "Archive a template",
  description: "Nothing is sent from the template any more, and its name is free. Its versions are kept.",
  success: { status: 200, schema: TemplateApi.TemplateJson },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    const template = yield* Application.archiveTemplate(caller, templateId(params))
    return { status: 200, body: TemplateApi.templateJson(template) }
  })
})

const versions = route({
  method: "get",
  path: "/api/v1/templates/{id}/versions",
  operationId: "listTemplateVersions",
  allow: READERS,
  summary: "List the versions of a template",
  description: "The newest version comes first. No version changes or goes away.",
  query: Application.PageQuery,
  success: { status: 200, schema: pageJson(TemplateApi.TemplateVersionJson, "TemplateVersionPage") },
  handle: Effect.fnUntraced(function* ({ caller, params, query }) {
    const { items, nextCursor } = yield* Application.listTemplateVersions(caller, templateId(params), query)
    return { status: 200, body: { items: items.map(TemplateApi.versionJson), nextCursor } }
  })
})

const publish = route({
  method: "post",
  path: "/api/v1/templates/{id}/publish",
  operationId: "publishTemplate",
  allow: ADMINS,
  summary: "Publish a version of a template",
  description: "Texts are made of this version from now on, including those that wait to leave.",
  body: Application.VersionChoice,
  success: { status: 200, schema: TemplateApi.TemplateDetailsJson },
  problems: { 409: "The version has errors (`issues`), or the template is archived" },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    const details = yield* Application.publishTemplate(caller, templateId(params), body)
    return { status: 200, body: TemplateApi.detailsJson(details) }
  })
})

const rollback = route({
  method: "post",
  path: "/api/v1/templates/{id}/rollback",
  operationId: "rollbackTemplate",
  allow: ADMINS,
  summary: "Go back to an earlier version",
  description:
    "The version has to be an earlier one than the published version, and is checked as if it were published anew.",
  body: Application.VersionChoice,
  success: { status: 200, schema: TemplateApi.TemplateDetailsJson },
  problems: { 409: "The version has errors (`issues`), or the template is archived" },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    const details = yield* Application.rollbackTemplate(caller, templateId(params), body)
    return { status: 200, body: TemplateApi.detailsJson(details) }
  })
})

const lint = route({
  method: "get",
  path: "/api/v1/templates/{id}/lint",
  operationId: "lintTemplate",
  allow: READERS,
  summary: "Check a version of a template",
  description:
    "Errors keep a version from being published, warnings do not. Without `version` the newest one is checked.",
  query: Application.LintRequest,
  success: { status: 200, schema: TemplateApi.LintJson },
  handle: Effect.fnUntraced(function* ({ caller, params, query }) {
    const { price, report } = yield* Application.lintTemplate(caller, templateId(params), query)
    return { status: 200, body: TemplateApi.lintJson(report, price) }
  })
})

const preview = route({
  method: "post",
  path: "/api/v1/templates/{id}/preview",
  operationId: "previewTemplate",
  allow: READERS,
  summary: "Preview a text of a template",
  description:
    "The text is made of the given data, or of the samples of the variables, and nothing is sent. `segments` tells how many SMS it is, and what they cost where the host has a price list.",
  body: Application.PreviewRequest,
  isBodyOptional: true,
  success: { status: 200, schema: TemplateApi.PreviewJson },
  problems: {
    409: "The version has errors or no text in this language, or the text is too long or leads to a host that is not the site grouping's"
  },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    const shown = yield* Application.previewTemplate(caller, templateId(params), body)
    return { status: 200, body: TemplateApi.previewJson(shown) }
  })
})

export const templates: ReadonlyArray<Route<Services>> = [
  list,
  create,
  get,
  edit,
  archive,
  versions,
  publish,
  rollback,
  lint,
  preview
]
