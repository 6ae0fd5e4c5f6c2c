/** The directory of a host that has no EHR: its patients, facilities and users, each with the same operations. */
import * as Application from "@careline/application"
import type { DirectoryEntry } from "@careline/domain"
import { Effect, Schema } from "effect"
import { TenantJson, tenantOf, TenantOnly, TenantQuery, tenantOfQuery } from "./Api.ts"
import { ADMINS, type Allowed, READERS, STAFF, tenantFor } from "../auth/Auth.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"
import * as DirectoryApi from "./DirectoryApi.ts"

type Entry = DirectoryEntry.DirectoryEntry

/** Whose a new entry is. */
interface Named {
  readonly siteGroupingId?: typeof TenantJson.Type
}

const ListQuery = Schema.Struct({ ...Application.PageQuery.fields, siteGroupingId: TenantQuery })

/** What is said of one kind of entry. */
interface Said {
  /** As it stands in paths, and in words. */
  readonly path: string
  readonly one: string
  readonly many: string
  /** As it stands in the ids of operations. */
  readonly One: string
  readonly Many: string
  readonly read: Allowed
  readonly write: Allowed
  readonly remove: Allowed
  readonly created: string
  readonly replaced: string
  readonly removed: string
}

/** The operations of one kind: as all others, but for what they are called and who may do them. */
const operationsOf = <New extends Named, Edit>(
  said: Said,
  use: {
    readonly list: typeof Application.patients.list
    readonly view: typeof Application.patients.view
    readonly remove: typeof Application.patients.remove
    readonly create: (
      actor: Application.Actor,
      given: Omit<New, "siteGroupingId"> & Pick<Entry, "siteGroupingId">
    ) => Effect.Effect<Entry, unknown, Services>
    readonly replace: (
      actor: Application.Actor,
      tenant: Entry["siteGroupingId"],
      id: string,
      given: Edit
    ) => Effect.Effect<Entry, unknown, Services>
  },
  schemas: {
    readonly New: Schema.Codec<New, unknown>
    readonly Edit: Schema.Codec<Edit, unknown>
    readonly Answer: Schema.Codec<unknown, unknown>
    readonly Page: Schema.Codec<unknown, unknown>
  },
  json: (entry: Entry) => unknown
): ReadonlyArray<Route<Services>> => [
  route({
    method: "get",
    path: said.path,
    operationId: `list${said.Many}`,
    allow: said.read,
    summary: `List ${said.many}`,
    description: "The list has those of one site grouping, the newest first.",
    query: ListQuery,
    success: { status: 200, schema: schemas.Page },
    handle: Effect.fnUntraced(function* ({ caller, query: { siteGroupingId, ...page } }) {
      const tenant = yield* tenantFor(caller, tenantOfQuery(siteGroupingId))
      const { items, nextCursor } = yield* use.list(caller, tenant, page)
      return { status: 200, body: { items: items.map(json), nextCursor } }
    })
  }),
  route({
    method: "post",
    path: said.path,
    operationId: `create${said.One}`,
    allow: said.write,
    summary: `Create a ${said.one}`,
    description: said.created,
    body: schemas.New,
    success: { status: 201, schema: schemas.Answer },
    problems: { 409: "An entry with this id exists" },
    handle: Effect.fnUntraced(function* ({ body, caller }) {
      const tenant = yield* tenantFor(caller, tenantOf(body.siteGroupingId))
      const created = yield* use.create(caller, { ...body, siteGroupingId: tenant })
      return { status: 201, body: json(created) }
    })
  }),
  route({
    method: "get",
    path: `${said.path}/{id}`,
    operationId: `get${said.One}`,
    allow: said.read,
    summary: `Get a ${said.one}`,
    query: TenantOnly,
    success: { status: 200, schema: schemas.Answer },
    handle: Effect.fnUntraced(function* ({ caller, params, query }) {
      const tenant = yield* tenantFor(caller, tenantOfQuery(query.siteGroupingId))
      return { status: 200, body: json(yield* use.view(caller, tenant, params.id!)) }
    })
  }),
  route({
    method: "put",
    path: `${said.path}/{id}`,
    operationId: `put${said.One}`,
    allow: said.write,
    summary: `Replace a ${said.one}`,
    description: said.replaced,
    query: TenantOnly,
    body: schemas.Edit,
    success: { status: 200, schema: schemas.Answer },
    handle: Effect.fnUntraced(function* ({ body, caller, params, query }) {
      const tenant = yield* tenantFor(caller, tenantOfQuery(query.siteGroupingId))
      return { status: 200, body: json(yield* use.replace(caller, tenant, params.id!, body)) }
    })
  }),
  route({
    method: "delete",
    path: `${said.path}/{id}`,
    operationId: `delete${said.One}`,
    allow: said.remove,
    summary: `Delete a ${said.one}`,
    description: said.removed,
    query: TenantOnly,
    success: { status: 200, schema: schemas.Answer },
    handle: Effect.fnUntraced(function* ({ caller, params, query }) {
      const tenant = yield* tenantFor(caller, tenantOfQuery(query.siteGroupingId))
      return { status: 200, body: json(yield* use.remove(caller, tenant, params.id!)) }
    })
  })
]

