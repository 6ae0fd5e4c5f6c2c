/** The EHR with its line, and a simulated Twilio at the other end. */
import { TwilioTelephony } from "@careline/adapter-twilio"
import { TwilioSimulator } from "@careline/testkit/simulators"
import { secret } from "careline"
import { accountSid, authToken, freePort, until } from "../../../../test/support/host.ts"
import { exampleDatabase } from "../../../../test/support/postgres.ts"
import type { LineOptions } from "../../src/careline/line.ts"
import { startEhr } from "../../src/ehr/server.ts"
import { type Client, logIn, seed } from "../support.ts"

export const LINE = "+12025550100"
/** The numbers that the account has: an admin adds no others. */
const OWNED = [LINE, "+12025550101"]
export const ON_CALL = "+12025550187"

/** Twilio as it is simulated for an EHR that is reached at this URL. */
export const twilioFor = async (publicUrl: string) => {
  const simulator = await TwilioSimulator.start({
    accountSid,
    authTokens: [authToken],
    smsUrl: `${publicUrl}/api/v1/webhooks/twilio/sms`,
    numbers: OWNED,
    statusDelayMillis: 1
  })
  const telephony = TwilioTelephony.layer({
    accountSid,
    authTokens: [secret(authToken)],
    apiKey: null,
    messagingServiceSid: null,
    baseUrl: simulator.url,
    publicUrl,
    timeoutMillis: 5_000
  })
  const line: LineOptions = {
    telephony,
    threadUrl: (id) => `${publicUrl}/external-threads/${id}`,
    sweepMillis: 100,
    // A test waits for no minute.
    limits: { escalationTimerMin: 1 }
  }
  return { simulator, line }
}

/** What an admin sets up once. */
export const setUpLine = async (admin: Client, siteGroupId: string, number = LINE): Promise<void> => {
  await admin.post("/phone-lines", { siteGroupId, number })
  await admin.request("PUT", `/site-groups/${siteGroupId}/line-settings`, {
    autoReplyMessage: "Thank you for texting us. We answer within the hour.",
    escalationTimerMinutes: null,
    escalationPhoneNumbers: [ON_CALL]
  })
}

export const openLine = async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const { line, simulator } = await twilioFor(url)
  const ehr = await startEhr({ databaseUrl: await exampleDatabase(), port, jobs: { pollMillis: 50 }, line })
  const people = await seed(ehr.pool)
  await setUpLine(await logIn(ehr, people.nadia), people.north)

  const threadOf = async (client: Client, contact: string) => {
    const { body } = await client.get("/external-threads?view=all&limit=100")
    return body.items.find((item: { thread: { externalContact: string } }) => item.thread.externalContact === contact)
  }
  return {
    ehr,
    people,
    simulator,
    /** A contact texts the line. Resolves with the webhook's status. */
    text: async (from: string, body: string) => (await simulator.receive({ from, to: LINE, body })).answer,
    /** What left to a number. */
    sentTo: (number: string) => simulator.ledger.sent.filter(({ to }) => to === number),
    threadOf,
    /** The contact's thread once it is there, and as it is wanted. */
    threadWhen: (client: Client, contact: string, holds: (view: any) => boolean = () => true) =>
      until(async () => {
        const view = await threadOf(client, contact)
        return view !== undefined && holds(view) && view
      }),
    /** The messages of a thread, oldest first. */
    messagesOf: async (client: Client, threadId: string): Promise<ReadonlyArray<any>> =>
      (await client.get(`/external-threads/${threadId}/messages?limit=100`)).body.items.toReversed(),
    close: async () => {
      await ehr.close()
      await simulator.close()
    }
  }
}

export type Line = Awaited<ReturnType<typeof openLine>>
