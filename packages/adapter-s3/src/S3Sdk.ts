/** Loads Amazon's SDK when it is first needed, and points it at the bucket. */
import type * as S3 from "@aws-sdk/client-s3"
import type * as Presigner from "@aws-sdk/s3-request-presigner"
import { Effect, Redacted } from "effect"
import { MAX_ATTEMPTS, type S3BlobOptions } from "./S3BlobOptions.ts"
import { S3Failure } from "./S3Failure.ts"

/** What is used of the SDK. */
export type Sdk = Pick<typeof S3, "DeleteObjectCommand" | "GetObjectCommand" | "PutObjectCommand"> &
  Pick<typeof Presigner, "getSignedUrl"> & { readonly client: S3.S3Client }

const load = async ({ credentials, endpoint, region, timeoutMillis }: S3BlobOptions): Promise<Sdk> => {
  const [{ DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client }, { getSignedUrl }] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/s3-request-presigner")
  ])
  const client = new S3Client({
    region,
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === null
      ? {}
      : {
          credentials: {
            accessKeyId: credentials.accessKeyId,
            secretAccessKey: Redacted.value(credentials.secretAccessKey)
          }
        }),
    maxAttempts: MAX_ATTEMPTS,
    // We send a SHA-256 and check one: the SDK's CRC-32 is not known to every server, and would stand in links.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: { connectionTimeout: timeoutMillis, requestTimeout: timeoutMillis, throwOnRequestTimeout: true }
  })
  return { client, DeleteObjectCommand, GetObjectCommand, PutObjectCommand, getSignedUrl }
}

/** One use of the SDK, ended when its time is up or nobody waits for it. */
export type Call = <A>(
  use: (sdk: Sdk, options: { abortSignal: AbortSignal }) => Promise<A>
) => Effect.Effect<A, S3Failure>

/** The SDK, the same one each time. */
export const make = (options: S3BlobOptions): Effect.Effect<Call> =>
  Effect.map(
    Effect.cached(Effect.tryPromise({ try: () => load(options), catch: () => S3Failure.noSdk })),
    (loaded): Call =>
      (use) =>
        Effect.flatMap(loaded, (sdk) =>
          Effect.tryPromise({
            try: (interrupted) => {
              const abortSignal = AbortSignal.any([interrupted, AbortSignal.timeout(options.timeoutMillis)])
              return use(sdk, { abortSignal })
            },
            catch: S3Failure.of
          })
        )
  )
