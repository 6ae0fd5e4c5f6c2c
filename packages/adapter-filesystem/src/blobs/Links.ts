/**
 * Links that anybody may follow until they expire: the key, the end of their time, the file's name and its type, and over
 * all of it an HMAC-SHA256. Nothing is kept of a link, so a new secret in the place of the old one ends them all.
 */
import { BlobKey } from "@careline/domain"
import { ContentDisposition } from "@careline/adapter-kit"
import { MediaType } from "@careline/ports"
import { Redacted, Schema } from "effect"
import { createHmac, timingSafeEqual } from "node:crypto"
import type { FileBlobOptions } from "./FileBlobOptions.ts"

/** What a link grants. */
export interface Link {
  readonly key: BlobKey
  /** In milliseconds since 1970. */
  readonly expiresAt: number
  readonly fileName: string
  readonly contentType: string
}

const PARAMETERS = ["expires", "name", "signature", "type"]

/** Signed before everything else: a signature for something else is never one for a link. */
const PURPOSE = "careline blob link 1"

const signature = (secret: Redacted.Redacted, { contentType, expiresAt, fileName, key }: Link): Buffer =>
  createHmac("sha256", Redacted.value(secret))
    .update(JSON.stringify([PURPOSE, key, expiresAt, fileName, contentType]))
    .digest()

/** The URL of a link. */
export const make = (
  { path, publicUrl, signingSecrets }: FileBlobOptions,
  key: BlobKey,
  expiresAt: number,
  given: { readonly fileName: string; readonly contentType: string }
): string => {
  const fileName = ContentDisposition.nameOf(given.fileName)
  const contentType = MediaType.of(given.contentType)
  const query = new URLSearchParams({
    expires: String(expiresAt),
    name: fileName,
    type: contentType,
    signature: signature(signingSecrets[0], { key, expiresAt, fileName, contentType }).toString("hex")
  })
  return `${publicUrl.replace(/\/+$/, "")}${path}/${key}?${query}`
}

const isKey = Schema.is(BlobKey)

/** The link that a request is for: `null` where it is for none, `forged` where it is for one that was not made here. */
export const read = ({ path, signingSecrets }: FileBlobOptions, target: string): Link | "forged" | null => {
  const url = URL.parse(target, "http://blobs.invalid")
  if (url?.host !== "blobs.invalid" || !url.pathname.startsWith(`${path}/`)) return null
  const key = url.pathname.slice(path.length + 1)
  const query = url.searchParams
  // Each once and no others: whoever reads the first of two would serve another link than was signed.
  if (!isKey(key) || [...query.keys()].sort().join() !== PARAMETERS.join()) return "forged"
  const [expires, fileName, given, contentType] = PARAMETERS.map((name) => query.get(name)!) as [
    string,
    string,
    string,
    string
  ]
  if (!/^[1-9]\d{0,15}$/.test(expires) || !/^[0-9a-f]{64}$/.test(given)) return "forged"
  const link = { key, expiresAt: Number(expires), fileName, contentType }
  const hash = Buffer.from(given, "hex")
  return signingSecrets.some((secret) => timingSafeEqual(signature(secret, link), hash)) ? link : "forged"
}
