/** Patients, who are at a facility of a site group. */
import { Router } from "express"
import { siteGroupRoom } from "./chatGateway.ts"
import { type Queryable, withTransaction } from "./database.ts"
import { pathId } from "./input.ts"
import { notFound, Problem } from "./problems.ts"
import type { Services } from "./services.ts"
import { type User, userOf } from "./sessions.ts"

export interface Patient {
  readonly id: string
  readonly givenName: string
  readonly familyName: string
  readonly phone: string | null
  readonly facilityId: string
  readonly facilityName: string
  readonly siteGroupId: string
}

export const findPatient = async (db: Queryable, user: User, id: string): Promise<Patient> => {
  const { rows } = await db.query<Patient>(
    `select p.id, p.given_name as "givenName", p.family_name as "familyName", p.phone,
       f.id as "facilityId", f.name as "facilityName", f.site_group_id as "siteGroupId"
     from patients p join facilities f on f.id = p.facility_id
     where p.id = $1 and f.site_group_id = any($2)`,
    [id, user.siteGroupIds]
  )
  if (rows[0] === undefined) throw notFound()
  return rows[0]
}

export const patientRoutes = ({ chat, pool }: Services): Router => {
  const router = Router()

  router.get("/patients/:id", async (req, res) => {
    res.json(await findPatient(pool, userOf(res), pathId(req.params.id)))
  })

  router.delete("/patients/:id", async (req, res) => {
    const user = userOf(res)
    await withTransaction(pool, async (db) => {
      const patient = await findPatient(db, user, pathId(req.params.id))
      if (user.role === "clinician") throw new Problem(403, "Only an admin deletes a patient")
      await db.query("delete from patients where id = $1", [patient.id])
      await chat.publish(db, siteGroupRoom(patient.siteGroupId), "patient.deleted", { patientId: patient.id })
    })
    res.status(204).end()
  })

  return router
}
