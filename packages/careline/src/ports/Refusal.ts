/**
 * What a repository of plain async functions throws, as the error of a port.
 *
 * It may throw the port's own errors. Anything else is a store's or a driver's: it is told by the codes that drivers
 * share (SQLSTATE, Node's system errors), and its words are left out, because drivers quote rows. Query builders and ORMs
 * wrap both, so what was the cause is looked at as well.
 */
import {
  Foreign,
  type InvalidCursor,
  type NumberTaken,
  placeOf,
  StorageError,
  StoreConflict,
  StoreFault,
  StoreUnavailable
} from "@careline/ports"
import { ownRefusal, ownStorageError } from "./OwnErrors.ts"
import type { Classify, StoreTrouble } from "./Repositories.ts"

/** How deep causes are looked at. */
const CAUSES = 10

/** SQLSTATE classes and codes (ISO/IEC 9075, PostgreSQL appendix A), and what they mean here. */
const UNAVAILABLE = /^(08...|53...|57...|55P03|25P03)$/
const CONFLICT = /^(40...|23505)$/
/** Node's and libuv's names of what is wrong with a connection, and those of mysql2 and postgres.js. */
const NETWORK =
  /^(ECONN|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EPIPE|ETIMEDOUT|EAI_AGAIN|CONNECT(ION)?_[A-Z]+$|PROTOCOL_CONNECTION_LOST$)/
/** What pg says of its connection, for which it has no code. */
const DISCONNECTED =
  /^(Connection terminated( unexpectedly| due to connection timeout)?|timeout exceeded when trying to connect|timeout expired|Client (has encountered a connection error|was closed) and is not queryable|Query read timeout)$/

/** Codes are short words. One of digits alone is no longer than SQLSTATE's: a longer one may be somebody's number. */
const CODE = /^(?!\d{6})\w{2,40}$/
const CONSTRAINT = /^[\w$.-]{1,128}$/

/** The error, what caused that, and so on. */
const causesOf = (error: unknown): ReadonlyArray<unknown> => {
  const causes: Array<unknown> = []
  for (let one = error; one !== undefined && one !== null && causes.length < CAUSES; one = Foreign.read(one, "cause")) {
    causes.push(one)
  }
  return causes
}

/** mysql2 has its own code in `code` and the standard's beside it. */
const codesOf = (error: unknown): ReadonlyArray<string> =>
  ["code", "sqlState", "sqlstate"].map((field) => Foreign.readText(error, field)).filter((code) => CODE.test(code))

const troubleOf = (error: unknown): StoreTrouble | undefined => {
  const codes = codesOf(error)
  if (codes.some((code) => CONFLICT.test(code))) return "conflict"
  if (codes.some((code) => UNAVAILABLE.test(code) || NETWORK.test(code))) return "unavailable"
  return codes.length === 0 && DISCONNECTED.test(Foreign.readText(error, "message")) ? "unavailable" : undefined
}

const ask = (classify: Classify | undefined, error: unknown): StoreTrouble | undefined => {
  try {
    return classify?.(error)
  } catch {
    return undefined
  }
}

const reasonOf = (error: unknown, classify: Classify | undefined): StorageError["reason"] => {
  const causes = causesOf(error)
  const telling =
    causes.find((cause) => troubleOf(cause) !== undefined) ?? causes.find((cause) => codesOf(cause).length > 0)
  const codes = codesOf(telling).join(" ")
  const trouble = ask(classify, error) ?? troubleOf(telling)
  if (trouble === "conflict") {
    const constraint = causes
      .map((cause) => Foreign.readText(cause, "constraint"))
      .find((name) => CONSTRAINT.test(name))
    return new StoreConflict({ message: codes || placeOf(error, 1), constraint: constraint ?? null })
  }
  if (trouble === "unavailable") return new StoreUnavailable({ message: codes || placeOf(error, 1) })
  return new StoreFault({ message: [codes, placeOf(error, 1)].filter(Boolean).join(" ") })
}

/** The first that `tell` finds something in. */
const firstOf = <A>(causes: ReadonlyArray<unknown>, tell: (cause: unknown) => A | null): A | null => {
  for (const cause of causes) {
    const told = tell(cause)
    if (told !== null) return told
  }
  return null
}

export const storageError = (operation: string, error: unknown, classify?: Classify): StorageError =>
  firstOf(causesOf(error), (cause) => ownStorageError(operation, cause)) ??
  new StorageError({ operation, reason: reasonOf(error, classify) })

/** What an operation fails with when it throws this. */
export const refusal = (
  operation: string,
  error: unknown,
  classify: Classify | undefined
): StorageError | InvalidCursor | NumberTaken =>
  firstOf(causesOf(error), ownRefusal) ?? storageError(operation, error, classify)
