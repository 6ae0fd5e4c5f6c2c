/**
 * What a call shall do, as data: a finite tree that is decided once, kept with its call, and rendered by the provider's
 * adapter step by step. Nothing is asked of us again while the call goes on but which branch the caller took.
 *
 * `Reject | Say* then (Hangup | Voicemail | Connect)`, with `Gather` where a caller chooses. A `Connect` needs one of our
 * own numbers as caller ID and the permission that it uses up: it cannot be built without.
 */
import { Schema } from "effect"
import { BridgeRequestId } from "../shared/Ids.ts"
import { Language } from "../contacts/Language.ts"
import * as PhoneNumber from "../contacts/PhoneNumber.ts"
import type { TenantNumber } from "../contacts/InventoryNumber.ts"
import { Prompt } from "../settings/Prompt.ts"

/** One of our own numbers, as the other side sees it. Made from a number of the pool, and from nothing else. */
export const CallerId = PhoneNumber.E164.pipe(Schema.brand("CallerId"))
export type CallerId = typeof CallerId.Type

export const callerId = (number: Pick<TenantNumber, "number">): CallerId => number.number as CallerId

const Prompts = Schema.Array(Prompt)
const Seconds = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 14_400 }))

/** The call is not taken. */
export const Reject = Schema.TaggedStruct("Reject", { reason: Schema.Literals(["busy", "rejected"]) })
/** The call is taken, something is said, and it ends. */
export const Hangup = Schema.TaggedStruct("Hangup", { say: Prompts })
/** The caller is recorded after a tone, up to `maxSeconds`. */
export const Voicemail = Schema.TaggedStruct("Voicemail", {
  say: Prompts,
  maxSeconds: Seconds,
  /** What the caller most likely speaks; the provider writes it down where it can. */
  language: Language,
  /** Said once they are done. */
  after: Prompts,
  /** Of a caller from whose number a call was prepared: until they say something they may be the clinician. */
  permission: Schema.optionalKey(BridgeRequestId)
})
/** The caller is put through. The other side sees `callerId` and nothing of the caller's own number. */
export const Connect = Schema.TaggedStruct("Connect", {
  say: Prompts,
  to: PhoneNumber.E164,
  callerId: CallerId,
  /** The permission that this uses up. */
  permission: BridgeRequestId,
  ringSeconds: Seconds,
  maxSeconds: Seconds,
  /** Said when nobody was reached. */
  onFail: Prompts
})

export type Reject = typeof Reject.Type
export type Hangup = typeof Hangup.Type
export type Voicemail = typeof Voicemail.Type
export type Connect = typeof Connect.Type

/** The caller presses keys, and goes on by what they pressed; `otherwise` for anything else, and for nothing. */
export interface Gather {
  readonly _tag: "Gather"
  readonly say: ReadonlyArray<Prompt>
  /** How many keys are waited for. */
  readonly digits: number
  /** How long for the next key. */
  readonly timeoutSeconds: number
  readonly options: ReadonlyArray<{ readonly digits: string; readonly leadsTo: CallPlan }>
  readonly otherwise: CallPlan
}

export type CallPlan = Reject | Hangup | Voicemail | Connect | Gather

const Node = Schema.suspend((): Schema.Codec<CallPlan, unknown> => CallPlan)

export const Gather: Schema.Codec<Gather, unknown> = Schema.TaggedStruct("Gather", {
  say: Prompts,
  digits: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10 })),
  timeoutSeconds: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10 })),
  options: Schema.Array(Schema.Struct({ digits: Schema.String.check(Schema.isPattern(/^\d{1,10}$/)), leadsTo: Node })),
  otherwise: Node
})

export const CallPlan: Schema.Codec<CallPlan, unknown> = Schema.Union([Reject, Hangup, Voicemail, Connect, Gather])

/**
 * A node of a plan, by the choices that lead to it, each by its place among the options: `""` is the plan itself. It stands in
 * URLs that providers log, and so names no keys: those may be a PIN.
 */
export type Path = string

