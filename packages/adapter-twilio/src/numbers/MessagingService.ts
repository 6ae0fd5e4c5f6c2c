/** The Messaging Service as it is set up, with its senders. */
import type { Service } from "./NumberFindings.ts"
import type { Client } from "../client/TwilioClient.ts"

const LISTED_AT_ONCE = 1_000

export const readService = async (client: Client, sid: string): Promise<Service> => {
  const service = client.messaging.v1.services(sid)
  const [settings, senders] = await Promise.all([
    service.fetch(),
    service.phoneNumbers.list({ pageSize: LISTED_AT_ONCE })
  ])
  const { inboundMethod, inboundRequestUrl, useInboundWebhookOnNumber } = settings
  const numbers = new Set(senders.map(({ phoneNumber }) => phoneNumber))
  return { sid, inboundMethod, inboundRequestUrl, useInboundWebhookOnNumber, numbers }
}
