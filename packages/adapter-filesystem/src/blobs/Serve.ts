/** Serves what links lead to, to whoever has one. Reads no cookie and sets none. */
import type { BlobKey } from "@careline/domain"
import { ContentDisposition } from "@careline/adapter-kit"
import { type BlobAnswer, type BlobRequest, type StorageError } from "@careline/ports"
import { Clock, Effect, Option, type Scope } from "effect"
import * as RangeParser from "range-parser"
import { content, problem } from "./Answer.ts"
import type { FileBlobOptions } from "./FileBlobOptions.ts"
import * as Links from "./Links.ts"
import type { OpenBlob } from "./Reading.ts"

/** Whether the reader has it already (RFC 9110, 13.1.2). */
const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  header.split(",").some((one) => {
    const tag = one.trim().replace(/^W\//, "")
    return tag === etag || tag === "*"
  })

/** Set in the `code` of a header that cannot be read. */
const MALFORMED = 1

/**
 * The bytes that a player asks for, from the first to the last (RFC 9110, 14): Safari plays no audio from a server that gives
 * no parts. `whole` where it asks for none or for several, and `unsatisfiable` where no byte of it is there.
 */
const partOf = (header: string, size: number): RangeParser.Range | "whole" | "unsatisfiable" => {
  const { code, ranges, type } = RangeParser.parse(size, header)
  if (type !== "bytes" || (code & MALFORMED) !== 0 || ranges.length > 1) return "whole"
  return ranges[0] ?? "unsatisfiable"
}

const answer = Effect.fnUntraced(function* (
  { headers, method }: BlobRequest,
  { contentType, fileName }: Links.Link,
  { info, read }: OpenBlob
) {
  const { sha256, size } = info
  const etag = `"${sha256}"`
  if (isKnown(headers["if-none-match"], etag)) return content(method, 304, { etag }, null)
  const described = {
    etag,
    "accept-ranges": "bytes",
    "content-type": contentType,
    "content-disposition": ContentDisposition.of(fileName, contentType)
  }
  // Parts of two contents do not make one (RFC 9110, 13.1.5). Only a GET has parts.
  const isOfThis = headers["if-range"] === undefined || headers["if-range"] === etag
  const part = method === "GET" && isOfThis ? partOf(headers.range ?? "", size) : "whole"
  if (part === "unsatisfiable") {
    return problem(method, 416, "None of these bytes are there.", { "content-range": `bytes */${size}` })
  }
  const { end, start } = part === "whole" ? { start: 0, end: size - 1 } : part
  const body = method === "HEAD" ? null : yield* read(start, end + 1)
  const length = { "content-length": String(end - start + 1) }
  return part === "whole"
    ? content(method, 200, { ...described, ...length }, body)
    : content(method, 206, { ...described, ...length, "content-range": `bytes ${start}-${end}/${size}` }, body)
})

/** Answers `GET` and `HEAD` for links. A store that fails is an answer too, and is logged without what was asked for. */
export const make =
  (
    options: FileBlobOptions,
    open: (key: BlobKey) => Effect.Effect<Option.Option<OpenBlob>, StorageError, Scope.Scope>
  ) =>
  (request: BlobRequest): Effect.Effect<BlobAnswer> =>
    Effect.gen(function* () {
      const { method, target } = request
      const link = Links.read(options, target)
      if (link === null) return problem(method, 404, "There is nothing here.")
      if (method !== "GET" && method !== "HEAD") return problem(method, 405, "A link can only be read.")
      if (link === "forged") return problem(method, 403, "This link is not one of ours, or not as it was made.")
      if ((yield* Clock.currentTimeMillis) >= link.expiresAt) return problem(method, 403, "This link has expired.")
      return yield* Option.match(yield* open(link.key), {
        onNone: () => Effect.succeed(problem(method, 404, "What was here is removed.")),
        onSome: (blob) => answer(request, link, blob)
      })
    }).pipe(
      Effect.scoped,
      Effect.catchTag("StorageError", (error) =>
        Effect.as(
          Effect.logError(error.message),
          error.isRetryable
            ? problem(request.method, 503, "This cannot be read at the moment.")
            : problem(request.method, 500, "This cannot be read.")
        )
      )
    )
