/**
 * What an NCCO may say: developer.vonage.com/voice/voice-api/ncco-reference, its tables of actions, options and endpoints.
 * Every action, field, value and combination that is not in it is refused.
 */

type Rule = (value: unknown) => boolean

export type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const flag: Rule = (value) => typeof value === "boolean"
const anyOf =
  (...values: ReadonlyArray<string>): Rule =>
  (value) =>
    values.some((one) => one === value)
const whole =
  (minimum: number, maximum: number): Rule =>
  (value) =>
    Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum
const listOf =
  (rule: Rule, longest: number): Rule =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.length <= longest && value.every(rule)
const text =
  (longest: number): Rule =>
  (value) =>
    typeof value === "string" && value.trim() !== "" && value.length <= longest && value.isWellFormed()

const url: Rule = (value) => typeof value === "string" && /^https?:\/\//.test(value) && URL.canParse(value)
/** "The eventUrl parameter MUST be an array, even if it only contains a single value." */
const urls = listOf(url, 1)
const method = anyOf("POST", "GET")
const digits: Rule = (value) => typeof value === "string" && /^[1-9]\d{6,14}$/.test(value)
const level: Rule = (value) => typeof value === "number" && value >= -1 && value <= 1

/** developer.vonage.com/voice/voice-api/guides/text-to-speech, "Supported languages". */
const language = anyOf(
  ...(
    "af-ZA ar bg-BG bn-IN ca-ES cmn-CN cmn-TW cs-CZ cy-GB da-DK de-AT de-DE de-ET el-GR en-AU en-GB en-IE en-IN en-NZ en-US " +
    "en-ZA es-CO es-ES es-MX es-US eu-ES fi-FI fil-PH fr-CA fr-FR gl-ES gu-IN he-IL hi-IN hu-HU id-ID is-IS it-IT ja-JP kn-IN " +
    "ko-KR lv-LV ml-IN ms-MY nb-NO nl-BE nl-NL no-NO pa-IN pl-PL pt-BR pt-PT ro-RO ru-RU sk-SK sr-RS sv-SE ta-IN te-IN th-TH " +
    "tr-TR uk-UA vi-VN yue-CN"
  ).split(" ")
)

/** The fields that something may have, and those that it must. */
interface Shape {
  readonly fields: Readonly<Record<string, Rule>>
  readonly required: ReadonlyArray<string>
}

const faultOf = (name: string, given: Fields, { fields, required }: Shape): string | null => {
  for (const [field, value] of Object.entries(given)) {
    const rule = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (rule === undefined) return `${name} has no field ${field}`
    if (!rule(value)) return `${name} with a ${field} that it cannot have`
  }
  const missing = required.find((field) => !Object.hasOwn(given, field))
  return missing === undefined ? null : `${name} without ${missing}`
}

const object =
  (fields: Shape["fields"], required: Shape["required"] = []): Rule =>
  (value) =>
    isFields(value) && faultOf("", value, { fields, required }) === null

const events = { eventUrl: urls, eventMethod: method }
const spoken = { bargeIn: flag, level, loop: whole(0, 1_000) }

const actions: Readonly<Record<string, Shape>> = {
  talk: {
    fields: { ...spoken, text: text(1_500), language, style: whole(0, 100), premium: flag },
    required: ["text"]
  },
  stream: { fields: { ...spoken, streamUrl: urls }, required: ["streamUrl"] },
  record: {
    fields: {
      ...events,
      format: anyOf("mp3", "wav", "ogg"),
      split: anyOf("conversation"),
      channels: whole(1, 32),
      endOnSilence: whole(3, 10),
      endOnKey: (value) => typeof value === "string" && /^[0-9*#]$/.test(value),
      timeOut: whole(3, 7_200),
      beepStart: flag,
      transcription: object({ ...events, language: text(20), sentimentAnalysis: flag })
    },
    required: []
  },
  input: {
    fields: {
      ...events,
      type: listOf(anyOf("dtmf", "speech"), 2),
      dtmf: object({ timeOut: whole(0, 10), maxDigits: whole(1, 20), submitOnHash: flag }),
      mode: anyOf("synchronous")
    },
    required: ["type"]
  },
  connect: {
    fields: {
      ...events,
      endpoint: listOf(
        object(
          {
            type: anyOf("phone"),
            number: digits,
            dtmfAnswer: (value) => typeof value === "string" && /^[0-9*#p]+$/.test(value),
            onAnswer: object({ url }, ["url"])
          },
          ["type", "number"]
        ),
        1
      ),
      from: digits,
      randomFromNumber: flag,
      eventType: anyOf("synchronous"),
      timeout: whole(1, 7_200),
      limit: whole(1, 7_200),
      machineDetection: anyOf("continue", "hangup"),
      ringbackTone: url
    },
    required: ["endpoint"]
  },
  wait: {
    fields: { timeout: (value) => typeof value === "number" && value >= 0.1 && value <= 7_200 },
    required: []
  }
}

const isSpoken = ({ action }: Fields): boolean => action === "talk" || action === "stream"

/** What several fields, or several actions, say together. */
const wrongTogether = (ncco: ReadonlyArray<Fields>): string | null => {
  for (const [index, given] of ncco.entries()) {
    const { action, bargeIn, endOnKey, endOnSilence, eventType, eventUrl, timeOut } = given
    if (action === "record" && endOnKey === undefined && endOnSilence === undefined && timeOut === undefined) {
      return "record that never ends, and goes on beside what follows"
    }
    if (action === "connect" && eventType !== undefined && eventUrl === undefined) {
      return "connect that asks for events and says nowhere to"
    }
    // "If bargeIn is true, the next non-talk action must be input."
    const after = ncco.slice(index + 1).find((next) => !isSpoken(next))
    if (bargeIn === true && after?.action !== "input") return `${String(action)} with bargeIn and no input after it`
  }
  return null
}

/** What is wrong with a document; `null` for a good one. */
export const violationOf = (ncco: unknown): string | null => {
  if (!Array.isArray(ncco) || !ncco.every(isFields)) return "not a list of actions"
  for (const { action, ...fields } of ncco) {
    const shape = typeof action === "string" && Object.hasOwn(actions, action) ? actions[action] : undefined
    if (shape === undefined) return `${String(action)} is no action`
    const fault = faultOf(String(action), fields, shape)
    if (fault !== null) return fault
  }
  return wrongTogether(ncco)
}
