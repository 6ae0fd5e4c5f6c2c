/**
 * Who asks, and why: the token's caller with the purpose that the request names, and, under an access in an emergency, as
 * a clinician of its tenant and of no other.
 */
import { activeActor, enterBreakGlass } from "@careline/application"
import { BreakGlassId, PurposeOfUse } from "@careline/domain"
import { Effect, Schema } from "effect"
import { type Allowed, authorise, type Authenticate, type Caller, STAFF } from "./Auth.ts"
import { MalformedRequest } from "../http/Errors.ts"

const PURPOSE_HEADER = "x-purpose-of-use"
const BREAK_GLASS_HEADER = "x-break-glass"

/** What every route takes beside its own headers. */
export const headers = [
  {
    name: PURPOSE_HEADER,
    description:
      "The purpose of the request, for the audit log: an HL7 PurposeOfUse such as TREAT, HPAYMT, HOPERAT or PATRQT."
  },
  {
    name: BREAK_GLASS_HEADER,
    description: "The id of an emergency access. The request acts as a clinician of its site grouping and of no other."
  }
]

const decodePurpose = Schema.decodeUnknownEffect(PurposeOfUse)
const decodeGlass = Schema.decodeUnknownEffect(BreakGlassId)

/** Why somebody asks who does not say: by what they are here for. */
const usualPurpose = ({ roles }: Caller): PurposeOfUse =>
  roles.includes("CLINICIAN") ? "TREAT" : roles.every((role) => role === "AUDITOR") ? "HCOMPL" : "HOPERAT"

const purposeOf = Effect.fnUntraced(function* (caller: Caller, named: string | undefined) {
  if (named === undefined) return usualPurpose(caller)
  const purpose = yield* Effect.option(decodePurpose(named))
  // Breaking the glass takes more than to say so.
  if (purpose._tag === "None" || purpose.value === "BTG") {
    return yield* new MalformedRequest({ message: `${PURPOSE_HEADER} must be an HL7 PurposeOfUse` })
  }
  return purpose.value
})

type Header = (name: string) => string | undefined

/** The caller within what they may and ask for. */
const enter = Effect.fnUntraced(function* (header: Header, known: Caller, allowed: Allowed) {
  const caller: Caller = { ...known, purpose: yield* purposeOf(known, header(PURPOSE_HEADER)) }
  const named = header(BREAK_GLASS_HEADER)
  if (named === undefined) {
    yield* authorise(caller, allowed)
    return caller
  }
  yield* authorise(caller, STAFF)
  const id = yield* decodeGlass(named).pipe(
    Effect.mapError(() => new MalformedRequest({ message: `${BREAK_GLASS_HEADER} must be an id` }))
  )
  const actor = yield* activeActor(yield* enterBreakGlass(caller, id))
  const inside: Caller = { ...actor, roles: ["CLINICIAN"], session: caller.session }
  yield* authorise(inside, allowed)
  return inside
})

/** The caller of a request with these headers, told to `known` before it is seen what they may. Refuses who has none of the roles. */
export const identify = Effect.fnUntraced(function* (
  header: Header,
  authenticate: Authenticate,
  allowed: Allowed,
  known: (caller: Caller) => void
) {
  const caller = yield* authenticate(header("authorization"))
  known({ ...caller, purpose: usualPurpose(caller) })
  return yield* enter(header, caller, allowed)
})
