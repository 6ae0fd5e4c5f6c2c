/**
 * Checks a version of a template before anybody is sent it. Errors keep it from being published, warnings do not; each says where it
 * stands. A version without errors makes a text of any data that its variables allow.
 */
import { Result } from "effect"
import type { Language } from "../contacts/Language.ts"
import type * as Segments from "../messages/Segments.ts"
import { isBlank } from "../shared/Text.ts"
import type { Category, Content, TemplateVersion } from "./Template.ts"
import { type Node, parse, position, walk } from "./TemplateText.ts"
import { type Estimate, estimate, isUnicode } from "./TemplateLength.ts"
import { filtersOf, type Variable } from "./TemplateValue.ts"
import { linksOf } from "./TemplateLinks.ts"
import { replyWordsOf, SOME_VALUE, speaksOfOptOut } from "./TemplateWords.ts"

export type { Estimate } from "./TemplateLength.ts"

export type Rule =
  | "syntax"
  | "blank"
  | "undeclared_variable"
  | "unused_variable"
  | "missing_variable"
  | "unguarded_variable"
  | "wrong_filter"
  | "clinical_variable"
  | "reply_word"
  | "link_host"
  | "opt_out_missing"
  | "identity_missing"
  | "too_many_conditions"
  | "too_many_segments"
  | "unicode"

/** What is wrong, or worth knowing, and where. */
export interface Issue {
  readonly severity: "error" | "warning"
  readonly rule: Rule
  /** `null`: it is about the version and not about one text of it. */
  readonly language: Language | null
  /** Line and column, from 1 on; `null` where it is about the text as a whole. */
  readonly place: { readonly line: number; readonly column: number } | null
  readonly message: string
}

/** What is known of whom the texts come from. */
export interface LintContext {
  readonly category: Category
  /** The name that contacts know the clinic by; `null`: nobody said. */
  readonly identity: string | null
  /** Hosts that links may lead to. */
  readonly linkHosts: ReadonlyArray<string>
  /** Segments that a text may have at most. */
  readonly maxSegments: number
}

export interface Report {
  readonly issues: ReadonlyArray<Issue>
  readonly estimates: ReadonlyArray<Estimate>
}

/** Truths that a text depends on: each doubles what has to be looked at. */
const MAX_CONDITIONS = 8

/** What a recipient knows the sender by. */
const IDENTITY_PATH = "clinic.name"

const valuesOf = (nodes: ReadonlyArray<Node>): ReadonlyArray<Exclude<Node, { readonly _tag: "Text" }>> =>
  nodes.flatMap((node) => (node._tag === "Text" ? [] : node._tag === "Value" ? [node] : [node, ...valuesOf(node.body)]))

/** Every choice of which of the paths hold. */
const choices = (paths: ReadonlyArray<string>): ReadonlyArray<ReadonlySet<string>> =>
  paths.reduce<ReadonlyArray<ReadonlySet<string>>>(
    (before, path) => before.flatMap((chosen) => [chosen, new Set([...chosen, path])]),
    [new Set<string>()]
  )

type Fault = Omit<Issue, "language" | "place"> & { readonly at: number | null }

const error = (rule: Rule, message: string, at: number | null = null): Fault => ({
  severity: "error",
  rule,
  message,
  at
})

/** What a text may come to, whichever of its conditions hold. */
const outcomesOf = (nodes: ReadonlyArray<Node>, variables: ReadonlyMap<string, Variable>) => {
  const used = [...new Set(valuesOf(nodes).map(({ path }) => path))]
  const open = used.filter((path) => {
    const variable = variables.get(path)
    return variable !== undefined && (!variable.required || variable.type === "boolean")
  })
  if (open.length > MAX_CONDITIONS) return null
  return choices(open).map((chosen) => ({
    parts: [...walk(nodes, (path) => chosen.has(path) || !open.includes(path))],
    isMissing: (path: string) => open.includes(path) && !chosen.has(path)
  }))
}

