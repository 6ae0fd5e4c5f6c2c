/** A line with two providers that answer as they are told, on memory and a clock of our own. */
import {
  type PhoneNumber,
  type PhoneNumberId,
  type SendOutcome,
  type SiteGroupingId,
  type UserId,
  VoipSettings
} from "@careline/domain"
import { Messages, TenantNumbers, Settings, Telephony, TelephonyProviders } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { DateTime, Effect, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../../src/index.ts"

const noon = Date.UTC(2026, 2, 2, 17)
export const north = "north" as SiteGroupingId
export const south = "south" as SiteGroupingId
export const nurse: Application.Actor = { userId: "nurse" as UserId, scope: [north, south] }
export const line = "+12025550100" as PhoneNumber.E164
export const southLine = "+12025550300" as PhoneNumber.E164
export const spareLine = "+12025550200" as PhoneNumber.E164

interface Sent {
  readonly provider: string
  readonly from: string
  readonly body: string
}

const capabilities: Telephony.Capabilities = {
  messages: {
    mms: null,
    maxTextLength: 1600,
    attemptEcho: "none",
    find: "none",
    findAfterMillis: null,
    status: "none"
  },
  webhooks: { unsigned: "forged", signatureCovers: "bytes", signatureMaxAgeMillis: null, namesKeywords: false },
  voice: null,
  media: "none",
  history: { messages: false, calls: false, recordings: false },
  numbers: null,
  optOutReplies: "application"
}

/** Two providers that answer as they are told, and what they took, in its order. */
export const makeWorld = () => {
  const sent: Array<Sent> = []
  const answers: Record<string, SendOutcome.SendOutcome["_tag"]> = { active: "Accepted", spare: "Accepted" }
  const outcomeOf = (tag: SendOutcome.SendOutcome["_tag"], id: string): SendOutcome.SendOutcome => {
    switch (tag) {
      case "Accepted":
        return { _tag: tag, providerMessageId: id, status: "accepted" }
      case "Rejected":
        return { _tag: tag, reason: "unauthorised", code: "401" }
      case "Throttled":
        return { _tag: tag, retryAfterMillis: null }
      case "NotSent":
      case "Unknown":
        return { _tag: tag, detail: "as told" }
    }
  }
  const telephony = (provider: string) =>
    Telephony.make({
      provider,
      capabilities,
      webhooks: {
        receive: () => Effect.succeed({ account: provider, events: [] }),
        reply: () => ({ status: 204, headers: {}, body: "" })
      },
      messages: {
        send: ({ body, from }) =>
          Effect.sync(() => {
            sent.push({ provider, from, body })
            return outcomeOf(answers[provider]!, `${provider}-${sent.length}`)
          })
      }
    })
  return { sent, answers, active: telephony("active"), spare: telephony("spare") }
}

const limits: Application.Limits.LimitsShape = {
  ...Application.Limits.defaults,
  circuit: { failuresToOpen: 2, openForMillis: 60_000, probeForMillis: 60_000 },
  sendBackoff: 1_000
}

export const setUp = Effect.fnUntraced(function* () {
  yield* TestClock.setTime(noon)
  const numbers = yield* TenantNumbers
  const add = (id: string, number: PhoneNumber.E164, siteGroupingId: SiteGroupingId, provider: string | null) =>
    Effect.flatMap(DateTime.now, (createdAt) =>
      numbers.add({
        id: id as PhoneNumberId,
        siteGroupingId,
        number,
        label: null,
        providerSid: null,
        provider,
        status: "assigned",
        createdAt
      })
    )
  yield* add("1", line, north, null)
  for (const tenant of [north, south]) yield* (yield* Settings).put(tenant, VoipSettings.defaults)
  return add
})

let count = 0
/** Staff text somebody new; the message, to be looked at again. */
export const write = Effect.fnUntraced(function* (content: string, tenant = north) {
  const externalContact = `+1303555${String(3000 + ++count)}`
  const { thread } = yield* Application.createThread(nurse, { siteGroupingId: tenant, externalContact })
  const message = yield* Application.sendMessage(nurse, {
    threadId: thread.id,
    content,
    mediaUrls: [],
    idempotencyKey: null
  })
  return Effect.map(
    Effect.flatMap(Messages, (messages) => messages.get([tenant], thread.id, message.id)),
    Option.getOrThrow
  )
})

export const dispatchAll = Effect.gen(function* () {
  while ((yield* Application.dispatchSends()) > 0) continue
})

export const withProviders =
  (world: ReturnType<typeof makeWorld>, change: Partial<Application.Limits.LimitsShape> = {}, fallback = true) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    effect.pipe(
      Effect.provideService(Application.Limits.Limits, { ...limits, ...change }),
      Effect.provide(
        Layer.mergeAll(
          Memory.layer,
          Layer.succeed(
            TelephonyProviders.TelephonyProviders,
            TelephonyProviders.make(world.active, [], fallback ? world.spare : null)
          )
        )
      )
    )

/** The active provider fails often enough to be given up. */
export const exhaust = Effect.fnUntraced(function* (
  world: ReturnType<typeof makeWorld>,
  answer: SendOutcome.SendOutcome["_tag"]
) {
  world.answers.active = answer
  for (let failure = 0; failure < limits.circuit.failuresToOpen; failure++) yield* write(`failure ${failure}`)
  yield* dispatchAll
  world.sent.length = 0
})
