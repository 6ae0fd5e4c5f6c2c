import { Language, type Template, TemplateId, type Tenant, UserId } from "@careline/domain"
import { IdGenerator, TemplateNameTaken, Templates, type TenantScope } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { byStaff, type Chapter, hubTest } from "../shared/Chapter.ts"
import { idsOf } from "../shared/Compare.ts"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"

const freshId = Effect.map(
  Effect.flatMap(IdGenerator, (ids) => ids.next("template", 1)),
  ([id]) => TemplateId.make(id!)
)

const versionOf = (template: Template.Template, number: number): Template.TemplateVersion => ({
  templateId: template.id,
  siteGroupingId: template.siteGroupingId,
  number,
  variables: [
    {
      path: "patient.firstName",
      type: "text",
      required: true,
      maxLength: 40,
      sample: "Zoë",
      sensitivity: "identifying"
    }
  ],
  contents: [
    { language: Language.make("en-US"), bodies: { sms: `Hi {{patient.firstName}}, “${number}”` } },
    { language: Language.make("es-US"), bodies: { sms: `Hola {{patient.firstName}} ${number}` } }
  ],
  createdBy: UserId.make("an administrator"),
  createdAt: template.createdAt
})

/** A template of the tenant with one version, in the store. */
const aTemplate = Effect.fnUntraced(function* (tenant: Tenant, fields: Partial<Template.Template> = {}) {
  const { nextInt } = yield* StoreUnderTest
  const at = yield* Given.storeNow
  const count = yield* nextInt
  const template: Template.Template = {
    id: yield* freshId,
    siteGroupingId: tenant,
    name: `Reminder ${count}`,
    description: null,
    category: "appointment",
    tags: [],
    latestVersion: 1,
    publishedVersion: null,
    createdBy: null,
    // Each a little later than the one before.
    createdAt: DateTime.add(at, { seconds: count }),
    updatedAt: at,
    archivedAt: null,
    ...fields
  }
  yield* Given.transact(Effect.flatMap(Templates, (templates) => templates.add(template, versionOf(template, 1))))
  return template
})

const loaded = (scope: TenantScope, id: TemplateId) =>
  Effect.map(
    Effect.flatMap(Templates, (templates) => templates.load(scope, id)),
    Option.getOrNull
  )

const page = { limit: 50, cursor: null }