/** What is wrong with the variables that a text names. */
const variableFaults = (nodes: ReadonlyArray<Node>, variables: ReadonlyMap<string, Variable>): ReadonlyArray<Fault> =>
  valuesOf(nodes).flatMap((node): ReadonlyArray<Fault> => {
    const variable = variables.get(node.path)
    if (variable === undefined) {
      return [error("undeclared_variable", `${node.path} is not one of the template's variables`, node.at)]
    }
    // What is said on a condition tells whether it holds.
    const clinical =
      variable.sensitivity === "clinical"
        ? [error("clinical_variable", `${node.path} tells what ails somebody, which is not texted`, node.at)]
        : []
    if (node._tag === "When") return clinical
    const allowed = filtersOf(variable.type)
    return [
      ...clinical,
      ...(variable.type === "boolean"
        ? [error("wrong_filter", `${node.path} is true or false: say it by {{#${node.path}}}`, node.at)]
        : node.filter !== null && !allowed.includes(node.filter)
          ? [error("wrong_filter", `${node.path} is no value for the filter ${node.filter}`, node.at)]
          : [])
    ]
  })

const wordFaults = (text: string, { linkHosts }: LintContext): ReadonlyArray<Fault> => [
  ...replyWordsOf(text).map(({ at, word }) =>
    error("reply_word", `${word} means something else to carriers: ask for C, R or X, and for STOP to opt out only`, at)
  ),
  ...linksOf(text).flatMap(({ at, host }) =>
    linkHosts.includes(host) ? [] : [error("link_host", `${host} is none of the hosts that links may lead to`, at)]
  )
]

const textsOf = (nodes: ReadonlyArray<Node>): ReadonlyArray<string> =>
  nodes.flatMap((node) => (node._tag === "Text" ? [node.text] : node._tag === "When" ? textsOf(node.body) : []))

/** A single character makes all segments of a text shorter. */
const unicodeFaults = (nodes: ReadonlyArray<Node>, text: string): ReadonlyArray<Fault> => {
  const character = Array.from(textsOf(nodes).join("")).find(isUnicode)
  if (character === undefined) return []
  const message = `${character} is not in GSM 03.38: a segment holds 70 characters instead of 160`
  return [{ severity: "warning", rule: "unicode", message, at: text.indexOf(character) }]
}

