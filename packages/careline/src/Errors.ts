/** The errors that operations reject with: those of the use cases and of the ports, as they are. */
import { NumberLifecycle, NumberReplacement, ThreadLink } from "@careline/domain"
import { InvalidCursor, NumberTaken, StorageError } from "@careline/ports"
import type { ErrorOf, UseCases, Work } from "./operations.ts"
import * as UseCaseErrors from "./UseCaseErrors.ts"

export type CarelineError = ErrorOf<UseCases[keyof UseCases]> | ErrorOf<Work[keyof Work]>

const { WrongNumberStatus } = NumberLifecycle
const { ReplacementNeeded, ReplacementRefused } = NumberReplacement
const { LinkConflict } = ThreadLink
const errors = {
  ...UseCaseErrors,
  InvalidCursor,
  LinkConflict,
  NumberTaken,
  ReplacementNeeded,
  ReplacementRefused,
  StorageError,
  WrongNumberStatus
}
const tags: ReadonlySet<unknown> = new Set(
  Object.keys(errors satisfies Readonly<Record<CarelineError["_tag"], unknown>>)
)

/**
 * Whether an operation was refused, or the store failed it. Anything else that is thrown is a bug. Goes by the tag: of a
 * package that is installed twice the classes are two as well.
 */
export const isCarelineError = (error: unknown): error is CarelineError =>
  error instanceof Error && "_tag" in error && tags.has(error._tag)