const OTHERWISE = "x"
const SEPARATOR = "."
/** No plan of ours is so deep, and no path from a URL is followed further. */
export const MAX_DEPTH = 8

/** A step that is rendered: a node, and where it stands. */
export interface Step {
  readonly at: Path
  readonly node: CallPlan
}

/** What happened in a call since the last step was rendered. */
export const Turn = Schema.TaggedUnion({
  /** A call that we placed was answered. */
  Answered: {},
  /** The caller pressed keys, or none in time. */
  Pressed: { digits: Schema.NullOr(Schema.String) },
  /** The recording ended. */
  Recorded: {},
  /** The call to the other side ended; `reached` when somebody answered it. */
  Connected: { reached: Schema.Boolean }
})
export type Turn = typeof Turn.Type

const end: CallPlan = { _tag: "Hangup", say: [] }

const branch = (node: CallPlan, choice: string): CallPlan | null => {
  if (node._tag !== "Gather") return null
  if (choice === OTHERWISE) return node.otherwise
  return /^\d$/.test(choice) ? (node.options[Number(choice)]?.leadsTo ?? null) : null
}

/** The node at a path; `null` where the plan has none. */
export const nodeAt = (plan: CallPlan, at: Path): CallPlan | null => {
  const choices = at === "" ? [] : at.split(SEPARATOR)
  if (choices.length > MAX_DEPTH) return null
  return choices.reduce<CallPlan | null>((node, choice) => (node === null ? null : branch(node, choice)), plan)
}

/** What comes after the step at `at`, once `turn` happened. Where the plan has nothing to say the call ends. */
export const next = (plan: CallPlan, at: Path, turn: Turn): Step => {
  const node = nodeAt(plan, at)
  const ending = (say: ReadonlyArray<Prompt>): Step => ({ at, node: { _tag: "Hangup", say } })
  if (node === null) return { at, node: end }
  switch (turn._tag) {
    case "Answered":
      // Whoever answers stands at the beginning, whatever a URL says.
      return at === "" ? { at, node } : ending([])
    case "Pressed": {
      if (node._tag !== "Gather") return ending([])
      const place = node.options.findIndex(({ digits }) => digits === turn.digits)
      const choice = place === -1 ? OTHERWISE : String(place)
      return {
        at: at === "" ? choice : at + SEPARATOR + choice,
        node: node.options[place]?.leadsTo ?? node.otherwise
      }
    }
    case "Recorded":
      return ending(node._tag === "Voicemail" ? node.after : [])
    case "Connected":
      return ending(node._tag === "Connect" && !turn.reached ? node.onFail : [])
  }
}

/** Whether keys that were pressed at a step are none of those it waited for. */
export const isMistaken = (plan: CallPlan, at: Path, turn: Turn): boolean => {
  if (turn._tag !== "Pressed" || turn.digits === null || turn.digits === "") return false
  const node = nodeAt(plan, at)
  return node?._tag === "Gather" && !node.options.some(({ digits }) => digits === turn.digits)
}

/** The plan for a caller who may be the clinician that a call was prepared for. */
export const doubting = (plan: CallPlan, permission: BridgeRequestId): CallPlan => {
  switch (plan._tag) {
    case "Voicemail":
      return { ...plan, permission }
    case "Gather":
      return {
        ...plan,
        options: plan.options.map((option) => ({ ...option, leadsTo: doubting(option.leadsTo, permission) })),
        otherwise: doubting(plan.otherwise, permission)
      }
    default:
      return plan
  }
}

/** Whether somebody can be put through from the plan on. */
export const mayConnect = (plan: CallPlan): boolean => nodes(plan).some(({ _tag }) => _tag === "Connect")

/** Every node of a plan, the plan itself first. */
export const nodes = (plan: CallPlan): ReadonlyArray<CallPlan> =>
  plan._tag === "Gather"
    ? [plan, ...plan.options.flatMap(({ leadsTo }) => nodes(leadsTo)), ...nodes(plan.otherwise)]
    : [plan]
