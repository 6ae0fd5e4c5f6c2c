/** Templates and their versions, which are only ever added. */
import type { Template, TemplateId, Tenant } from "@careline/domain"
import { Context, type Effect, type Option, Schema } from "effect"
import type { InvalidCursor } from "../shared/InvalidCursor.ts"
import type { Page, PageRequest } from "../shared/Page.ts"
import type { TenantScope } from "../shared/Scope.ts"
import type { StorageError } from "../shared/StorageError.ts"

/** The tenant has a template of this name that is not archived. */
export class TemplateNameTaken extends Schema.TaggedError<TemplateNameTaken>()("TemplateNameTaken", {
  name: Schema.String
}) {
  override get message(): string {
    return "There is a template of this name"
  }
}

/** Which templates a list is of. */
export interface TemplateFilter {
  readonly category?: Template.Category | undefined
  readonly tag?: string | undefined
  /** Those that are archived instead of those that are in use. */
  readonly isArchived?: boolean | undefined
}

/** Templates by tenant, and their versions. */
export class Templates extends Context.Service<
  Templates,
  {
    /** Those of the scope that the filter lets through, the newest first. */
    readonly list: (
      scope: TenantScope,
      filter: TemplateFilter,
      page: PageRequest
    ) => Effect.Effect<Page<Template.Template>, StorageError | InvalidCursor>
    /** One of the scope. */
    readonly load: (scope: TenantScope, id: TemplateId) => Effect.Effect<Option.Option<Template.Template>, StorageError>
    /** The tenant's template of a name, in any case, that is not archived. */
    readonly named: (tenant: Tenant, name: string) => Effect.Effect<Option.Option<Template.Template>, StorageError>
    /** To be changed: nobody else changes it until the ambient transaction ends. */
    readonly lock: (scope: TenantScope, id: TemplateId) => Effect.Effect<Option.Option<Template.Template>, StorageError>
    /** Keeps a new one with its first version. */
    readonly add: (
      template: Template.Template,
      first: Template.TemplateVersion
    ) => Effect.Effect<void, StorageError | TemplateNameTaken>
    /** Keeps what may change of one: all but whose it is, and who made it when. In the transaction that locked it. */
    readonly save: (template: Template.Template) => Effect.Effect<void, StorageError | TemplateNameTaken>
    /** Keeps one more version. No version changes or goes away. In the transaction that locked the template. */
    readonly addVersion: (version: Template.TemplateVersion) => Effect.Effect<void, StorageError>
    /** The versions of one, the newest first. */
    readonly versions: (
      scope: TenantScope,
      id: TemplateId,
      page: PageRequest
    ) => Effect.Effect<Page<Template.TemplateVersion>, StorageError | InvalidCursor>
    /** One version. */
    readonly version: (
      scope: TenantScope,
      id: TemplateId,
      number: number
    ) => Effect.Effect<Option.Option<Template.TemplateVersion>, StorageError>
  }
>()("careline/ports/Templates") {}
