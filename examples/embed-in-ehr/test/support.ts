/** What the EHR's tests share: people to be, and clients to be them with. */
import { io } from "socket.io-client"
import { onTestFinished } from "vitest"
import type { Queryable } from "../src/ehr/database.ts"
import { hashPassword } from "../src/ehr/passwords.ts"
import type { Ehr } from "../src/ehr/server.ts"

/** Starts an EHR on a database, as one process of several. */
export type StartEhr = (databaseUrl: string) => Promise<Ehr>

export const PASSWORD = "correct horse battery staple"

const insert = async (db: Queryable, sql: string, values: ReadonlyArray<unknown>): Promise<string> => {
  const { rows } = await db.query<{ id: string }>(`${sql} returning id`, [...values])
  return rows[0]!.id
}

const addFacility = (db: Queryable, siteGroupId: string, name: string, phone: string) =>
  insert(db, "insert into facilities (site_group_id, name, phone, time_zone) values ($1, $2, $3, 'America/New_York')", [
    siteGroupId,
    name,
    phone
  ])

export const addPatient = (db: Queryable, facilityId: string, givenName: string, familyName: string) =>
  insert(db, "insert into patients (facility_id, given_name, family_name) values ($1, $2, $3)", [
    facilityId,
    givenName,
    familyName
  ])

/** Two site groups that do not see each other, north and south. */
export const seed = async (db: Queryable) => {
  const hash = await hashPassword(PASSWORD)
  const addUser = async (email: string, role: string, siteGroupIds: ReadonlyArray<string>) => {
    const id = await insert(
      db,
      "insert into users (email, display_name, password_hash, role) values ($1, split_part($1, '@', 1), $2, $3)",
      [email, hash, role]
    )
    await db.query("insert into user_site_groups select $1, unnest($2::bigint[])", [id, siteGroupIds])
    return { id, email }
  }
  const north = await insert(db, "insert into site_groups (name) values ($1)", ["North"])
  const south = await insert(db, "insert into site_groups (name) values ($1)", ["South"])
  const northClinic = await addFacility(db, north, "North Clinic", "+12125550100")
  const southClinic = await addFacility(db, south, "South Clinic", "+13055550100")
  return {
    north,
    south,
    northClinic,
    southClinic,
    nora: await addUser("nora@example.com", "clinician", [north]),
    ned: await addUser("ned@example.com", "clinician", [north]),
    nadia: await addUser("nadia@example.com", "site_admin", [north]),
    sam: await addUser("sam@example.com", "clinician", [south]),
    root: await addUser("root@example.com", "system_admin", []),
    alma: await addPatient(db, northClinic, "Alma", "Reyes"),
    bela: await addPatient(db, southClinic, "Bela", "Kovacs")
  }
}

export type Seed = Awaited<ReturnType<typeof seed>>

export interface Answer {
  readonly status: number
  readonly type: string | null
  readonly body: any
}

/** A browser, as far as HTTP goes: it keeps the cookie that it is given. */
export class Client {
  readonly url: string
  cookie = ""

  constructor(url: string) {
    this.url = url
  }

  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: { cookie: this.cookie, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const [cookie] = response.headers.getSetCookie()
    if (cookie !== undefined) this.cookie = cookie.split(";")[0]!
    const text = await response.text()
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      body: text === "" ? null : JSON.parse(text)
    }
  }

  get(path: string) {
    return this.request("GET", path)
  }

  post(path: string, body: unknown = {}) {
    return this.request("POST", path, body)
  }
}

export const logIn = async (ehr: Pick<Ehr, "url">, { email }: { readonly email: string }): Promise<Client> => {
  const client = new Client(ehr.url)
  const { status } = await client.post("/login", { email, password: PASSWORD })
  if (status !== 200) throw new Error(`${email} cannot log in: ${status}`)
  return client
}

export interface Heard {
  readonly event: string
  readonly payload: any
  readonly id: string
}

/** A socket of a logged-in client, which has joined its rooms, and all that it heard. It goes with the test. */
export const listen = async ({ cookie, url }: Client, lastEventId?: string) => {
  const heard: Array<Heard> = []
  const ready = Promise.withResolvers<string>()
  const socket = io(url, {
    transports: ["websocket"],
    forceNew: true,
    extraHeaders: { cookie },
    auth: { lastEventId }
  })
  onTestFinished(() => void socket.close())
  socket.on("connect_error", ready.reject)
  const disconnected = new Promise<void>((resolve) => socket.on("disconnect", () => resolve()))
  socket.onAny((event: string, payload: unknown, id: string) => {
    if (event === "ready") ready.resolve(id)
    else heard.push({ event, payload, id })
  })
  /** Where it was when it had joined. */
  const position = await ready.promise
  return { heard, position, disconnected, close: () => void socket.close() }
}
