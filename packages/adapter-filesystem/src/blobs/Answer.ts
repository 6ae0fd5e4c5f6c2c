/** Answers whoever follows a link. */

import type { BlobAnswer } from "@careline/ports"

/** Whatever is served, a browser runs none of it, keeps none of it, guesses nothing about it, and tells nobody the link. */
const GUARDED: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "sandbox; default-src 'none'",
  "cross-origin-resource-policy": "cross-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

/** How long to wait before a store that is away is asked again, in seconds. */
const RETRY_AFTER_SECONDS = 5

/** A `HEAD` is answered as a `GET` is, without the body (RFC 9110, 9.3.2). */
export const content = (
  method: string,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | null
): BlobAnswer => ({ status, headers: { ...GUARDED, ...headers }, body: method === "HEAD" ? null : body })

const problems = {
  403: { title: "Forbidden", headers: {} },
  404: { title: "Not Found", headers: {} },
  405: { title: "Method Not Allowed", headers: { allow: "GET, HEAD" } },
  416: { title: "Range Not Satisfiable", headers: {} },
  500: { title: "Internal Server Error", headers: {} },
  503: { title: "Service Unavailable", headers: { "retry-after": String(RETRY_AFTER_SECONDS) } }
} as const

/** What went wrong, as problem details (RFC 9457). */
export const problem = (
  method: string,
  status: keyof typeof problems,
  detail: string,
  headers: Readonly<Record<string, string>> = {}
): BlobAnswer => {
  const { headers: ofStatus, title } = problems[status]
  const body = new TextEncoder().encode(JSON.stringify({ type: "about:blank", title, status, detail }))
  const described = { "content-type": "application/problem+json", "content-length": String(body.length) }
  return content(method, status, { ...described, ...ofStatus, ...headers }, body)
}
