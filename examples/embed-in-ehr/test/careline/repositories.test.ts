/** What the contract cannot know: keys that are numbers, and the EHR's jobs. */
import type { SendLane } from "careline"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { repositories } from "../../src/careline/repositories/index.ts"
import { withTransaction } from "../../src/ehr/database.ts"
import { people, startServices, type TestServices } from "./ehrDatabase.ts"
import { aThread, at } from "./externalThread.ts"

const [siteGroupId] = people.siteGroups
const [kim] = people.users
const scope = [siteGroupId]

let ehr: TestServices
let careline: ReturnType<typeof repositories>

beforeEach(async () => {
  ehr = await startServices()
  careline = repositories(ehr)
})
afterEach(() => ehr.close())

describe("An id from outside that is no key", () => {
  const strange = ["", "0", "-1", "007", "1e3", "north", "9".repeat(40), "' or 1 = 1", "ä".repeat(60)]

  it("names nothing", async () => {
    const thread = await aThread(ehr.pool, [])
    await withTransaction(ehr.pool, (tx) => careline.changes(tx).apply([{ _tag: "ThreadSaved", thread }]))
    for (const id of strange) {
      const { messages, outbox, tenantNumbers, settings, threads } = careline
      const list = { scope, view: "all", userId: kim, limit: 10, cursor: null } as const
      const nothing = await withTransaction(ehr.pool, async (tx) => [
        await threads(tx).get(scope, id, kim),
        await threads(tx).get([id], thread.id, kim),
        ...(await threads(tx).loadByIds([{ siteGroupingId: siteGroupId, threadId: id }])),
        ...(await threads(tx).loadByKeys([
          { siteGroupingId: id, threadType: "voip", contact: thread.externalContact }
        ])),
        ...(await threads(tx).list({ ...list, scope: [id] })).items,
        ...(await threads(tx).list({ ...list, view: "mine", userId: id })).items,
        ...(await threads(tx).list({ ...list, patientId: id })).items,
        ...(await threads(tx).list({ ...list, facilityId: id })).items,
        ...(await messages(tx).list({ siteGroupingId: id, threadId: id, limit: 10, cursor: null })).items,
        await messages(tx).get(scope, id, id),
        await messages(tx).find("all", id),
        ...(await messages(tx).update([{ siteGroupingId: id, messageId: id, status: "sent", metaData: {} }])),
        ...(await messages(tx).readers(id, thread.id)),
        await outbox(tx).ofMessage("all", id),
        ...(await outbox(tx).update([{ sendId: id, fence: id, state: "canceled" }])),
        ...(await outbox(tx).match([{ provider: "memory", providerMessageId: id, attemptId: id }])),
        ...(await tenantNumbers(tx).list([id]))
      ])
      expect(nothing.filter((found) => found !== null)).toEqual([])
      expect(await settings(ehr.pool).effective([id])).toHaveLength(1)
      await careline.messages(ehr.pool).markRead({
        siteGroupingId: siteGroupId,
        threadId: id,
        userId: id,
        position: 1,
        readAt: at
      })
      await careline.messages(ehr.pool).startReading({ scope: [id], userId: id, at })
      await careline.inbox(ehr.pool).settle([{ _tag: "Done", id }])
    }
  })
})

describe("What comes in and what goes out", () => {
  it("has the EHR's jobs call the workers, each waiting once", async () => {
    const [id] = await careline.ids!(ehr.pool).next("phoneNumber", 1)
    const line = { id: id!, siteGroupingId: siteGroupId, number: "+12025550100", label: null, provider: null } as const
    await careline.tenantNumbers(ehr.pool).add({ ...line, providerSid: null, status: "assigned", createdAt: at })
    const text = { from: "+12025550147", to: line.number, attachments: [], providerKeyword: null, text: "Hello" }
    for (const providerMessageId of ["one", "two", "two"]) {
      const event = { _tag: "MessageReceived", providerMessageId, ...text } as const
      await careline.inbox(ehr.pool).accept([{ provider: "memory", account: "main", event }])
    }
    const { rows } = await ehr.pool.query("select kind from jobs")
    expect(rows).toEqual([{ kind: "careline.processInbound" }])
  })

  it("wakes those who take nothing but alarms, or alarms and conversation, for theirs", async () => {
    const [lineId] = await careline.ids!(ehr.pool).next("phoneNumber", 1)
    const line = {
      id: lineId!,
      siteGroupingId: siteGroupId,
      number: "+12025550100",
      label: null,
      provider: null
    } as const
    await careline.tenantNumbers(ehr.pool).add({ ...line, providerSid: null, status: "assigned", createdAt: at })
    const thread = await aThread(ehr.pool, [])
    const wokenBy = async (lane: SendLane) => {
      const [id] = await careline.ids!(ehr.pool).next("send", 1)
      await ehr.pool.query("delete from jobs")
      const fields = { id: id!, siteGroupingId: siteGroupId, threadId: thread.id, messageId: null, lane }
      const text = { from: line.number, fromNumberId: line.id, to: "+12025550187", body: "Hello", mediaUrls: [] }
      const how = { purpose: "auto_reply", messageClass: "care", attempts: 0, attemptId: null } as const
      const send = {
        ...fields,
        ...text,
        ...how,
        state: "queued",
        notBefore: at,
        validUntil: null,
        queuedAt: at
      } as const
      await withTransaction(ehr.pool, (tx) =>
        careline.changes(tx).apply([
          { _tag: "ThreadSaved", thread },
          { _tag: "SendQueued", send }
        ])
      )
      const { rows } = await ehr.pool.query<{ kind: string }>("select kind from jobs order by kind")
      return rows.map(({ kind }) => kind.replace("careline.dispatch", ""))
    }
    expect(await wokenBy(0)).toEqual(["Alarms", "Sends"])
    expect(await wokenBy(1)).toEqual(["Conversation", "Sends"])
    expect(await wokenBy(3)).toEqual(["Sends"])
  })
})
