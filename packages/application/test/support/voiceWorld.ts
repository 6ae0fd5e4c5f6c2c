/** A line that takes calls, on memory and a clock of our own, with a provider whose recordings the test holds. */
import {
  type CallReport,
  type Contact,
  type PhoneNumber,
  type PhoneNumberId,
  type SiteGroupingId,
  type UserId,
  VoipSettings
} from "@careline/domain"
import {
  Inbox,
  Messages,
  Optional,
  TenantNumbers,
  Settings,
  Telephony,
  TelephonyError,
  TelephonyProviders,
  Threads
} from "@careline/ports"
import * as Memory from "@careline/testkit"
import { DateTime, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../../src/index.ts"

const noon = Date.UTC(2026, 2, 2, 17)
export const north = "north" as SiteGroupingId
export const caller = "+13035550123" as Contact.Contact
export const line = "+12025550100" as PhoneNumber.E164
export const nurse: Application.Actor = { userId: "nurse" as UserId, scope: [north] }
export const source = { provider: "acme", account: "acme" }

/** A second of a tone, as a provider records it: 8 kHz, 16 bits, one channel. */
export const tone = (() => {
  const samples = 8_000
  const wav = new DataView(new ArrayBuffer(44 + samples * 2))
  const ascii = (at: number, text: string) =>
    Array.from(text).forEach((letter, index) => wav.setUint8(at + index, letter.charCodeAt(0)))
  ascii(0, "RIFF")
  wav.setUint32(4, 36 + samples * 2, true)
  ascii(8, "WAVEfmt ")
  wav.setUint32(16, 16, true)
  wav.setUint16(20, 1, true)
  wav.setUint16(22, 1, true)
  wav.setUint32(24, 8_000, true)
  wav.setUint32(28, 16_000, true)
  wav.setUint16(32, 2, true)
  wav.setUint16(34, 16, true)
  ascii(36, "data")
  wav.setUint32(40, samples * 2, true)
  for (let index = 0; index < samples; index++) {
    wav.setInt16(44 + index * 2, Math.round(8_000 * Math.sin(index / 3)), true)
  }
  return new Uint8Array(wav.buffer)
})()

/** The same second, in which nobody says anything. */
export const silence = (() => {
  const wav = tone.slice()
  wav.fill(0, 44)
  return wav
})()

const reply: Telephony.HttpReply = { status: 204, headers: {}, body: "" }

/** A provider with these recordings. What is deleted there is gone. */
export const makeProvider = () => {
  const kept = new Map<string, Uint8Array>()
  const placed: Array<Telephony.OutboundCall> = []
  const notFound = (operation: string) =>
    new TelephonyError.TelephonyError({
      provider: "acme",
      operation,
      reason: new TelephonyError.NotFound({ message: "not here", code: null })
    })
  const telephony = Telephony.make({
    provider: "acme",
    capabilities: {
      ...Memory.capabilities,
      voice: { transcription: "none", status: "none", recordings: "until_deleted" }
    },
    webhooks: { receive: () => Effect.succeed({ account: "acme", events: [] }), reply: () => reply },
    messages: { send: () => Effect.succeed({ _tag: "Accepted", providerMessageId: "sent", status: "accepted" }) },
    calls: {
      place: (call) =>
        Effect.sync(() => {
          placed.push(call)
          return { _tag: "Placed", providerCallId: `placed-${placed.length}` }
        })
    },
    recordings: {
      fetch: (recording) =>
        Effect.suspend(() => {
          const bytes = kept.get(recording)
          return bytes === undefined
            ? Effect.fail(notFound("recordings.fetch"))
            : Effect.succeed({ bytes, contentType: "audio/wav" })
        }),
      delete: (recording) => Effect.sync(() => void kept.delete(recording))
    },
    media: {
      fetch: (url) => {
        const bytes = kept.get(url)
        return bytes === undefined
          ? Effect.fail(notFound("media.fetch"))
          : Effect.succeed({ bytes, contentType: "image/png" })
      }
    }
  })
  return { telephony, kept, placed }
}

export const setUp = Effect.fnUntraced(function* (change: Partial<VoipSettings.VoipSettings> = {}) {
  yield* (yield* TenantNumbers).add({
    id: "1" as PhoneNumberId,
    siteGroupingId: north,
    number: line,
    label: null,
    providerSid: null,
    provider: null,
    status: "assigned",
    createdAt: yield* DateTime.now
  })
  yield* (yield* Settings).put(north, {
    ...VoipSettings.defaults,
    autoReplyMessage: "We will call back.",
    escalationTimerMinutes: 10,
    ...change
  })
})

/** The clock first: what repeats itself would otherwise make up for all the time since 1970. */
const clock = Layer.effectDiscard(TestClock.setTime(noon))

export const stores = (telephony: Telephony.TelephonyService) =>
  Layer.mergeAll(
    Memory.layer,
    Layer.succeed(TelephonyProviders.TelephonyProviders, TelephonyProviders.make(telephony))
  ).pipe(Layer.provideMerge(clock))

export const world = (telephony: Telephony.TelephonyService) =>
  Optional.present(Application.Voice).pipe(
    Layer.provideMerge(Application.Voice.layer),
    Layer.provideMerge(stores(telephony))
  )

/** Somebody calls the line; the first step of what they hear. */
export const call = (providerCallId: string, from: Contact.Contact = caller, to: PhoneNumber.E164 = line) =>
  Effect.flatMap(Application.Voice, (voice) => voice.begin(source, { _tag: "CallReceived", providerCallId, from, to }))

export const report = (providerCallId: string, told: CallReport) =>
  Effect.flatMap(Inbox, (inbox) =>
    inbox.accept([{ ...source, event: { _tag: "CallReported", providerCallId, callId: null, report: told } }])
  )

let texts = 0
/** The caller, or somebody else, texts the line. */
export const text = (words: string, urls: ReadonlyArray<string> = [], from: Contact.Contact = caller) =>
  Effect.flatMap(Inbox, (inbox) =>
    inbox.accept([
      {
        ...source,
        event: {
          _tag: "MessageReceived",
          providerMessageId: `SM${++texts}`,
          from,
          to: line,
          text: words,
          attachments: urls.map((url) => ({ type: "image", url, mimeType: "image/png" })),
          providerKeyword: null
        }
      }
    ])
  )

/** Everything that waits is done, and what waits for a time after that as well. */
export const settle = Effect.gen(function* () {
  for (let round = 0; round < 12; round++) {
    const lanes = yield* Application.processInbound()
    const reports = yield* Application.applyCallReports()
    const imports = yield* Application.importMedia()
    if (lanes + reports + imports === 0) yield* TestClock.adjust("3 minutes")
  }
})

/** The messages of the one thread, in their order, and the thread. */
export const conversation = Effect.gen(function* () {
  const { items } = yield* (yield* Threads).list({
    scope: "all",
    view: "all",
    userId: nurse.userId,
    limit: 10,
    cursor: null
  })
  const messages = yield* Effect.forEach(items, ({ thread }) =>
    Effect.map(
      Effect.flatMap(Messages, (port) =>
        port.list({ siteGroupingId: thread.siteGroupingId, threadId: thread.id, limit: 100, cursor: null })
      ),
      (page) => page.items.toReversed()
    )
  )
  return { threads: items.map(({ thread }) => thread), messages: messages.flat() }
})
