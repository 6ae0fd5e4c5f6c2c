/** Lists of the API v2: pages by number, with how many there are. Source: developers.telnyx.com/api-reference, "Pagination". */
import type { ServerResponse } from "node:http"
import { json, naturalOf } from "../core/HttpServer.ts"

const DEFAULT_PAGE = 20
export const MAX_PAGE = 250

/** Answers with the page that is asked for; `maxPage` is the most of one page. */
export const answer = (
  response: ServerResponse,
  query: URLSearchParams,
  matching: ReadonlyArray<unknown>,
  maxPage = MAX_PAGE
): void => {
  const size = Math.min(naturalOf(query.get("page[size]"), DEFAULT_PAGE) || DEFAULT_PAGE, maxPage)
  const number = naturalOf(query.get("page[number]"), 1) || 1
  json(response, 200, {
    data: matching.slice((number - 1) * size, number * size),
    meta: {
      page_number: number,
      page_size: size,
      total_pages: Math.max(1, Math.ceil(matching.length / size)),
      total_results: matching.length
    }
  })
}

/** `filter[<name>][gte]` and `[lte]`, as ISO 8601. */
export const within = (query: URLSearchParams, name: string): ((at: Date) => boolean) => {
  const bound = (end: string, otherwise: number): number => {
    const at = Date.parse(query.get(`filter[${name}][${end}]`) ?? "")
    return Number.isNaN(at) ? otherwise : at
  }
  const earliest = bound("gte", -Infinity)
  const latest = bound("lte", Infinity)
  return (at) => at.getTime() >= earliest && at.getTime() <= latest
}
