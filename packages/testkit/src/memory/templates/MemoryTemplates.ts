import type { Template, TemplateId } from "@careline/domain"
import { Scope, StorageError, StoreConflict, TemplateNameTaken, Templates } from "@careline/ports"
import { Effect, HashMap, Layer, Option } from "effect"
import * as Keyset from "../shared/keyset.ts"
import { keyOf, type MemoryState } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

const conflict = new StorageError({
  operation: "templates.addVersion",
  reason: new StoreConflict({ message: "There is this version", constraint: null })
})

const folded = (name: string): string => name.toLowerCase()

const find = (state: MemoryState, scope: Scope.TenantScope, id: TemplateId): Option.Option<Template.Template> =>
  Option.filter(HashMap.get(state.templates, id), ({ siteGroupingId }) => Scope.includes(scope, siteGroupingId))

const named = (state: MemoryState, { name, siteGroupingId }: Pick<Template.Template, "name" | "siteGroupingId">) =>
  HashMap.toValues(state.templates).find(
    (one) => one.siteGroupingId === siteGroupingId && folded(one.name) === folded(name) && one.archivedAt === null
  )

const put = (state: MemoryState, template: Template.Template): MemoryState => ({
  ...state,
  templates: HashMap.set(state.templates, template.id, template)
})

const putVersion = (state: MemoryState, version: Template.TemplateVersion): MemoryState => ({
  ...state,
  templateVersions: HashMap.set(state.templateVersions, keyOf(version.templateId, version.number), version)
})

export const layer: Layer.Layer<Templates, never, MemoryStore> = Layer.effect(
  Templates,
  Effect.map(MemoryStore, (store) => {
    /** Changes the state unless another template has the name. */
    const unlessTaken = (template: Template.Template, change: (state: MemoryState) => MemoryState) =>
      Effect.flatMap(
        store.modify((state) => {
          const other = template.archivedAt === null ? named(state, template) : undefined
          const isFree = other === undefined || other.id === template.id
          return [isFree, isFree ? change(state) : state]
        }),
        (isFree) => (isFree ? Effect.void : Effect.fail(new TemplateNameTaken({ name: template.name })))
      )

    return Templates.of({
      list: (scope, { category, isArchived = false, tag }, page) =>
        Effect.flatMap(
          store.read((state) =>
            HashMap.toValues(state.templates).filter(
              (one) =>
                Scope.includes(scope, one.siteGroupingId) &&
                (category === undefined || one.category === category) &&
                (tag === undefined || one.tags.includes(tag)) &&
                (one.archivedAt !== null) === isArchived
            )
          ),
          (found) => Keyset.page("templates", found, Keyset.byCreation, page)
        ),
      load: (scope, id) => store.read((state) => find(state, scope, id)),
      named: (siteGroupingId, name) =>
        store.read((state) => Option.fromNullishOr(named(state, { name, siteGroupingId }))),
      lock: (scope, id) => store.read((state) => find(state, scope, id)),
      add: (template, first) => unlessTaken(template, (state) => putVersion(put(state, template), first)),
      save: (template) => unlessTaken(template, (state) => put(state, template)),
      addVersion: (version) =>
        Effect.flatMap(
          store.modify((state) => {
            const isNew = !HashMap.has(state.templateVersions, keyOf(version.templateId, version.number))
            return [isNew, isNew ? putVersion(state, version) : state]
          }),
          (isNew) => (isNew ? Effect.void : Effect.fail(conflict))
        ),
      versions: (scope, id, page) =>
        Effect.flatMap(
          store.read((state) =>
            HashMap.toValues(state.templateVersions).filter(
              ({ siteGroupingId, templateId }) => templateId === id && Scope.includes(scope, siteGroupingId)
            )
          ),
          (found) =>
            Keyset.page("template-versions", found, ({ number, templateId }) => ({ at: number, id: templateId }), page)
        ),
      version: (scope, id, number) =>
        store.read((state) =>
          Option.filter(HashMap.get(state.templateVersions, keyOf(id, number)), ({ siteGroupingId }) =>
            Scope.includes(scope, siteGroupingId)
          )
        )
    })
  })
)
