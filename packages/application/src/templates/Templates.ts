/**
 * Templates are written, checked, published and taken back. Versions are only ever added, so that what was sent can be shown as
 * it was; what is published is one of them.
 */
import { type Template, TemplateId, TemplateLint, type TemplateValue } from "@careline/domain"
import {
  IdGenerator,
  type Optional,
  type Settings,
  type SiteGroupings,
  type StorageError,
  type TelephonyProviders,
  Templates,
  type TenantNumbers,
  Transaction
} from "@careline/ports"
import { DateTime, Effect, Option } from "effect"
import { byStaff } from "../access/Access.ts"
import { type Actor, assertSees } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { assertActive } from "../access/TenantRecord.ts"
import { InvalidRequest, NotFound } from "../shared/Errors.ts"
import { type PageQuery, PageQuery as PageSchema, pageOf } from "../shared/RequestFields.ts"
import { reader } from "../shared/ReadRequest.ts"
import { type SegmentPrice, segmentPrice } from "./SegmentPrice.ts"
import { lintVersion } from "./LintTemplate.ts"
import { TemplateArchived, TemplateChanged, TemplateNotPublishable } from "./TemplateErrors.ts"
import { NewTemplate, TemplateEdit, TemplateQuery, variableOf, VersionChoice } from "./TemplateRequests.ts"

const readNew = reader(NewTemplate)
const readEdit = reader(TemplateEdit)
const readQuery = reader(TemplateQuery)
const readPage = reader(PageSchema)
const readChoice = reader(VersionChoice)

/** A template with its newest version, and what is to be said of that. */
export interface TemplateDetails {
  readonly template: Template.Template
  readonly version: Template.TemplateVersion
  readonly report: TemplateLint.Report
  /** Of each of the segments that the report counts. */
  readonly price: SegmentPrice | null
}

const notFound = new NotFound({ entity: "template" })

const found = <A, E, R>(effect: Effect.Effect<Option.Option<A>, E, R>): Effect.Effect<A, E | NotFound, R> =>
  Effect.flatMap(effect, (one) => (Option.isSome(one) ? Effect.succeed(one.value) : Effect.fail(notFound)))

/** One of the actor's, which nobody else changes until the ambient transaction ends. */
const lockTemplate = Effect.fnUntraced(function* (actor: Actor, id: TemplateId) {
  const templates = yield* Templates
  const template = yield* found(templates.lock(actor.scope, id))
  return template.archivedAt === null ? template : yield* new TemplateArchived()
})

/** A version of the actor's template. */
export const loadVersion = Effect.fnUntraced(function* (actor: Actor, id: TemplateId, number: number) {
  return yield* found((yield* Templates).version(actor.scope, id, number))
})

/** One of the actor's. */
export const loadTemplate = Effect.fnUntraced(function* (actor: Actor, id: TemplateId) {
  return yield* found((yield* Templates).load(actor.scope, id))
})

const detailsOf = Effect.fnUntraced(function* (
  template: Template.Template,
  version: Template.TemplateVersion
): Effect.fn.Return<
  TemplateDetails,
  StorageError,
  Settings | TelephonyProviders.TelephonyProviders | TenantNumbers | Optional.Optional<SiteGroupings>
> {
  return {
    template,
    version,
    report: yield* lintVersion(template, version),
    price: yield* segmentPrice(template.siteGroupingId)
  }
})

export const listTemplates = Effect.fnUntraced(function* (actor: Actor, given: TemplateQuery) {
  const { archived, category, tag, ...page } = yield* readQuery(given)
  return yield* (yield* Templates).list(actor.scope, { category, tag, isArchived: archived }, pageOf(page))
}, byStaff)

export const viewTemplate = Effect.fnUntraced(function* (actor: Actor, id: TemplateId) {
  const template = yield* loadTemplate(actor, id)
  return yield* detailsOf(template, yield* loadVersion(actor, id, template.latestVersion))
}, byStaff)

export const listTemplateVersions = Effect.fnUntraced(function* (actor: Actor, id: TemplateId, given: PageQuery) {
  const page = yield* readPage(given)
  yield* loadTemplate(actor, id)
  return yield* (yield* Templates).versions(actor.scope, id, pageOf(page))
}, byStaff)

