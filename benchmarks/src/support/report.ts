/** Figures as a table and as JSON. Every figure is a ratio against a baseline of the same run. */
export interface Figure {
  readonly benchmark: string
  readonly figure: string
  readonly ours: number
  readonly baseline: number
  readonly against: string
  readonly ratio: number
  /** What the ratio should be, `null` where there is no goal. */
  readonly goal: { readonly atLeast: number } | { readonly atMost: number } | null
  readonly note?: string
}

export const figure = (fields: Omit<Figure, "ratio">): Figure => ({ ...fields, ratio: fields.ours / fields.baseline })

export const isMet = ({ goal, ratio }: Figure): boolean | null =>
  goal === null ? null : "atLeast" in goal ? ratio >= goal.atLeast : ratio <= goal.atMost

const short = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

const columns = ["benchmark", "figure", "ours", "baseline", "against", "ratio", "goal", "met"] as const

export const table = (figures: ReadonlyArray<Figure>): string => {
  const rows = figures.map((one) => {
    const met = isMet(one)
    const goal = one.goal === null ? "" : "atLeast" in one.goal ? `≥ ${one.goal.atLeast}` : `≤ ${one.goal.atMost}`
    return [
      one.benchmark,
      one.figure,
      short(one.ours),
      short(one.baseline),
      one.against,
      one.ratio.toFixed(2),
      goal,
      met === null ? "" : met ? "yes" : "NO"
    ]
  })
  const all = [columns as ReadonlyArray<string>, ...rows]
  const widths = columns.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

export const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

export const percentile = (values: ReadonlyArray<number>, share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0
