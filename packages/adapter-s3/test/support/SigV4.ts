/**
 * Who signed a request, as S3 decides it: AWS Signature Version 4, in the `Authorization` header or in the query.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */
import { createHash, createHmac } from "node:crypto"
import type { IncomingMessage } from "node:http"

export interface Refusal {
  readonly status: number
  readonly code: string
}

export interface Account {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

interface Claim {
  readonly credential: string
  readonly signedHeaders: string
  readonly signature: string
  readonly date: string
  readonly payload: string
}

const MAX_EXPIRES_SECONDS = 604_800
const MAX_SKEW_MILLIS = 15 * 60_000

const refused = (code: string, status = 403): Refusal => ({ status, code })

const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest()

const timeOf = (date: string): number => {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? []
  return Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s))
}

const ofHeader = ({ headers }: IncomingMessage): Claim | Refusal => {
  const pattern = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
  const [, credential, signedHeaders, signature] = pattern.exec(headers.authorization ?? "") ?? []
  const date = String(headers["x-amz-date"])
  if (credential === undefined || signedHeaders === undefined || signature === undefined) return refused("AccessDenied")
  if (!(Math.abs(Date.now() - timeOf(date)) < MAX_SKEW_MILLIS)) return refused("RequestTimeTooSkewed")
  return { credential, signedHeaders, signature, date, payload: String(headers["x-amz-content-sha256"]) }
}

const ofQuery = (query: URLSearchParams): Claim | Refusal => {
  const names = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"]
  const values = names.map((name) => query.getAll(`X-Amz-${name}`))
  const malformed = refused("AuthorizationQueryParametersError", 400)
  if (values.some(({ length }) => length !== 1)) return malformed
  const [algorithm, credential, date, expires, signedHeaders, signature] = values.map(([value]) => value!) as [
    string,
    string,
    string,
    string,
    string,
    string
  ]
  if (algorithm !== "AWS4-HMAC-SHA256" || !/^\d+$/.test(expires) || Number(expires) > MAX_EXPIRES_SECONDS) {
    return malformed
  }
  if (!(Date.now() < timeOf(date) + Number(expires) * 1000)) return refused("AccessDenied")
  return { credential, signedHeaders, signature, date, payload: "UNSIGNED-PAYLOAD" }
}

/** Why a request is refused, `null` when the account signed all of it. */
export const refusalOf = (request: IncomingMessage, body: Buffer, account: Account): Refusal | null => {
  const [path = "", search = ""] = (request.url ?? "").split("?")
  const query = new URLSearchParams(search)
  const claim = query.has("X-Amz-Signature") ? ofQuery(query) : ofHeader(request)
  if ("code" in claim) return claim
  const [accessKeyId, ...scope] = claim.credential.split("/")
  if (accessKeyId !== account.accessKeyId) return refused("InvalidAccessKeyId")
  if (scope.length !== 4 || scope.slice(2).join("/") !== "s3/aws4_request") {
    return refused("AuthorizationQueryParametersError", 400)
  }
  const sent = createHash("sha256").update(body).digest("hex")
  if (claim.payload !== "UNSIGNED-PAYLOAD" && claim.payload !== sent) {
    return refused("XAmzContentSHA256Mismatch", 400)
  }
  const canonicalQuery = [...query]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join("&")
  const headers = claim.signedHeaders
    .split(";")
    .map((name) => `${name}:${String(request.headers[name] ?? "").trim()}\n`)
    .join("")
  const canonical = [request.method, path, canonicalQuery, headers, claim.signedHeaders, claim.payload].join("\n")
  const digest = createHash("sha256").update(canonical).digest("hex")
  const key = scope.reduce((from: string | Buffer, part) => hmac(from, part), `AWS4${account.secretAccessKey}`)
  const signature = hmac(key, ["AWS4-HMAC-SHA256", claim.date, scope.join("/"), digest].join("\n")).toString("hex")
  return signature === claim.signature ? null : refused("SignatureDoesNotMatch")
}