/** Keeps a template with its first version. Errors in it are told, and keep it from being published only. */
export const createTemplate = Effect.fn("createTemplate")(function* (actor: Actor, given: NewTemplate) {
  const asked = yield* readNew(given)
  const tenant = asked.siteGroupingId
  yield* assertSees(actor, tenant)
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      yield* assertActive(tenant)
      const [id] = yield* (yield* IdGenerator).next("template", 1)
      const now = yield* DateTime.now
      const template: Template.Template = {
        id: TemplateId.make(id!),
        siteGroupingId: tenant,
        name: asked.name,
        description: asked.description ?? null,
        category: asked.category,
        tags: asked.tags ?? [],
        latestVersion: 1,
        publishedVersion: null,
        createdBy: actor.userId,
        createdAt: now,
        updatedAt: now,
        archivedAt: null
      }
      const version = versionOf(template, actor, (asked.variables ?? []).map(variableOf), asked.contents, now)
      yield* (yield* Templates).add(template, version)
      yield* audit(actor, tenant, "template.create", `template:${template.id}`)
      return yield* detailsOf(template, version)
    })
  )
}, byStaff)

const versionOf = (
  { id, latestVersion, siteGroupingId }: Template.Template,
  { userId }: Actor,
  variables: ReadonlyArray<TemplateValue.Variable>,
  contents: ReadonlyArray<Template.Content>,
  createdAt: DateTime.Utc
): Template.TemplateVersion => ({
  templateId: id,
  siteGroupingId,
  number: latestVersion,
  variables,
  contents,
  createdBy: userId,
  createdAt
})

/** Changes what is named. Variables or contents make a new version; what is published goes on to be. */
export const editTemplate = Effect.fn("editTemplate")(function* (actor: Actor, id: TemplateId, given: TemplateEdit) {
  const { baseVersion, contents, variables, ...named } = yield* readEdit(given)
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const templates = yield* Templates
      const before = yield* lockTemplate(actor, id)
      if (baseVersion !== undefined && baseVersion !== before.latestVersion) {
        return yield* new TemplateChanged({ latestVersion: before.latestVersion })
      }
      const now = yield* DateTime.now
      const isNewVersion = contents !== undefined || variables !== undefined
      const template: Template.Template = {
        ...before,
        ...named,
        latestVersion: before.latestVersion + (isNewVersion ? 1 : 0),
        updatedAt: now
      }
      const latest = yield* loadVersion(actor, id, before.latestVersion)
      const version = !isNewVersion
        ? latest
        : versionOf(template, actor, variables?.map(variableOf) ?? latest.variables, contents ?? latest.contents, now)
      if (isNewVersion) yield* templates.addVersion(version)
      yield* templates.save(template)
      yield* audit(actor, template.siteGroupingId, "template.edit", `template:${id}`, {
        fields: Object.keys(given).toSorted().join(","),
        version: template.latestVersion
      })
      return yield* detailsOf(template, version)
    })
  )
}, byStaff)

/** Archives a template: nothing is sent from it any more, and its name is free. Doing so again changes nothing. */
export const archiveTemplate = Effect.fn("archiveTemplate")(function* (actor: Actor, id: TemplateId) {
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const templates = yield* Templates
      const before = yield* found(templates.lock(actor.scope, id))
      if (before.archivedAt !== null) return before
      const template: Template.Template = { ...before, archivedAt: yield* DateTime.now }
      yield* templates.save(template)
      yield* audit(actor, template.siteGroupingId, "template.archive", `template:${id}`)
      return template
    })
  )
}, byStaff)

/** What is sent from a template from now on. */
const publish = Effect.fnUntraced(function* (
  actor: Actor,
  template: Template.Template,
  number: number,
  action: string
) {
  const version = yield* loadVersion(actor, template.id, number)
  const details = yield* detailsOf(template, version)
  if (!TemplateLint.isClean(details.report)) return yield* TemplateNotPublishable.of(number, details.report)
  const published: Template.Template = { ...template, publishedVersion: number, updatedAt: yield* DateTime.now }
  yield* (yield* Templates).save(published)
  yield* audit(actor, template.siteGroupingId, action, `template:${template.id}`, { version: number })
  return { ...details, template: published }
})

/** Publishes a version that has no errors: texts are made of it from now on, those that wait to leave among them. */
export const publishTemplate = Effect.fn("publishTemplate")(function* (
  actor: Actor,
  id: TemplateId,
  given: VersionChoice
) {
  const { version } = yield* readChoice(given)
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.flatMap(lockTemplate(actor, id), (template) => publish(actor, template, version, "template.publish"))
  )
}, byStaff)

/** Goes back to an earlier version than the published one. */
export const rollbackTemplate = Effect.fn("rollbackTemplate")(function* (
  actor: Actor,
  id: TemplateId,
  given: VersionChoice
) {
  const { version } = yield* readChoice(given)
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const template = yield* lockTemplate(actor, id)
      if (template.publishedVersion === null || version >= template.publishedVersion) {
        const message =
          template.publishedVersion === null
            ? "is for a template that is published"
            : `must be before ${template.publishedVersion}, which is published`
        return yield* new InvalidRequest({ field: "version", message })
      }
      return yield* publish(actor, template, version, "template.rollback")
    })
  )
}, byStaff)
