/** Templates, and their versions, which are only ever added. */
import type { Template, TemplateId } from "@careline/domain"
import { StorageError, type TemplateFilter, TemplateNameTaken, Templates, type TenantScope } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option, Schema } from "effect"
import type { Statement } from "effect/sql"
import * as Cursor from "../sql/cursor.ts"
import { isUuid, recordTenants, tenantColumn, tenants } from "../sql/rows.ts"
import { newestFirst } from "../sql/page.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import type { Row } from "../tables/Table.ts"
import { templates, templateVersions } from "../tables/Tables.ts"

const versionsCursor = Cursor.make("template-versions", Schema.Int)

/** One template of a tenant has a name, in whatever case. */
const NAME_INDEX = "templates_name"

const isNameTaken = (error: unknown): error is StorageError =>
  error instanceof StorageError && error.reason._tag === "StoreConflict" && error.reason.constraint === NAME_INDEX

export const layer = Layer.effect(
  Templates,
  Effect.map(PgClient.PgClient, (sql) => {
    /** One row of a table, of the scope and under an id; nothing where the id can be none of ours. */
    const one = <A>(
      id: TemplateId,
      query: Statement.Statement<Row>,
      read: (row: Row) => A
    ): Effect.Effect<Option.Option<A>, StorageError> =>
      !isUuid(id)
        ? Effect.succeedNone
        : query.pipe(
            Effect.map(([row]) => Option.map(Option.fromUndefinedOr(row), read)),
            asStorage("templates.load")
          )

    const page = newestFirst(sql, {
      name: "templates",
      table: "templates",
      alias: "t",
      read: (rows) => Effect.succeed(rows.map(templates.fromRow))
    })

    const within = (scope: TenantScope) => sql`site_grouping_id in ${tenants(sql, scope)}`

    const template = (scope: TenantScope, id: TemplateId, lock: Statement.Fragment) =>
      one(id, sql<Row>`select * from templates where id = ${id}::uuid and ${within(scope)} ${lock}`, templates.fromRow)

    const matching = ({ category, isArchived = false, tag }: TemplateFilter) =>
      sql.and([
        sql`t.site_grouping_id = s.tenant`,
        isArchived ? sql`t.archived_at is not null` : sql`t.archived_at is null`,
        ...(category === undefined ? [] : [sql`t.category = ${category}`]),
        ...(tag === undefined ? [] : [sql`${tag} = any(t.tags)`])
      ])

    const addVersion = (version: Template.TemplateVersion) =>
      sql`${templateVersions.insert([templateVersions.toRow(version)])}`.pipe(
        Effect.asVoid,
        asStorage("templates.addVersion")
      )

    return Templates.of({
      list: (scope, filter, request) => page({ ...request, scope }, matching(filter)).pipe(asStorage("templates.list")),
      load: (scope, id) => template(scope, id, sql``),
      named: (tenant, name) =>
        sql<Row>`
          select * from templates
          where site_grouping_id = ${tenantColumn(tenant)} and lower(name) = lower(${name}) and archived_at is null`.pipe(
          Effect.map(([row]) => Option.map(Option.fromUndefinedOr(row), templates.fromRow)),
          asStorage("templates.named")
        ),
      lock: (scope, id) => template(scope, id, sql`for no key update`),
      add: (template, first) =>
        Effect.gen(function* () {
          yield* recordTenants(sql, [template.siteGroupingId])
          const added = yield* sql`
            ${templates.insert([templates.toRow(template)])}
            on conflict (site_grouping_id, lower(name)) where archived_at is null do nothing
            returning id`
          if (added.length === 0) return yield* new TemplateNameTaken({ name: template.name })
          yield* addVersion(first)
        }).pipe(asStorage("templates.add")),
      save: (template) =>
        sql`
          update templates t set ${templates.changes("given")} from ${templates.given([templates.toRow(template)])}
          where t.site_grouping_id = given.site_grouping_id and t.id = given.id`.pipe(
          Effect.asVoid,
          asStorage("templates.save"),
          Effect.catchIf(isNameTaken, () => Effect.fail(new TemplateNameTaken({ name: template.name })))
        ),
      addVersion,
      versions: (scope, id, { cursor, limit }) =>
        Effect.gen(function* () {
          const before = yield* Effect.fromResult(versionsCursor.decode(cursor))
          if (!isUuid(id)) return { items: [], nextCursor: null }
          const rows = yield* sql<Row>`
            select * from template_versions
            where template_id = ${id}::uuid and ${within(scope)}
              ${before === null ? sql`` : sql`and number < ${before}`}
            order by number desc limit ${limit + 1}`
          const items = rows.slice(0, limit).map(templateVersions.fromRow)
          const last = items.at(-1)
          return {
            items,
            nextCursor: rows.length > limit && last !== undefined ? versionsCursor.encode(last.number) : null
          }
        }).pipe(asStorage("templates.versions")),
      version: (scope, id, number) =>
        one(
          id,
          sql<Row>`
            select * from template_versions
            where template_id = ${id}::uuid and number = ${number} and ${within(scope)}`,
          templateVersions.fromRow
        )
    })
  })
)
