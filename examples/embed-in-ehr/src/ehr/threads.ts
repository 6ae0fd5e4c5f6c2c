/** Threads: what the care team says among itself about a patient. */
import { Router } from "express"
import { z } from "zod"
import { type Queryable, withTransaction } from "./database.ts"
import * as input from "./input.ts"
import { listMessages, markRead, postMessage } from "./messages.ts"
import { findPatient } from "./patients.ts"
import { notFound, Problem } from "./problems.ts"
import type { Services } from "./services.ts"
import { type User, userOf } from "./sessions.ts"

export interface Thread {
  readonly id: string
  readonly patientId: string
  readonly siteGroupId: string
  readonly subject: string
  readonly createdBy: string
  readonly assignedTo: string | null
  readonly createdAt: Date
}

export const findThread = async (db: Queryable, user: User, id: string): Promise<Thread> => {
  const { rows } = await db.query<Thread>(
    `select t.id, t.patient_id as "patientId", f.site_group_id as "siteGroupId", t.subject,
       t.created_by as "createdBy", t.assigned_to as "assignedTo", t.created_at as "createdAt"
     from threads t join patients p on p.id = t.patient_id join facilities f on f.id = p.facility_id
     where t.id = $1 and f.site_group_id = any($2)`,
    [id, user.siteGroupIds]
  )
  if (rows[0] === undefined) throw notFound()
  return rows[0]
}

/** Whoever is assigned must be able to see the patient. */
const checkAssignee = async (db: Queryable, assignee: string, siteGroupId: string): Promise<void> => {
  const { rowCount } = await db.query("select from user_site_groups where user_id = $1 and site_group_id = $2", [
    assignee,
    siteGroupId
  ])
  if (rowCount === 0) throw new Problem(400, "The assignee is not in the patient's site group")
}

const newMessage = z.object({ body: input.text(10_000) })
const newThread = newMessage.extend({ subject: input.text(200), assignedTo: input.id.optional() })
const page = z.object({ before: input.id.optional(), limit: input.limit })
const readUpTo = z.object({ messageId: input.id })

export const threadRoutes = (services: Services): Router => {
  const { pool } = services
  const router = Router()

  router.post("/patients/:id/threads", async (req, res) => {
    const user = userOf(res)
    const thread = await withTransaction(pool, async (db) => {
      const patient = await findPatient(db, user, input.pathId(req.params.id))
      const { assignedTo, body, subject } = newThread.parse(req.body)
      if (assignedTo !== undefined) await checkAssignee(db, assignedTo, patient.siteGroupId)
      const { rows } = await db.query<{ id: string }>(
        "insert into threads (patient_id, subject, created_by, assigned_to) values ($1, $2, $3, $4) returning id",
        [patient.id, subject, user.id, assignedTo ?? null]
      )
      const created = await findThread(db, user, rows[0]!.id)
      await postMessage(db, services, created, user.id, body)
      return created
    })
    res.status(201).json(thread)
  })

  router.get("/threads/:id", async (req, res) => {
    res.json(await findThread(pool, userOf(res), input.pathId(req.params.id)))
  })

  router.get("/threads/:id/messages", async (req, res) => {
    const thread = await findThread(pool, userOf(res), input.pathId(req.params.id))
    res.json({ items: await listMessages(pool, thread.id, page.parse(req.query)) })
  })

  router.post("/threads/:id/messages", async (req, res) => {
    const user = userOf(res)
    const message = await withTransaction(pool, async (db) => {
      const thread = await findThread(db, user, input.pathId(req.params.id))
      return postMessage(db, services, thread, user.id, newMessage.parse(req.body).body)
    })
    res.status(201).json(message)
  })

  router.post("/threads/:id/read", async (req, res) => {
    const user = userOf(res)
    const thread = await findThread(pool, user, input.pathId(req.params.id))
    await markRead(pool, user.id, thread.id, readUpTo.parse(req.body).messageId)
    res.status(204).end()
  })

  return router
}
