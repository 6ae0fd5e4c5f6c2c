/** B8: texts made of a template, against the same template in LiquidJS, which is read once as ours is. */
import { DateTime, Option, Result } from "effect"
import { type Language, TemplateText, TemplateValue } from "@careline/domain"
import { Liquid } from "liquidjs"
import { type Figure, figure, median } from "./support/report.ts"

const language = "en-US" as Language

const texts = {
  "values and conditions": {
    ours:
      "Hi {{patient.firstName}}, {{clinic.name}} expects you{{#visit.room}} in room {{visit.room}}{{/visit.room}}." +
      "{{^visit.isFirst}} Welcome back!{{/visit.isFirst}} Reply C to confirm, R to reschedule or X to cancel.",
    liquid:
      "Hi {{patient.firstName}}, {{clinic.name}} expects you{% if visit.room %} in room {{visit.room}}{% endif %}." +
      "{% unless visit.isFirst %} Welcome back!{% endunless %} Reply C to confirm, R to reschedule or X to cancel."
  },
  "values, a date and a time": {
    ours: "Hi {{patient.firstName}}, see you on {{visit.start | date}} at {{visit.start | time}}. {{clinic.name}}",
    liquid:
      'Hi {{patient.firstName}}, see you on {{visit.at | date: "%B %-d, %Y", "America/Chicago"}} at {{visit.at | date: "%-I:%M %p", "America/Chicago"}}. {{clinic.name}}'
  }
} as const

const START = "2026-12-02T09:00:00-06:00[America/Chicago]"

const variables = (["patient.firstName", "clinic.name", "visit.room"] as const)
  .map((path) => ({ path, type: "text" as const, required: false }))
  .concat(
    { path: "visit.start", type: "date_time", required: false } as never,
    {
      path: "visit.isFirst",
      type: "boolean",
      required: false
    } as never
  )
  .map((one) => ({ ...one, maxLength: 40, sample: "", sensitivity: "none" as const }))

const given = {
  patient: { firstName: "Ana" },
  clinic: { name: "Oak Clinic" },
  visit: { room: "4b", isFirst: false, start: START }
}

/** Texts a second of each, in turns, so that what else the machine does is both's. */
const race = (ours: () => string, theirs: () => string, rounds: number, each: number) => {
  const rates = { ours: Array.of<number>(), theirs: Array.of<number>() }
  for (let round = -rounds / 4; round < rounds; round++) {
    for (const [name, make] of [
      ["ours", ours],
      ["theirs", theirs]
    ] as const) {
      const started = performance.now()
      for (let count = 0; count < each; count++) make()
      if (round >= 0) rates[name].push((each / (performance.now() - started)) * 1000)
    }
  }
  return { ours: median(rates.ours), theirs: median(rates.theirs) }
}

export const templates = async (_server: string, quick: boolean, smoke = false): Promise<ReadonlyArray<Figure>> => {
  const rounds = smoke ? 4 : quick ? 20 : 60
  const each = smoke ? 200 : 10_000
  const engine = new Liquid()
  const { data } = TemplateValue.decode(variables, given)
  const start = Option.getOrThrow(DateTime.makeZonedFromString(START))
  const scope = { ...given, visit: { ...given.visit, at: DateTime.toDateUtc(start) } }
  return Object.entries(texts).map(([name, { liquid, ours }]) => {
    const nodes = Result.getOrThrow(TemplateText.parse(ours))
    const parsed = engine.parse(liquid)
    const make = () => Result.getOrThrow(TemplateText.render(nodes, data, language))
    const makeTheirs = (): string => engine.renderSync(parsed, scope)
    if (make() !== makeTheirs()) throw new Error(`They differ: "${make()}" and "${makeTheirs()}"`)
    const rates = race(make, makeTheirs, rounds, each)
    return figure({
      benchmark: "B8 templates",
      figure: `texts of ${name}, 1/s`,
      ours: rates.ours,
      baseline: rates.theirs,
      against: "LiquidJS",
      goal: { atLeast: 1 }
    })
  })
}
