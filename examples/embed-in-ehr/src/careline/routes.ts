/** External threads, for our own front end: request in, use case, response out. */
import { type Careline, isCarelineError, Problem as CarelineProblem } from "careline"
import { type ErrorRequestHandler, Router } from "express"
import { z } from "zod"
import * as input from "../ehr/input.ts"
import { userOf } from "../ehr/sessions.ts"
import { logError } from "../ehr/log.ts"
import { actorOf, requireAdmin, requireSiteGroup } from "./actor.ts"

const ids = z.array(input.id).max(100)
const cursor = z.string().max(512).nullable().default(null)
const page = z.object({ limit: input.limit, cursor })
const threadPage = page.extend({ view: z.enum(["inbox", "all", "unread", "unassigned", "mine"]).default("inbox") })
const newThread = z.object({
  siteGroupId: input.id,
  contact: z.string().max(254),
  name: z.string().nullish(),
  patientIds: ids.optional(),
  facilityId: input.id.nullish()
})
const threadEdit = z.object({
  contactName: z.string().nullish(),
  patientIds: ids.optional(),
  facilityId: input.id.nullish(),
  assigneeId: input.id.nullish()
})
const newMessage = z.object({ body: z.string(), mediaUrls: z.array(z.string()).max(10).default([]) })
const readUpTo = z.object({ messageId: input.id.nullable() })
const newPhoneLine = z.object({ siteGroupId: input.id, number: z.string(), label: z.string().nullable().default(null) })
const settings = z.record(z.string(), z.unknown())
const messages = z.object({ ...page.shape, status: z.enum(["unknown", "failed", "undelivered"]).default("unknown") })

export const externalThreadRoutes = (careline: Careline): Router => {
  const router = Router()

  router.get("/external-threads", async (req, res) => {
    res.json(await careline.listThreads(actorOf(userOf(res)), threadPage.parse(req.query)))
  })

  router.post("/external-threads", async (req, res) => {
    const { contact, name, siteGroupId, ...link } = newThread.parse(req.body)
    requireSiteGroup(userOf(res), siteGroupId)
    const request = { siteGroupingId: siteGroupId, externalContact: contact, contactName: name, ...link }
    res.status(201).json(await careline.createThread(actorOf(userOf(res)), request))
  })

  router.get("/external-threads/:id", async (req, res) => {
    res.json(await careline.viewThread(actorOf(userOf(res)), req.params.id))
  })

  router.patch("/external-threads/:id", async (req, res) => {
    const { view } = await careline.editThread(actorOf(userOf(res)), req.params.id, threadEdit.parse(req.body))
    res.json(view)
  })

  router.delete("/external-threads/:id", async (req, res) => {
    await careline.deleteThread(actorOf(userOf(res)), req.params.id)
    res.status(204).end()
  })

  router.get("/external-threads/:id/messages", async (req, res) => {
    res.json(await careline.listMessages(actorOf(userOf(res)), req.params.id, page.parse(req.query)))
  })

  router.post("/external-threads/:id/messages", async (req, res) => {
    const { body, mediaUrls } = newMessage.parse(req.body)
    const message = { threadId: req.params.id, content: body, mediaUrls }
    const idempotencyKey = req.get("idempotency-key") ?? null
    res.status(202).json(await careline.sendMessage(actorOf(userOf(res)), { ...message, idempotencyKey }))
  })

  router.post("/external-threads/:id/read", async (req, res) => {
    await careline.markRead(actorOf(userOf(res)), req.params.id, readUpTo.parse(req.body).messageId)
    res.status(204).end()
  })

  router.get("/external-threads/:id/readers", async (req, res) => {
    res.json({ items: await careline.listReaders(actorOf(userOf(res)), req.params.id) })
  })

  router.get("/external-messages", async (req, res) => {
    const { status, ...rest } = messages.parse(req.query)
    res.json(await careline.listMessagesByStatus(actorOf(userOf(res)), { ...rest, deliveryStatus: status }))
  })

  router.post("/external-messages/:id/resend", async (req, res) => {
    res.status(202).json(await careline.resendMessage(actorOf(userOf(res)), req.params.id))
  })

  router.post("/external-messages/:id/dismiss", async (req, res) => {
    res.json(await careline.dismissMessage(actorOf(userOf(res)), req.params.id))
  })

  // Texts that nobody is shown: to a number that is no line of ours, or that could not be applied.
  router.get("/parked-texts", async (req, res) => {
    res.json(await careline.listParkedEvents(actorOf(userOf(res)), page.parse(req.query)))
  })

  router.post("/phone-lines", async (req, res) => {
    const user = userOf(res)
    requireAdmin(user)
    const { siteGroupId, ...line } = newPhoneLine.parse(req.body)
    requireSiteGroup(user, siteGroupId)
    const number = { ...line, siteGroupingId: siteGroupId, provider: null, providerSid: null }
    res.status(201).json(await careline.addNumber(actorOf(user), number))
  })

  router.get("/site-groups/:id/line-settings", async (req, res) => {
    requireSiteGroup(userOf(res), req.params.id)
    res.json(await careline.lineSettings(actorOf(userOf(res)), req.params.id))
  })

  router.put("/site-groups/:id/line-settings", async (req, res) => {
    const user = userOf(res)
    requireAdmin(user)
    requireSiteGroup(user, req.params.id)
    res.json(await careline.changeLineSettings(actorOf(user), req.params.id, settings.parse(req.body)))
  })

  return router
}

/** What Careline refuses, in the same form as our own problems. */
export const carelineProblems: ErrorRequestHandler = (error, _req, res, next) => {
  if (!isCarelineError(error)) return next(error)
  const problem = CarelineProblem.ofError(error)
  if (problem.status >= 500) logError(error._tag, error.message)
  return res.status(problem.status).set(CarelineProblem.headersOf(problem)).send(JSON.stringify(problem))
}
