/** Who is at the other end: a random token in a cookie, and its hash in the database. */
import { createHash, randomBytes } from "node:crypto"
import { type RequestHandler, type Response, Router } from "express"
import { z } from "zod"
import type { Queryable } from "./database.ts"
import * as input from "./input.ts"
import { hashPassword, isPassword } from "./passwords.ts"
import { Problem } from "./problems.ts"
import type { Services } from "./services.ts"

export type Role = "clinician" | "site_admin" | "system_admin"

export interface User {
  readonly id: string
  readonly displayName: string
  readonly role: Role
  /** Those whose patients the user may see; all of them, for a system admin. */
  readonly siteGroupIds: ReadonlyArray<string>
}

export const SESSION_COOKIE = "ehr_session"
const SESSION_MILLIS = 12 * 60 * 60 * 1000
const TOKEN_BYTES = 32

const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest()

/** The session token of a `Cookie` header. */
export const tokenOf = (cookies: string | undefined): string | null =>
  cookies?.match(/(?:^|;\s*)ehr_session=([\w-]+)/)?.[1] ?? null

export const userOfSession = async (db: Queryable, token: string | null): Promise<User | null> => {
  if (token === null) return null
  const { rows } = await db.query<User>(
    `select u.id, u.display_name as "displayName", u.role,
       array(
         select g.id from site_groups g
         where u.role = 'system_admin'
           or exists (select from user_site_groups m where m.user_id = u.id and m.site_group_id = g.id)
         order by g.id
       ) as "siteGroupIds"
     from sessions s join users u on u.id = s.user_id
     where s.token_hash = $1 and s.expires_at > now()`,
    [hashOf(token)]
  )
  return rows[0] ?? null
}

/** Somebody's hash to compare with when nobody has that email, so that the answer takes as long. */
const nobodysHash = hashPassword("")

/** A new session's token, or null. */
const logIn = async (db: Queryable, email: string, password: string): Promise<string | null> => {
  const { rows } = await db.query<{ id: string; hash: string }>(
    "select id, password_hash as hash from users where email = lower($1)",
    [email]
  )
  const user = rows[0]
  const isRight = await isPassword(password, user?.hash ?? (await nobodysHash))
  if (user === undefined || !isRight) return null
  const token = randomBytes(TOKEN_BYTES).toString("base64url")
  await db.query("insert into sessions (token_hash, user_id, expires_at) values ($1, $2, $3)", [
    hashOf(token),
    user.id,
    new Date(Date.now() + SESSION_MILLIS)
  ])
  return token
}

const logOut = (db: Queryable, token: string) => db.query("delete from sessions where token_hash = $1", [hashOf(token)])

export const sweepSessions = async (db: Queryable): Promise<void> => {
  await db.query("delete from sessions where expires_at <= now()")
}

/** Lets only users pass. */
export const requireUser =
  (db: Queryable): RequestHandler =>
  async (req, res, next) => {
    const user = await userOfSession(db, tokenOf(req.headers.cookie))
    if (user === null) throw new Problem(401, "Log in first")
    res.locals.user = user
    next()
  }

/** The user whom `requireUser` let pass. */
export const userOf = (res: Response): User => res.locals.user as User

const credentials = z.object({ email: input.text(320), password: z.string().max(1_000) })

export const sessionRoutes = ({ pool }: Pick<Services, "pool">): Router => {
  const router = Router()

  router.post("/login", async (req, res) => {
    const { email, password } = credentials.parse(req.body)
    const token = await logIn(pool, email, password)
    if (token === null) throw new Problem(401, "The email or the password is wrong")
    res.cookie(SESSION_COOKIE, token, {
      httpOnly: true,
      sameSite: "lax",
      secure: req.secure,
      path: "/",
      maxAge: SESSION_MILLIS
    })
    res.json(await userOfSession(pool, token))
  })

  router.post("/logout", async (req, res) => {
    const token = tokenOf(req.headers.cookie)
    if (token !== null) await logOut(pool, token)
    res.clearCookie(SESSION_COOKIE, { path: "/" }).status(204).end()
  })

  router.get("/me", requireUser(pool), (_req, res) => {
    res.json(userOf(res))
  })

  return router
}
