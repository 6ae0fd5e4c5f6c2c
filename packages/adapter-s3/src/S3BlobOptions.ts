/** Options of the store: which bucket, where it is, and how its content is encrypted. */
import type { Redacted } from "effect"

/**
 * How the server encrypts what it keeps: with keys of its own (SSE-S3), with a key of KMS by its id or ARN, or not at our
 * asking, for servers that know neither.
 */
export type Encryption = "AES256" | { readonly kmsKeyId: string } | "none"

export interface S3BlobOptions {
  readonly bucket: string
  /** `us-east-1`; whatever a server of another kind calls it. */
  readonly region: string
  /** Where the server is, in the place of Amazon's. The bucket then stands in the path, not in the host's name. */
  readonly endpoint: string | null
  /** `null`: as the AWS SDK finds them, in the environment, a profile or the role of the machine. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: Redacted.Redacted } | null
  /** Stands before every key: empty, or `careline/` with its slash. */
  readonly keyPrefix: string
  readonly encryption: Encryption
  /** How long one call may take with all its tries, in milliseconds. */
  readonly timeoutMillis: number
}

export const DEFAULT_TIMEOUT_MILLIS = 30_000

/** How often the SDK tries one call, the first time included. Every call may be repeated: a key is replaced as a whole. */
export const MAX_ATTEMPTS = 3