export const templatesChapter: Chapter = {
  chapter: "Templates",
  tests: byStaff([
    hubTest("MUST keep a template and its versions as they are given", function* () {
      const { tenants } = yield* StoreUnderTest
      const templates = yield* Templates
      const template = yield* aTemplate(tenants[0], {
        description: "Said “kindly”",
        category: "marketing",
        tags: ["a", "B c"],
        createdBy: UserId.make("somebody")
      })
      assert.deepStrictEqual(yield* loaded([tenants[0]], template.id), template)
      const version = yield* templates.version([tenants[0]], template.id, 1)
      assert.deepStrictEqual(Option.getOrNull(version), versionOf(template, 1))
    }),

    hubTest("MUST find what is of the scope and nothing else", function* () {
      const { tenants } = yield* StoreUnderTest
      const templates = yield* Templates
      const template = yield* aTemplate(tenants[0])
      const common = yield* aTemplate(null)
      for (const scope of [[tenants[1]], [null], []] as ReadonlyArray<TenantScope>) {
        assert.isNull(yield* loaded(scope, template.id))
        assert.isTrue(Option.isNone(yield* templates.lock(scope, template.id)))
        assert.isTrue(Option.isNone(yield* templates.version(scope, template.id, 1)))
        assert.deepStrictEqual((yield* templates.versions(scope, template.id, page)).items, [])
        assert.notInclude(idsOf((yield* templates.list(scope, {}, page)).items), template.id)
      }
      assert.deepStrictEqual(yield* loaded([null], common.id), common)
      assert.deepStrictEqual(yield* loaded("all", template.id), template)
      assert.isNull(yield* loaded("all", TemplateId.make("nothing")))
    }),

    hubTest("MUST give a name to one template of a tenant at a time, whatever its case", function* () {
      const { tenants } = yield* StoreUnderTest
      const templates = yield* Templates
      const first = yield* aTemplate(tenants[0], { name: "Reminder" })
      assert.instanceOf(yield* Effect.flip(aTemplate(tenants[0], { name: "REMINDER" })), TemplateNameTaken)
      const other = yield* aTemplate(tenants[0])
      const renamed = Given.transact(templates.save({ ...other, name: "reminder" }))
      assert.instanceOf(yield* Effect.flip(renamed), TemplateNameTaken)
      assert.deepStrictEqual(yield* loaded("all", other.id), other)
      yield* aTemplate(tenants[1], { name: "Reminder" })
      yield* aTemplate(null, { name: "Reminder" })
      yield* Given.transact(templates.save({ ...first, archivedAt: first.createdAt }))
      const next = yield* aTemplate(tenants[0], { name: "reminder" })
      assert.deepStrictEqual(Option.getOrNull(yield* templates.named(tenants[0], "Reminder")), next)
      assert.isTrue(Option.isNone(yield* templates.named(tenants[0], "nothing")))
    }),

    hubTest("MUST change all of a template but whose it is and who made it when", function* () {
      const { tenants } = yield* StoreUnderTest
      const templates = yield* Templates
      const template = yield* aTemplate(tenants[0])
      const edited: Template.Template = {
        ...template,
        name: "Another",
        description: "words",
        category: "billing",
        tags: ["x"],
        latestVersion: 2,
        publishedVersion: 2,
        updatedAt: DateTime.add(template.updatedAt, { hours: 1 }),
        archivedAt: DateTime.add(template.updatedAt, { hours: 2 })
      }
      yield* Given.transact(
        Effect.gen(function* () {
          const locked = yield* templates.lock([tenants[0]], template.id)
          assert.deepStrictEqual(Option.getOrNull(locked), template)
          yield* templates.addVersion(versionOf(template, 2))
          yield* templates.save(edited)
        })
      )
      assert.deepStrictEqual(yield* loaded("all", template.id), edited)
    }),

    hubTest(
      "MUST list the newest first, page by page, narrowed by category, tag and whether it is archived",
      function* () {
        const { tenants } = yield* StoreUnderTest
        const templates = yield* Templates
        const scope = [tenants[0], null]
        const [one, two, three] = [
          yield* aTemplate(tenants[0], { category: "billing", tags: ["a"] }),
          yield* aTemplate(null, { tags: ["a", "b"] }),
          yield* aTemplate(tenants[0])
        ]
        const gone = yield* aTemplate(tenants[0], { archivedAt: three.createdAt })
        yield* aTemplate(tenants[1])
        const ids = (filter: Parameters<typeof templates.list>[1]) =>
          Effect.map(templates.list(scope, filter, page), ({ items }) => idsOf(items))
        assert.deepStrictEqual(yield* ids({}), [three.id, two.id, one.id])
        assert.deepStrictEqual(yield* ids({ category: "billing" }), [one.id])
        assert.deepStrictEqual(yield* ids({ tag: "a" }), [two.id, one.id])
        assert.deepStrictEqual(yield* ids({ isArchived: true }), [gone.id])
        const first = yield* templates.list(scope, {}, { limit: 2, cursor: null })
        assert.deepStrictEqual(idsOf(first.items), [three.id, two.id])
        const second = yield* templates.list(scope, {}, { limit: 2, cursor: first.nextCursor })
        assert.deepStrictEqual(idsOf(second.items), [one.id])
        assert.isNull(second.nextCursor)
        const refused = yield* Effect.flip(templates.list(scope, {}, { limit: 2, cursor: "nonsense" }))
        assert.strictEqual(refused._tag, "InvalidCursor")
      }
    ),

    hubTest("MUST keep every version, and tell the newest first, page by page", function* () {
      const { tenants } = yield* StoreUnderTest
      const templates = yield* Templates
      const template = yield* aTemplate(tenants[0])
      yield* Given.transact(templates.addVersion(versionOf(template, 2)))
      yield* Given.transact(templates.addVersion(versionOf(template, 3)))
      const again = yield* Effect.exit(
        Given.transact(templates.addVersion({ ...versionOf(template, 3), contents: [] }))
      )
      assert.strictEqual(again._tag, "Failure")
      const first = yield* templates.versions("all", template.id, { limit: 2, cursor: null })
      assert.deepStrictEqual(first.items, [versionOf(template, 3), versionOf(template, 2)])
      const second = yield* templates.versions("all", template.id, { limit: 2, cursor: first.nextCursor })
      assert.deepStrictEqual(second.items, [versionOf(template, 1)])
      assert.isNull(second.nextCursor)
      assert.isTrue(Option.isNone(yield* templates.version("all", template.id, 4)))
    })
  ])
}
