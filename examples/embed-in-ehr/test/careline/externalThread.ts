/** An external thread with a pharmacy, and the text that came in on it. */
import { Contact, SiteGroupingId, Thread as ThreadRules, ThreadId } from "@careline/domain"
import { type Message, type Thread, toPlain } from "careline"
import { DateTime } from "effect"
import { ids } from "../../src/careline/repositories/ids.ts"
import type { Queryable } from "../../src/ehr/database.ts"
import { people } from "./ehrDatabase.ts"

const [siteGroupId] = people.siteGroups
/** When all of it happened. */
export const at = new Date("2026-03-02T09:30:00.123Z")

/** A thread with a pharmacy, about these patients. */
export const aThread = async (db: Queryable, patientIds: ReadonlyArray<string>): Promise<Thread> => {
  const [id] = await ids(db).next("thread", 1)
  const contact = Contact.Contact.make("+12025550147")
  const key = { siteGroupingId: SiteGroupingId.make(siteGroupId), threadType: "voip", contact } as const
  return {
    ...toPlain(ThreadRules.open(ThreadId.make(id!), key, "Corner Pharmacy", DateTime.makeUnsafe(at))),
    patientIds,
    lastPosition: 1,
    lastInboundPosition: 1,
    lastMessagePreview: "Is it ready?",
    lastInboundAt: at
  }
}

export const textIn = async (db: Queryable, thread: Thread): Promise<Message> => {
  const [id] = await ids(db).next("message", 1)
  return {
    id: id!,
    siteGroupingId: siteGroupId,
    externalThreadId: thread.id,
    position: 1,
    messageType: "sms",
    direction: "inbound",
    senderId: null,
    transcript: null,
    content: "Is it ready?",
    attachments: [],
    metaData: {},
    deliveryStatus: null,
    createdAt: at
  }
}