/** Where the caller works, unless it says where. */
const siteGroupingId = Schema.optionalKey(TenantJson)

const searchPatients = route({
  method: "post",
  path: "/api/v1/patients/search",
  operationId: "searchPatients",
  allow: READERS,
  summary: "Find patients by phone or by name",
  description:
    "A `phone`, in any usual way of writing, finds everybody who shares it; `name` finds each of its words in names, with or without accents. What is looked for travels in the body, so that it stands in the log of no proxy.",
  body: Schema.Struct({ ...Application.PatientSearch.fields, siteGroupingId }).annotate({
    identifier: "PatientSearch"
  }),
  success: { status: 200, schema: DirectoryApi.PatientPage },
  handle: Effect.fnUntraced(function* ({ body: { siteGroupingId: named, ...search }, caller }) {
    const tenant = yield* tenantFor(caller, tenantOf(named))
    const { items, nextCursor } = yield* Application.searchPatients(caller, { ...search, siteGroupingId: tenant })
    return { status: 200, body: { items: items.map(DirectoryApi.reachedJson), nextCursor } }
  })
})

const REPLACED =
  "What the request leaves out is gone afterwards. A phone that was there before keeps since when it is on record."

export const directory: ReadonlyArray<Route<Services>> = [
  searchPatients,
  ...operationsOf(
    {
      path: "/api/v1/patients",
      one: "patient",
      many: "patients",
      One: "Patient",
      Many: "Patients",
      read: READERS,
      write: STAFF,
      remove: ADMINS,
      created:
        "A text or call from one of the phones begins a thread that is linked to the patient, and to all others who share the phone. `id` is the one of the practice's own system; without it the patient gets a new one.",
      replaced: REPLACED,
      removed: "Threads that are linked to the patient stay linked."
    },
    Application.patients,
    {
      New: Schema.Struct({ ...Application.NewPatient.fields, siteGroupingId }).annotate({ identifier: "NewPatient" }),
      Edit: Application.PatientEdit,
      Answer: DirectoryApi.PatientJson,
      Page: DirectoryApi.PatientPage
    },
    DirectoryApi.reachedJson
  ),
  ...operationsOf(
    {
      path: "/api/v1/facilities",
      one: "facility",
      many: "facilities",
      One: "Facility",
      Many: "Facilities",
      read: READERS,
      write: STAFF,
      remove: ADMINS,
      created:
        "A phone that is a facility's is linked to none of the patients who have it as well. Without `id` the facility gets a new one.",
      replaced: REPLACED,
      removed: "Threads that are linked to the facility stay linked."
    },
    Application.facilities,
    {
      New: Schema.Struct({ ...Application.NewFacility.fields, siteGroupingId }).annotate({ identifier: "NewFacility" }),
      Edit: Application.FacilityEdit,
      Answer: DirectoryApi.FacilityJson,
      Page: DirectoryApi.FacilityPage
    },
    DirectoryApi.reachedJson
  ),
  ...operationsOf(
    {
      path: "/api/v1/users",
      one: "user",
      many: "users",
      One: "User",
      Many: "Users",
      read: ADMINS,
      write: ADMINS,
      remove: ADMINS,
      created:
        "`id` is the `sub` of the user's tokens. Masked calls know the user by the phone; nobody gets a login by being created.",
      replaced: `${REPLACED} A call from a phone that is new needs a PIN.`,
      removed: "The login of the user is the identity provider's, and stays."
    },
    Application.users,
    {
      New: Schema.Struct({ ...Application.NewUser.fields, siteGroupingId }).annotate({ identifier: "NewUser" }),
      Edit: Application.UserEdit,
      Answer: DirectoryApi.UserJson,
      Page: DirectoryApi.UserPage
    },
    DirectoryApi.userJson
  )
]
