/** Lists of the API of 2010: pages by number, with the addresses of the others. Source: twilio.com/docs/usage/twilios-response. */
import type { ServerResponse } from "node:http"
import { json, naturalOf } from "../core/HttpServer.ts"
import { headers } from "./ApiAnswer.ts"

const DEFAULT_PAGE = 50
const MAX_PAGE = 1000

/** How many are asked for. */
export const sizeOf = (query: URLSearchParams): number =>
  Math.min(naturalOf(query.get("PageSize"), DEFAULT_PAGE) || DEFAULT_PAGE, MAX_PAGE)

/** Answers with the page that is asked for, of resources under `key`. `limit` may make it smaller than what is asked for. */
export const answer = <A extends { readonly sid: string }>(
  response: ServerResponse,
  url: URL,
  key: string,
  matching: ReadonlyArray<A>,
  limit: (asked: number) => number = (asked) => asked
): void => {
  const query = url.searchParams
  const size = limit(sizeOf(query))
  const page = naturalOf(query.get("Page"), 0)
  const shown = matching.slice(page * size, (page + 1) * size)
  const uriOf = (number: number, token: string | undefined) => {
    const other = new URLSearchParams(query)
    other.set("PageSize", String(size))
    other.set("Page", String(number))
    if (token !== undefined) other.set("PageToken", `PA${token}`)
    return `${url.pathname}?${other}`
  }
  json(
    response,
    200,
    {
      [key]: shown,
      page,
      page_size: size,
      start: page * size,
      end: page * size + Math.max(0, shown.length - 1),
      uri: uriOf(page, undefined),
      first_page_uri: uriOf(0, undefined),
      previous_page_uri: page > 0 ? uriOf(page - 1, undefined) : null,
      next_page_uri: (page + 1) * size < matching.length ? uriOf(page + 1, shown.at(-1)?.sid) : null
    },
    headers()
  )
}

const DAY_MILLIS = 24 * 60 * 60 * 1000

/** `<name>`, `<name>>` and `<name><`, as GMT, in whole seconds; the last two include what they name. */
export const within = (query: URLSearchParams, name: string): ((at: Date | null) => boolean) => {
  const instant = (parameter: string): number | null => {
    const given = query.get(parameter)
    const at = given === null ? Number.NaN : Date.parse(given)
    return Number.isNaN(at) ? null : at
  }
  const day = instant(name)
  const earliest = day ?? instant(`${name}>`)
  const latest = day === null ? instant(`${name}<`) : day + DAY_MILLIS - 1
  if (earliest === null && latest === null) return () => true
  return (at) => {
    if (at === null) return false
    const seconds = Math.floor(at.getTime() / 1000) * 1000
    return (earliest === null || seconds >= earliest) && (latest === null || seconds <= latest)
  }
}
