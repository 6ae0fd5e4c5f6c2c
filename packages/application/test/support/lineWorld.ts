/** A line of texts in memory: its number, a contact, a nurse, and what a contact sends. */
import {
  type Contact,
  type PhoneNumber,
  type PhoneNumberId,
  type SiteGroupingId,
  type UserId,
  VoipSettings
} from "@careline/domain"
import { Inbox, TenantNumbers, Settings } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { DateTime, Effect } from "effect"
import * as Application from "../../src/index.ts"

/** In the day of every contact here. */
export const noon = Date.UTC(2026, 2, 2, 17)
export const north = "north" as SiteGroupingId
export const contact = "+13035550123" as Contact.Contact
export const line = "+12025550100" as PhoneNumber.E164
export const nurse: Application.Actor = { userId: "nurse" as UserId, scope: [north] }
export const stranger: Application.Actor = { userId: "stranger" as UserId, scope: ["south" as SiteGroupingId] }

/** The line is the tenant's. */
export const addLineAt = Effect.fnUntraced(function* (number: PhoneNumber.E164) {
  yield* (yield* TenantNumbers).add({
    id: "1" as PhoneNumberId,
    siteGroupingId: north,
    number,
    label: null,
    providerSid: null,
    provider: null,
    status: "assigned",
    createdAt: yield* DateTime.now
  })
})
export const addLine = addLineAt(line)

export const settle = (change: Partial<VoipSettings.VoipSettings>) =>
  Effect.flatMap(Settings, (settings) => settings.put(north, { ...VoipSettings.defaults, ...change }))

let count = 0

/** A text comes in, and is applied. */
export const receive = Effect.fnUntraced(function* (words: string, from: string = contact) {
  const [acceptance] = yield* (yield* Inbox).accept([
    {
      provider: "memory",
      account: "memory",
      event: {
        _tag: "MessageReceived",
        providerMessageId: `in-${++count}`,
        from: from as Contact.Contact,
        to: line,
        text: words,
        attachments: [],
        providerKeyword: null
      }
    }
  ])
  yield* Application.processInbound()
  return acceptance
})

/** What was handed to the provider. */
export const sent = Effect.flatMap(Memory.MemoryTelephony, (telephony) => telephony.sent)
