/** What a provider documents of its XML, as a table. Whatever is not in it is a violation. */
import type { Element } from "./Xml.ts"

/** Whether a value may stand there. */
export type Rule = (value: string) => boolean

/** An element that is known: what it may have, and what may stand in it. */
export interface Known {
  readonly attributes: Readonly<Record<string, Rule>>
  readonly children?: ReadonlyArray<string>
  readonly text?: Rule
}

export type Grammar = Readonly<Record<string, Known>>

export const anyOf =
  (...words: ReadonlyArray<string>): Rule =>
  (value) =>
    words.includes(value)

/** Several words with a space between them. */
export const someOf =
  (...words: ReadonlyArray<string>): Rule =>
  (value) =>
    value.split(" ").every((word) => words.includes(word)) && value !== ""

export const whole =
  (minimum: number, maximum: number): Rule =>
  (value) =>
    /^\d{1,6}$/.test(value) && Number(value) >= minimum && Number(value) <= maximum

/** Absolute here: a host name without an underscore, by http or https. */
export const url: Rule = (value) => /^https?:\/\/[^/?#_\s]+(\/[^\s]*)?$/.test(value) && URL.canParse(value)
export const e164: Rule = (value) => /^\+[1-9]\d{6,14}$/.test(value)
export const flag: Rule = anyOf("true", "false")

/** What the grammar does not know in an element or below it; `null` when it knows all. */
export const wrongIn = (grammar: Grammar, { attributes, children, name, text }: Element): string | null => {
  const known = Object.hasOwn(grammar, name) ? grammar[name] : undefined
  if (known === undefined) return `<${name}> is no verb`
  for (const [attribute, value] of Object.entries(attributes)) {
    const rule = Object.hasOwn(known.attributes, attribute) ? known.attributes[attribute] : undefined
    if (rule === undefined) return `<${name}> has no attribute ${attribute}`
    if (!rule(value)) return `<${name}> with ${attribute}="${value}"`
  }
  if (known.text === undefined && text.trim() !== "") return `<${name}> with text in it`
  if (known.text !== undefined && !known.text(text)) return `<${name}> with a text that it cannot have`
  for (const child of children) {
    if (known.children?.includes(child.name) !== true) return `<${child.name}> in <${name}>`
    const wrong = wrongIn(grammar, child)
    if (wrong !== null) return wrong
  }
  return null
}
