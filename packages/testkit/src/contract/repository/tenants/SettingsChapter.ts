/** The chapter "Settings" of the repository contract. */
import { type Language, type PhoneNumber, type Tenant, VoipSettings } from "@careline/domain"
import { RowAccess, Settings } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { byStaff, type Chapter, test } from "../shared/Chapter.ts"
import * as Given from "../shared/Given.ts"
import { freshNumber, StoreUnderTest } from "../shared/Harness.ts"

const effective = (tenants: ReadonlyArray<Tenant>) =>
  Effect.flatMap(Settings, (settings) => settings.effective(tenants))

const put = (tenant: Tenant, named: VoipSettings.Edit) => Effect.flatMap(Settings, (port) => port.put(tenant, named))

const putPlatform = (named: VoipSettings.PlatformEdit) => Effect.flatMap(Settings, (port) => port.putPlatform(named))

const saying = (autoReplyMessage: string): VoipSettings.VoipSettings => ({ ...VoipSettings.defaults, autoReplyMessage })

/** What a tenant must not have from elsewhere: whom an alarm reaches, what it quotes, and what a clinic says. */
const ofOneClinic = Effect.map(freshNumber, (onCall): VoipSettings.Edit => ({
  autoReplyMessage: "This is the system-wide line",
  escalationPhoneNumbers: [onCall],
  escalationPreview: true,
  callGreetings: [{ language: "en-US" as Language, text: "The system-wide line.", audioUrl: null, choice: null }]
}))

/** Legal once: quiet hours that cover nothing, a number twice, an answer that shows nothing. */
const ofOldRules = (onCall: PhoneNumber.E164): VoipSettings.Edit => ({
  quietHours: { start: "00:00", end: "00:00" },
  escalationPhoneNumbers: [onCall, onCall],
  autoReplyMessage: " "
})

