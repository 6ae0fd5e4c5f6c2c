/** What a backend has loaded already: two numbers of a clinic, its settings, and ids drawn for what may come to be. */
import {
  Consent,
  type Contact,
  type InboundText,
  type PhoneNumber,
  type InventoryNumber,
  type SiteGroupingId,
  VoipSettings
} from "@careline/domain"
import { DateTime } from "effect"

export const noon = DateTime.makeUnsafe("2026-03-02T17:00:00Z")
export const clinic = "harbor" as SiteGroupingId
export const daughter = "+13035550123" as Contact.Contact

const number = (id: string, digits: string): InventoryNumber.TenantNumber => ({
  id: id as InventoryNumber.TenantNumber["id"],
  siteGroupingId: clinic,
  number: digits as PhoneNumber.E164,
  label: null,
  providerSid: null,
  provider: null,
  status: "assigned",
  createdAt: noon
})
export const front = number("front desk", "+12025550100")
export const back = number("back office", "+12025550101")

export const settings: VoipSettings.VoipSettings = {
  ...VoipSettings.defaults,
  autoReplyMessage: "We answer within the hour.",
  escalationTimerMinutes: 15,
  escalationPhoneNumbers: ["+12025550187" as PhoneNumber.E164]
}

export const stranger: InboundText.State = {
  thread: null,
  consent: Consent.unrecorded(clinic, daughter),
  settings,
  contactName: "Ana's daughter"
}

export const text = (words: string): InboundText.InboundText => ({
  provider: "twilio",
  providerMessageId: words,
  from: daughter,
  text: words,
  attachments: [],
  providerKeyword: null,
  providerConfirmsOptOut: true,
  receivedAt: noon
})

let drawn = 0
export const ids = () => {
  const id = <A>(): A => `${++drawn}` as A
  const fresh: InboundText.FreshIds = {
    threadId: id(),
    messageId: id(),
    systemMessageId: id(),
    answerId: id(),
    groupNoteId: id(),
    sendId: id()
  }
  return { ...fresh, sendIds: [fresh.sendId] }
}
