import { type Language, type Tenant, VoipSettings } from "@careline/domain"
import { RowAccess, Settings } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { byStaff, type Chapter, test } from "./Chapter.ts"
import { freshNumber, StoreUnderTest } from "./Harness.ts"

const effective = (tenants: ReadonlyArray<Tenant>) =>
  Effect.flatMap(Settings, (settings) => settings.effective(tenants))

const put = (tenant: Tenant, settings: VoipSettings.VoipSettings) =>
  Effect.flatMap(Settings, (port) => port.put(tenant, settings))

const saying = (autoReplyMessage: string): VoipSettings.VoipSettings => ({ ...VoipSettings.defaults, autoReplyMessage })

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
        callGreetings: [
          { language: "es-US" as Language, text: "Deje un mensaje.", audioUrl: null, choice: null },
          {
            language: "en-US" as Language,
            text: null,
            audioUrl: "https://clinic.example/greeting.mp3",
            choice: "Press 2."
          }
        ],
        callHandling: "text_us"
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

    test("MUST show a tenant's own staff what holds system-wide", function* () {
      const { tenants } = yield* StoreUnderTest
      yield* put(null, saying("system-wide"))
      const found = yield* effective([tenants[1]]).pipe(
        Effect.provideService(RowAccess, { _tag: "Staff", scope: [tenants[1]] })
      )
      assert.deepStrictEqual(
        found.map(({ autoReplyMessage }) => autoReplyMessage),
        ["system-wide"]
      )
    }),

    test("MUST take the system-wide settings where a tenant has none of its own", function* () {
      const { tenants } = yield* StoreUnderTest
      yield* put(null, saying("system-wide"))
      yield* put(tenants[0], saying("own"))
      const found = yield* effective([tenants[0], tenants[1], null])
      assert.deepStrictEqual(found, [saying("own"), saying("system-wide"), saying("system-wide")])
    }),

    test("MUST take a tenant's settings as a whole, none of their fields from elsewhere", function* () {
      const { tenants } = yield* StoreUnderTest
      yield* put(null, saying("system-wide"))
      yield* put(tenants[0], { ...VoipSettings.defaults, autoReplyMessage: null })
      const [own] = yield* effective([tenants[0]])
      assert.strictEqual(own?.autoReplyMessage, null)
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
