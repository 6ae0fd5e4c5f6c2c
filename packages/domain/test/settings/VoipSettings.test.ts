/** What a tenant names, what it inherits, and what nobody inherits. */
import { Schema } from "effect"
import fc from "fast-check"
import { assert, describe, it } from "vitest"
import { VoipSettings } from "../../src/index.ts"

const onCall = Schema.decodeUnknownSync(VoipSettings.Edit)({ escalationPhoneNumbers: ["+12025550187"] })

/** Each field, or not. */
const edit: fc.Arbitrary<VoipSettings.Edit> = fc.record(
  {
    voipEnabled: fc.boolean(),
    autoReplyMessage: fc.constantFrom(null, "We answer soon"),
    escalationTimerMinutes: fc.constantFrom(null, 5, 30),
    escalationPhoneNumbers: fc.constantFrom([], onCall.escalationPhoneNumbers!),
    escalationPreview: fc.boolean(),
    quietHours: fc.constantFrom(null, { start: "21:00", end: "08:00" }),
    dailyLimitPerContact: fc.constantFrom(null, 3),
    callGreetings: fc.constant([]),
    callHandling: fc.constantFrom("voicemail" as const, "text_us" as const),
    suspendedNumberFallback: fc.boolean()
  },
  { requiredKeys: [] }
)

const NEVER = VoipSettings.FIELDS.filter((field) => !VoipSettings.isInherited(field))

describe("The settings that hold for a tenant", () => {
  it("are its own, else the platform's, else the product's, and say whose each is", () => {
    fc.assert(
      fc.property(edit, edit, (own, platform) => {
        const settings = VoipSettings.resolve(own, platform)
        const sources = VoipSettings.sourcesOf(own, platform)
        for (const field of VoipSettings.FIELDS) {
          const from = {
            own: own[field],
            platform: platform[field as "voipEnabled"],
            product: VoipSettings.defaults[field]
          }
          assert.deepStrictEqual<unknown>(settings[field], from[sources[field]], field)
          assert.strictEqual(sources[field] === "own", field in own, field)
        }
      })
    )
  })

  it("have no on-call number, preview, greeting or auto-reply of anybody else, whatever the platform names", () => {
    assert.sameMembers(
      [...NEVER],
      [
        "suspendedNumberFallback",
        "linkHosts",
        "urgentMessage",
        "escalationPhoneNumbers",
        "escalationPreview",
        "callGreetings",
        "autoReplyMessage"
      ]
    )
    fc.assert(
      fc.property(edit, (platform) => {
        const settings = VoipSettings.resolve({}, platform)
        for (const field of NEVER) assert.deepStrictEqual(settings[field], VoipSettings.defaults[field])
      })
    )
  })

  it("follow a later change of the platform in what is not named, and go back to it", () => {
    fc.assert(
      fc.property(edit, edit, fc.constantFrom(...VoipSettings.FIELDS), (own, platform, field) => {
        const back = VoipSettings.resolve(VoipSettings.without(own, field), platform)
        const inherited = VoipSettings.resolve({}, platform)
        assert.deepStrictEqual<unknown>(back[field], inherited[field])
        const { [field]: _, ...others } = back
        const { [field]: __, ...before } = VoipSettings.resolve(own, platform)
        assert.deepStrictEqual(others, before)
      })
    )
  })
})
