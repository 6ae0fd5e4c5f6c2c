/** The words of the OpenAPI document: what each operation says of itself. */
import { assert, describe, it } from "vitest"
import { openApiDocument } from "../src/index.ts"

const MAX_WORDS = 10

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
}

const operations = Object.values(
  openApiDocument.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>
).flatMap((path) => Object.values(path))

const offending = (isOffending: (operation: Operation) => boolean) =>
  operations.filter(isOffending).map(({ operationId, summary }) => `${operationId}: ${summary}`)

describe("The summary of an operation", () => {
  it("has at most ten words", () => {
    assert.isNotEmpty(operations)
    assert.deepStrictEqual(
      offending(({ summary }) => summary.trim() === "" || summary.split(/\s+/).length > MAX_WORDS),
      []
    )
  })

  it("starts with a capital letter and ends without a full stop", () => {
    assert.deepStrictEqual(
      offending(({ summary }) => !/^[A-Z]/.test(summary) || summary.endsWith(".")),
      []
    )
  })

  it("is that of no other operation", () => {
    assert.deepStrictEqual(
      offending(({ summary }) => operations.filter((other) => other.summary === summary).length > 1),
      []
    )
  })
})

describe("The description of an operation", () => {
  it("is made of sentences", () => {
    assert.isNotEmpty(operations.filter(({ description }) => description !== undefined))
    assert.deepStrictEqual(
      offending(({ description }) => description !== undefined && !/^[A-Z`].*\.$/.test(description)),
      []
    )
  })
})