/** What one text of a version is like, and how long it gets. */
const lintContent = (
  { bodies, language }: Content,
  variables: ReadonlyMap<string, Variable>,
  context: LintContext
): {
  readonly faults: ReadonlyArray<Fault>
  readonly estimate: Estimate | null
  /** The values that it names; `null`: it does not read as a template, and says nothing of what it uses. */
  readonly paths: ReadonlySet<string> | null
} => {
  const parsed = parse(bodies.sms)
  if (Result.isFailure(parsed)) {
    const faults = parsed.failure.map(({ at, message }) => error("syntax", message, at))
    return { faults, estimate: null, paths: null }
  }
  const nodes = parsed.success
  const paths = new Set(valuesOf(nodes).map(({ path }) => path))
  const outcomes = outcomesOf(nodes, variables)
  const faults = [
    ...variableFaults(nodes, variables),
    ...wordFaults(bodies.sms, context),
    ...unicodeFaults(nodes, bodies.sms)
  ]
  if (outcomes === null) {
    const message = `A text depends on at most ${MAX_CONDITIONS} values that may be missing`
    return { faults: [...faults, error("too_many_conditions", message)], estimate: null, paths }
  }

  const unguarded = new Map<number, Fault>()
  for (const { isMissing, parts } of outcomes) {
    for (const part of parts) {
      if (part._tag === "Text" || !isMissing(part.path) || variables.get(part.path)?.type === "boolean") continue
      const message = `${part.path} may be missing: say it within {{#${part.path}}}`
      unguarded.set(part.at, error("unguarded_variable", message, part.at))
    }
  }
  const length = estimate(
    outcomes.map(({ parts }) => parts),
    variables,
    language
  )
  const isSilent = ({ parts }: (typeof outcomes)[number]) =>
    parts.every((part) => part._tag === "Text" && isBlank(part.text))
  const tooLong = (count: Segments.Count) => `It may take ${count.segments} segments, of ${context.maxSegments} at most`
  const isMarketing = context.category === "marketing"
  const names = outcomes.map(({ parts }) => ({
    words: parts.map((part) => (part._tag === "Text" ? part.text : SOME_VALUE)).join(""),
    paths: parts.flatMap((part) => (part._tag === "Value" ? [part.path] : []))
  }))
  const isNamed = ({ paths, words }: (typeof names)[number]) =>
    paths.includes(IDENTITY_PATH) || (context.identity !== null && words.includes(context.identity))
  return {
    paths,
    estimate: length,
    faults: [
      ...faults,
      ...unguarded.values(),
      ...(outcomes.some(isSilent) ? [error("blank", "It may come to a text without a word")] : []),
      ...(isMarketing && !names.every(({ words }) => speaksOfOptOut(words))
        ? [error("opt_out_missing", "Marketing says how to opt out, like: Reply STOP to opt out")]
        : []),
      ...(isMarketing && !names.every(isNamed)
        ? [error("identity_missing", `Marketing says whom it is from: name the clinic, or use {{${IDENTITY_PATH}}}`)]
        : []),
      ...(length.segments.segments > context.maxSegments
        ? [error("too_many_segments", tooLong(length.segments))]
        : length.unicodeSegments.segments > context.maxSegments
          ? [
              {
                severity: "warning" as const,
                rule: "too_many_segments" as const,
                message: `${tooLong(length.unicodeSegments)}, where a value has a character that GSM 03.38 lacks`,
                at: null
              }
            ]
          : [])
    ]
  }
}

/** What is wrong with variables over all languages: each is used, and what cannot be missing is said in every language. */
const coverage = (
  variables: TemplateVersion["variables"],
  texts: ReadonlyArray<{ readonly language: Language; readonly paths: ReadonlySet<string> | null }>
): ReadonlyArray<Issue> => {
  const usedIn = texts.flatMap(({ language, paths }) => (paths === null ? [] : [{ language, paths }]))
  if (usedIn.length < texts.length) return []
  return variables.flatMap(({ path, required }): ReadonlyArray<Issue> => {
    const without = usedIn.filter(({ paths }) => !paths.has(path))
    if (without.length === usedIn.length) {
      const message = `No text uses ${path}`
      return [{ severity: "error", rule: "unused_variable", language: null, place: null, message }]
    }
    if (!required) return []
    return without.map(({ language }) => ({
      severity: "error",
      rule: "missing_variable",
      language,
      place: null,
      message: `${path} is needed, and this text does not say it`
    }))
  })
}

/** All that is to be said of a version, in the order of its languages. */
export const lint = (version: Pick<TemplateVersion, "contents" | "variables">, context: LintContext): Report => {
  const variables = new Map(version.variables.map((variable) => [variable.path, variable]))
  const texts = version.contents.map((content) => ({ content, ...lintContent(content, variables, context) }))
  return {
    issues: [
      ...texts.flatMap(({ content, faults }) =>
        faults.map(({ at, ...fault }): Issue => ({
          ...fault,
          language: content.language,
          place: at === null ? null : position(content.bodies.sms, at)
        }))
      ),
      ...coverage(
        version.variables,
        texts.map(({ content, paths }) => ({ language: content.language, paths }))
      )
    ],
    estimates: texts.flatMap(({ estimate }) => (estimate === null ? [] : [estimate]))
  }
}

/** Whether a version may be published. */
export const isClean = ({ issues }: Report): boolean => issues.every(({ severity }) => severity === "warning")
