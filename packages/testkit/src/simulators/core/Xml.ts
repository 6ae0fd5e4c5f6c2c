/** A document of XML 1.0 as a tree, read by a strict parser: what is not well-formed is refused, as providers do. */
import { SaxesParser } from "saxes"

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: ReadonlyArray<Element>
  /** The text that stands directly in it. */
  readonly text: string
}

/** What is wrong with a document. */
export class NotXml extends Error {}

interface Open {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Array<Element>
  text: string
}

/** Throws `NotXml`. */
export const parse = (document: string): Element => {
  const parser = new SaxesParser({ xmlns: false })
  const open: Array<Open> = []
  let root: Element | null = null
  const refuse = (message: string): never => {
    throw new NotXml(message)
  }
  parser.on("error", ({ message }) => refuse(message))
  parser.on("doctype", () => refuse("a document type"))
  parser.on("xmldecl", ({ version }) => {
    if (version !== "1.0") refuse(`XML ${version ?? "without a version"}`)
  })
  parser.on("opentag", ({ attributes, name }) => open.push({ name, attributes, children: [], text: "" }))
  const read = (text: string) => {
    const inner = open.at(-1)
    if (inner !== undefined) inner.text += text
  }
  parser.on("text", read)
  parser.on("cdata", read)
  parser.on("closetag", () => {
    const closed = open.pop()
    if (closed === undefined) return
    const parent = open.at(-1)
    if (parent === undefined) root = closed
    else parent.children.push(closed)
  })
  parser.write(document).close()
  return root ?? refuse("no element")
}
