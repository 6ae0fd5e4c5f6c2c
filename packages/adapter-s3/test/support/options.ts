import { Redacted } from "effect"
import { type S3BlobOptions } from "../../src/index.ts"
import { MAX_ATTEMPTS } from "../../src/S3BlobOptions.ts"
import { account, BUCKET } from "./S3Server.ts"

/** For a server on this machine. Limits on real I/O, not pauses. */
export const optionsFor = (endpoint: string, change: Partial<S3BlobOptions> = {}): S3BlobOptions => ({
  bucket: BUCKET,
  region: "us-east-1",
  endpoint,
  credentials: { accessKeyId: account.accessKeyId, secretAccessKey: Redacted.make(account.secretAccessKey) },
  keyPrefix: "",
  encryption: "AES256",
  timeoutMillis: 5000 * MAX_ATTEMPTS,
  ...change
})

/** Where nobody listens. */
export const NOWHERE = "http://127.0.0.1:9"
