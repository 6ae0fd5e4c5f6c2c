/**
 * What an adapter of plain async functions throws, as the error of a port.
 *
 * An adapter may throw the port's own errors. Anything else is a store's or a driver's: it is told by the codes that
 * drivers share (SQLSTATE, Node's system errors), and its words are left out, because drivers quote rows.
 */
import { Predicate } from "effect"
import { StorageError, StoreConflict, StoreFault, StoreUnavailable } from "../StorageError.ts"

/** SQLSTATE classes and codes (ISO/IEC 9075, PostgreSQL appendix A), and what they mean here. */
const UNAVAILABLE = /^(08...|53...|57...|55P03|25P03)$/
const CONFLICT = /^(40...|23505)$/
/** Node's and libuv's names of what is wrong with a connection. */
const NETWORK = /^(ECONN|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EPIPE|ETIMEDOUT|EAI_AGAIN)/

const text = (error: unknown, field: string): string | null => {
  const value = Predicate.hasProperty(error, field) ? error[field] : null
  return Predicate.isString(value) ? value : null
}

/** Where it was thrown: the name and the first place in the code, never the message. */
const place = (error: unknown): string => {
  if (!(error instanceof Error)) return "not an error"
  const frame = error.stack?.split("\n").find((line) => line.trimStart().startsWith("at "))
  return [error.name, frame?.trim()].filter(Boolean).join(" ")
}

const reasonOf = (error: unknown): StorageError["reason"] => {
  const code = text(error, "code")
  if (code !== null && CONFLICT.test(code)) {
    return new StoreConflict({ message: code, constraint: text(error, "constraint") })
  }
  if (code !== null && (UNAVAILABLE.test(code) || NETWORK.test(code))) return new StoreUnavailable({ message: code })
  return new StoreFault({ message: [code, place(error)].filter((part) => part !== null).join(" ") })
}

export const storageError = (operation: string, error: unknown): StorageError =>
  error instanceof StorageError ? error : new StorageError({ operation, reason: reasonOf(error) })
