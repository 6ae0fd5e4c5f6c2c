/** How Twilio signs its webhooks: twilio.com/docs/usage/security. Written from the documentation, apart from any adapter. */
import { createHmac } from "node:crypto"

/** The URL as Twilio signs it for SMS: without user info and fragment, with the port that it was configured with. */
const signedUrl = (configured: string): string => {
  const [withoutFragment = ""] = configured.split("#")
  return withoutFragment.replace(/^(https?:\/\/)[^/?#@]*@/i, "$1")
}

export const sign = (authToken: string, url: string, form: ReadonlyArray<readonly [string, string]>): string => {
  const byName = new Map<string, Set<string>>()
  for (const [name, value] of form) byName.set(name, (byName.get(name) ?? new Set()).add(value))
  const text = [...byName.keys()]
    .sort()
    .flatMap((name) => [...byName.get(name)!].sort().map((value) => name + value))
    .join("")
  return createHmac("sha1", authToken)
    .update(signedUrl(url) + text, "utf8")
    .digest("base64")
}
