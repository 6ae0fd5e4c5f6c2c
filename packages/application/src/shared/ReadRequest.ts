/** Decodes requests by their schema, whichever host they come through. */
import { Contact, PhoneNumber, type Thread } from "@careline/domain"
import { Effect, Option, Predicate, Schema, SchemaIssue } from "effect"
import { InvalidRequest } from "./Errors.ts"

/** What is wrong with one field. */
export interface Fault {
  /** Where the field is; empty for the request as a whole. */
  readonly path: ReadonlyArray<string>
  readonly detail: string
}

/** Of a problem with a value, words that a client's author understands. */
const words = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) =>
    issue._tag === "MissingKey"
      ? "is needed"
      : issue._tag === "UnexpectedKey"
        ? "is not known here"
        : SchemaIssue.defaultLeafHook(issue)
})

/** What is wrong with a request, field by field. */
export const faultsOf = (issue: SchemaIssue.Issue): ReadonlyArray<Fault> =>
  words(issue).issues.map(({ message, path = [] }) => ({ path: path.map(String), detail: message }))

/** What is not named is refused: left out, somebody would take it for done. */
export const STRICT = { onExcessProperty: "error", errors: "all" } as const

/** Code without types names what it leaves out, as `undefined`. */
export const withoutUndefined = (given: unknown): unknown =>
  Predicate.isObject(given) && !Array.isArray(given)
    ? Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    : given

/** A request as callers give it: what may be left out may as well be `undefined`. */
export type Given<A> = { readonly [K in keyof A]: Record<never, never> extends Pick<A, K> ? A[K] | undefined : A[K] }

/** Reads requests of one kind. Fails with `InvalidRequest` that names the first field that does not fit. */
export const reader = <S extends Schema.Codec<unknown, unknown>>(schema: S) => {
  const decode = Schema.decodeUnknownEffect(schema, STRICT)
  return (given: Given<S["Encoded"]>): Effect.Effect<S["Type"], InvalidRequest> =>
    Effect.mapError(decode(withoutUndefined(given)), ({ issue }) => {
      const [first] = faultsOf(issue)
      return new InvalidRequest({ field: first?.path.join(".") ?? "", message: first?.detail ?? "is not valid" })
    })
}

const refuse = (field: string, message: string): Effect.Effect<never, InvalidRequest> =>
  Effect.fail(new InvalidRequest({ field, message }))

/**
 * A contact who may have written to us: beside those whom we may write to, a short code, and a number in E.164 form that the
 * numbering plans do not know, or not yet. Whoever can reach us can be put down as not to be texted.
 */
export const readSender = (
  field: string,
  text: string,
  region: PhoneNumber.CountryCode
): Effect.Effect<Contact.Contact, InvalidRequest> => {
  const given = text.trim() as Contact.Contact
  if (Contact.kind(given) === "phone") return Effect.succeed(given)
  // Seven or eight digits are a number in some countries, and a short code only where they are none.
  const number = PhoneNumber.parse(text, region)
  if (Option.isSome(number)) return Effect.succeed(number.value as string as Contact.Contact)
  return Contact.kind(given) === "short_code"
    ? Effect.succeed(given)
    : Effect.map(readContact(field, text, region), ({ contact }) => contact)
}

/** Emergency numbers and short codes: nobody there has a conversation. */
const SHORT_NUMBER = /^[\d\s-]{2,8}$/

/**
 * The contact as it is kept, and the type of thread that it has. Numbers are read in any usual way of writing, without a country
 * code as numbers of the region.
 */
export const readContact = (
  field: string,
  text: string,
  region: PhoneNumber.CountryCode
): Effect.Effect<{ readonly contact: Contact.Contact; readonly threadType: Thread.ThreadType }, InvalidRequest> => {
  const number = PhoneNumber.parse(text, region)
  if (Option.isSome(number)) {
    return Effect.succeed({ contact: number.value as string as Contact.Contact, threadType: "voip" })
  }
  if (PhoneNumber.hasExtension(text, region)) {
    return refuse(field, "must be a number without an extension: texts reach no extension")
  }
  const contact = text.trim().toLowerCase() as Contact.Contact
  if (SHORT_NUMBER.test(contact)) return refuse(field, "must not be a short code or an emergency number")
  return Contact.kind(contact) === "email"
    ? Effect.succeed({ contact, threadType: "email" })
    : refuse(field, "must be a valid phone number or an e-mail address")
}
