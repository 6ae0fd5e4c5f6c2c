/** Memory stores that keep templates with one fault each. */
import { Scope, Templates } from "@careline/ports"
import { Effect, HashMap } from "effect"
import { altered, broken, type BrokenStore } from "./broken.ts"

const broke = (fault: string, noticedBy: string, layer: ReturnType<typeof altered<Templates, Templates["Service"]>>) =>
  broken(fault, "Templates", noticedBy, layer)

export const brokenTemplateStores: ReadonlyArray<BrokenStore> = [
  broke(
    "shows templates to whoever knows their id",
    "MUST find what is of the scope and nothing else",
    altered(Templates, ({ load }) => ({ load: (_scope, id) => load("all", id) }))
  ),
  broke(
    "shows versions of another tenant",
    "MUST find what is of the scope and nothing else",
    altered(Templates, ({ version }) => ({ version: (_scope, id, number) => version("all", id, number) }))
  ),
  broke(
    "gives a name twice",
    "MUST give a name to one template of a tenant at a time, whatever its case",
    altered(Templates, (_sound, store) => ({
      save: (template) =>
        store.update((state) => ({ ...state, templates: HashMap.set(state.templates, template.id, template) }))
    }))
  ),
  broke(
    "keeps the name of what is archived",
    "MUST give a name to one template of a tenant at a time, whatever its case",
    altered(Templates, ({ save }) => ({ save: (template) => save({ ...template, archivedAt: null }) }))
  ),
  broke(
    "lists what is archived among what is in use",
    "MUST list the newest first, page by page, narrowed by category, tag and whether it is archived",
    altered(Templates, ({ list }, store) => ({
      list: (scope, filter, page) =>
        filter.isArchived === undefined
          ? Effect.map(
              store.read((state) =>
                HashMap.toValues(state.templates).filter((one) => Scope.includes(scope, one.siteGroupingId))
              ),
              (items) => ({ items, nextCursor: null })
            )
          : list(scope, filter, page)
    }))
  ),
  broke(
    "changes a version",
    "MUST keep every version, and tell the newest first, page by page",
    altered(Templates, (_sound, store) => ({
      addVersion: (version) =>
        store.update((state) => ({
          ...state,
          templateVersions: HashMap.set(
            state.templateVersions,
            JSON.stringify([version.templateId, version.number]),
            version
          )
        }))
    }))
  )
]