export const settingsChapter: Chapter = {
  chapter: "Settings",
  tests: byStaff([
    test("MUST hold to the defaults where nobody decided", function* () {
      const { tenants } = yield* StoreUnderTest
      const found = yield* effective([tenants[0], null])
      assert.deepStrictEqual(found, [VoipSettings.defaults, VoipSettings.defaults])
    }),

    test("MUST keep settings as they are given, then as they are given again", function* () {
      const { tenants } = yield* StoreUnderTest
      const full: VoipSettings.VoipSettings = {
        voipEnabled: false,
        autoReplyMessage: "We will answer soon.\n— Harbor ’ 💊",
        escalationTimerMinutes: 0.5,
        escalationPhoneNumbers: [yield* freshNumber, yield* freshNumber],
        escalationPreview: true,
        quietHours: { start: "21:30", end: "07:00" },
        dailyLimitPerContact: 12,
        linkHosts: ["visits.example.com"],
        urgentMessage: "Llame al 911.",
        contactCountries: ["MX"],
        callGreetings: [
          { language: "es-US" as Language, text: "Deje un mensaje.", audioUrl: null, choice: null },
          {
            language: "en-US" as Language,
            text: null,
            audioUrl: "https://clinic.example/greeting.mp3",
            choice: "Press 2."
          }
        ],
        callHandling: "text_us",
        suspendedNumberFallback: true
      }
      const bare: VoipSettings.VoipSettings = {
        ...VoipSettings.defaults,
        escalationTimerMinutes: null
      }
      for (const settings of [full, bare, full]) {
        yield* put(tenants[0], settings)
        assert.deepStrictEqual(yield* effective([tenants[0]]), [settings])
      }
    }),

    test("MUST read what was kept by older rules, and what others named beside it", function* () {
      const { tenants } = yield* StoreUnderTest
      const old = ofOldRules(yield* freshNumber)
      yield* put(tenants[0], old)
      yield* put(tenants[1], saying("We will answer soon."))
      const [first, second] = yield* effective([tenants[0], tenants[1]])
      assert.deepInclude(first, old)
      assert.strictEqual(second?.autoReplyMessage, "We will answer soon.")
      assert.deepStrictEqual((yield* (yield* Settings).named([tenants[0]]))[0], old)
    }),

    test("MUST keep what a tenant names and nothing else, until it names something else", function* () {
      const { tenants } = yield* StoreUnderTest
      const port = yield* Settings
      const edits: ReadonlyArray<VoipSettings.Edit> = [
        { escalationTimerMinutes: null, autoReplyMessage: null },
        { voipEnabled: false, callGreetings: [], escalationPhoneNumbers: [] },
        {}
      ]
      for (const named of edits) {
        yield* put(tenants[0], named)
        assert.deepStrictEqual(yield* port.named([tenants[1], tenants[0]]), [{}, named])
        assert.deepStrictEqual(yield* effective([tenants[0]]), [{ ...VoipSettings.defaults, ...named }])
      }
    }),

    test("MUST have a tenant follow the platform in what it did not name, as often as that changes", function* () {
      const { tenants } = yield* StoreUnderTest
      const port = yield* Settings
      assert.deepStrictEqual(yield* port.platform(), {})
      yield* put(tenants[0], { escalationTimerMinutes: 5 })
      for (const named of [
        { escalationTimerMinutes: 30, voipEnabled: false, quietHours: { start: "20:00", end: "08:00" } },
        { dailyLimitPerContact: 3, callHandling: "text_us" as const },
        {}
      ]) {
        yield* putPlatform(named)
        assert.deepStrictEqual(yield* port.platform(), named)
        const inherited = { ...VoipSettings.defaults, ...named }
        assert.deepStrictEqual(yield* effective([tenants[0], tenants[1], null]), [
          { ...inherited, escalationTimerMinutes: 5 },
          inherited,
          inherited
        ])
      }
    }),

    test("MUST show a tenant's own staff what they inherit", function* () {
      const { tenants } = yield* StoreUnderTest
      yield* putPlatform({ dailyLimitPerContact: 7 })
      const found = yield* effective([tenants[1]]).pipe(
        Effect.provideService(RowAccess, { _tag: "Staff", scope: [tenants[1]] })
      )
      assert.strictEqual(found[0]?.dailyLimitPerContact, 7)
    }),

    test("MUST keep the settings of the system-wide space from every tenant", function* () {
      const { tenants } = yield* StoreUnderTest
      const systemWide: VoipSettings.Edit = { ...(yield* ofOneClinic), voipEnabled: false, dailyLimitPerContact: 1 }
      yield* put(null, systemWide)
      yield* put(tenants[0], { escalationTimerMinutes: 5 })
      const found = yield* effective([tenants[0], tenants[1], null])
      assert.deepStrictEqual(found, [
        { ...VoipSettings.defaults, escalationTimerMinutes: 5 },
        VoipSettings.defaults,
        { ...VoipSettings.defaults, ...systemWide }
      ])
    }),

    test("MUST give no tenant an on-call number, a preview, a greeting or an auto-reply of the platform", function* () {
      const { tenants } = yield* StoreUnderTest
      const hostile: VoipSettings.PlatformEdit & VoipSettings.Edit = yield* ofOneClinic
      yield* putPlatform(hostile)
      assert.deepStrictEqual(yield* effective([tenants[0]]), [VoipSettings.defaults])
    }),

    test("MUST let one change of settings wait for another, so that neither is lost", function* () {
      const { tenants } = yield* StoreUnderTest
      const port = yield* Settings
      const name = (edit: VoipSettings.Edit) =>
        Given.transact(
          Effect.gen(function* () {
            yield* port.lock()
            const [named] = yield* port.named([tenants[0]])
            yield* port.put(tenants[0], { ...named, ...edit })
          })
        )
      yield* Effect.all([name({ dailyLimitPerContact: 2 }), name({ voipEnabled: false })], { concurrency: 2 })
      assert.deepStrictEqual(yield* port.named([tenants[0]]), [{ dailyLimitPerContact: 2, voipEnabled: false }])
    }),

    test("MUST answer in the given order, for each that is given", function* () {
      const { tenants } = yield* StoreUnderTest
      yield* put(tenants[0], saying("first"))
      yield* put(tenants[1], saying("second"))
      const found = yield* effective([tenants[1], tenants[0], tenants[1]])
      assert.deepStrictEqual(
        found.map(({ autoReplyMessage }) => autoReplyMessage),
        ["second", "first", "second"]
      )
      assert.deepStrictEqual(yield* effective([]), [])
    })
  ])
}
