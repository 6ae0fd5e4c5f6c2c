/**
 * Parses, prints and renders the text of a template. Its grammar is closed: values, filters and conditions, no code.
 *
 * `{{visit.start | date}}` is a value and its filter, `{{#visit.room}}in room {{visit.room}}{{/visit.room}}` says something where
 * there is a value, `{{^visit.room}}…{{/visit.room}}` where there is none.
 */
import { Result } from "effect"
import type { Language } from "../contacts/Language.ts"
import { type Filter, FILTERS, format, PATH, type TemplateData } from "./TemplateValue.ts"

/** A part of a template's text. `at` is where it stands, in UTF-16 code units. */
export type Node =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Value"; readonly path: string; readonly filter: Filter | null; readonly at: number }
  | {
      readonly _tag: "When"
      readonly path: string
      /** Whether it holds where there is no value. */
      readonly isNegated: boolean
      readonly body: ReadonlyArray<Node>
      readonly at: number
    }

/** What is wrong with a text, and where. */
export interface SyntaxFault {
  readonly at: number
  readonly message: string
}

/** Conditions stand in each other at most so deep. */
const MAX_DEPTH = 8

const TAG = /^([#^/]?)\s*([\w.]+)\s*(?:\|\s*(\w+)\s*)?$/

const isFilter = (name: string): name is Filter => (FILTERS as ReadonlyArray<string>).includes(name)

interface Open {
  readonly path: string
  readonly isNegated: boolean
  readonly at: number
  readonly body: Array<Node>
}

/** Reads a text into its parts, or tells all that is wrong with it. */
export const parse = (text: string): Result.Result<ReadonlyArray<Node>, ReadonlyArray<SyntaxFault>> => {
  const faults: Array<SyntaxFault> = []
  const root: Array<Node> = []
  const open: Array<Open> = []
  const fault = (at: number, message: string) => void faults.push({ at, message })
  const add = (node: Node) => void (open.at(-1)?.body ?? root).push(node)

  const close = (path: string, at: number) => {
    const last = open.at(-1)
    if (last === undefined) return fault(at, `{{/${path}}} closes nothing`)
    open.pop()
    if (last.path !== path) fault(at, `{{/${path}}} stands where {{/${last.path}}} is expected`)
    add({ _tag: "When", path: last.path, isNegated: last.isNegated, body: last.body, at: last.at })
  }

  const tag = (inner: string, at: number) => {
    const [, sign = "", path = "", filter] = TAG.exec(inner) ?? []
    if (!PATH.test(path)) return fault(at, `{{${inner}}} names no variable`)
    if (filter !== undefined && !isFilter(filter)) {
      return fault(at, `${filter} is no filter: ${FILTERS.join(", ")} are`)
    }
    if (sign === "") return add({ _tag: "Value", path, filter: filter ?? null, at })
    if (filter !== undefined) return fault(at, "a condition has no filter")
    if (sign === "/") return close(path, at)
    if (open.length === MAX_DEPTH) fault(at, `conditions stand in each other at most ${MAX_DEPTH} deep`)
    open.push({ path, isNegated: sign === "^", at, body: [] })
  }

  const plain = (from: number, to: number) => {
    const closing = text.slice(from, to).indexOf("}}")
    if (closing >= 0) fault(from + closing, "}} closes nothing")
    if (to > from) add({ _tag: "Text", text: text.slice(from, to) })
  }

  let position = 0
  while (position < text.length) {
    const start = text.indexOf("{{", position)
    plain(position, start < 0 ? text.length : start)
    if (start < 0) break
    const end = text.indexOf("}}", start)
    if (end < 0) {
      fault(start, "{{ is not closed")
      break
    }
    tag(text.slice(start + 2, end), start)
    position = end + 2
  }
  for (const { at, path } of open) fault(at, `{{#${path}}} is not closed`)
  return faults.length === 0 ? Result.succeed(root) : Result.fail(faults.toSorted((one, other) => one.at - other.at))
}

/** The parts as a text that reads as they do. */
export const print = (nodes: ReadonlyArray<Node>): string =>
  nodes
    .map((node) => {
      switch (node._tag) {
        case "Text":
          return node.text
        case "Value":
          return `{{${node.path}${node.filter === null ? "" : ` | ${node.filter}`}}}`
        case "When":
          return `{{${node.isNegated ? "^" : "#"}${node.path}}}${print(node.body)}{{/${node.path}}}`
      }
    })
    .join("")

/** Whether a condition on the value holds: it is there, and is not `false`. */
const isGiven = (data: TemplateData, path: string): boolean => {
  const value = data.get(path)
  return value !== undefined && !(value._tag === "boolean" && !value.value)
}

/** The values and texts that are reached where conditions hold as `holds` says, in their order. */
export const walk = function* (
  nodes: ReadonlyArray<Node>,
  holds: (path: string) => boolean
): Generator<Extract<Node, { readonly _tag: "Text" | "Value" }>> {
  for (const node of nodes) {
    if (node._tag !== "When") yield node
    else if (holds(node.path) !== node.isNegated) yield* walk(node.body, holds)
  }
}

/**
 * The text with its values, or the path of the first that is missing: nobody is ever sent a placeholder. Two braces in a row are
 * set apart, so that no value looks like one.
 */
export const render = (
  nodes: ReadonlyArray<Node>,
  data: TemplateData,
  language: Language
): Result.Result<string, { readonly path: string }> => {
  let text = ""
  for (const node of walk(nodes, (path) => isGiven(data, path))) {
    if (node._tag === "Text") {
      text += node.text
      continue
    }
    const value = data.get(node.path)
    if (value === undefined) return Result.fail({ path: node.path })
    text += format(value, node.filter, language)
  }
  return Result.succeed(text.replace(/\{(?=\{)/g, "{ "))
}

/** Single braces as other systems write placeholders, `{patientName}`, as values of ours. What is one already stays. */
export const fromSingleBraces = (text: string): string =>
  text.replace(/(?<!\{)\{([A-Za-z]\w*(?:\.[A-Za-z]\w*)*)\}(?!\})/g, "{{$1}}")

/** Where a place in a text is, as editors count: from 1. */
export const position = (text: string, at: number): { readonly line: number; readonly column: number } => {
  const before = text.slice(0, at).split("\n")
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
