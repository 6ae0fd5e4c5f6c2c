/** The application's private key, as people put it into the environment. */
import { createPrivateKey } from "node:crypto"
import { readFileSync } from "node:fs"

/** RS256 asks for no less (RFC 7518, 3.3). */
const MIN_BITS = 2048

/** The text of a PEM, with real line ends or with `\n` written out, or of the file at a path. Empty for an unreadable path. */
export const read = (given: string): string => {
  if (given.includes("-----BEGIN")) return given.replaceAll("\\n", "\n")
  try {
    return readFileSync(given, "utf8")
  } catch {
    return ""
  }
}

/** Whether it can sign what Vonage accepts. */
export const isUsable = (pem: string): boolean => {
  try {
    const { asymmetricKeyDetails, asymmetricKeyType } = createPrivateKey(pem)
    return asymmetricKeyType === "rsa" && (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_BITS
  } catch {
    return false
  }
}
