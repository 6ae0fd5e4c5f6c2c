/** `user:password` in an `Authorization` header (RFC 7617). */
import { createHash, timingSafeEqual } from "node:crypto"

/** The header's value for `user:password`. */
export const header = (userAndPassword: string): string =>
  `Basic ${Buffer.from(userAndPassword, "utf8").toString("base64")}`

/** The digests are of one length, whatever came, so the comparison tells nothing by its time. */
const digest = (value: string): Buffer => createHash("sha256").update(value, "utf8").digest()

/**
 * Whether a header holds one of the credentials. The scheme may be written in any case, the credentials may not. All of
 * them are compared: the time does not tell which one came.
 */
export const isAny = (given: string | undefined, credentials: ReadonlyArray<string>): boolean => {
  const came = digest((given ?? "").replace(/^basic /i, "Basic "))
  return credentials.map((one) => timingSafeEqual(came, digest(header(one)))).includes(true)
}
