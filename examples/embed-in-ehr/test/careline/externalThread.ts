/** An external thread with a pharmacy, and the text that came in on it. */
import type { Message, Thread } from "careline"
import { ids } from "../../src/careline/repositories/ids.ts"
import type { Queryable } from "../../src/ehr/database.ts"
import { people } from "./ehrDatabase.ts"

const [siteGroupId] = people.siteGroups
/** When all of it happened. */
export const at = new Date("2026-03-02T09:30:00.123Z")

/** A thread with a pharmacy, about these patients. */
export const aThread = async (db: Queryable, patientIds: ReadonlyArray<string>): Promise<Thread> => {
  const [id] = await ids(db).next("thread", 1)
  return {
    id: id!,
    siteGroupingId: siteGroupId,
    threadType: "voip",
    externalContact: "+12025550147",
    contactName: "Corner Pharmacy",
    phoneNumberId: null,
    lastContactedNumberId: null,
    patientIds,
    facilityId: null,
    assigneeId: null,
    lastPosition: 1,
    lastInboundPosition: 1,
    lastMessageAt: at,
    lastMessagePreview: "Is it ready?",
    lastInboundAt: at,
    autoRepliedAt: null,
    unansweredSince: null,
    replyFailed: null,
    escalation: { state: "idle", period: 0, dueAt: null },
    createdAt: at,
    updatedAt: at,
    deletedAt: null
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
    content: "Is it ready?",
    attachments: [],
    metaData: {},
    deliveryStatus: null,
    createdAt: at
  }
}
