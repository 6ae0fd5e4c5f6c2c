/**
 * Answers calls: decides what a call shall do, once, keeps it, and renders the next step from what is kept.
 *
 * Somebody is on the phone, so no provider is asked and nobody waits long: whatever fails here, or takes too long, the caller
 * hears the tenant's greeting as it was last known, and can leave a message.
 */
import {
  BridgeRequest,
  Call,
  CallPlan,
  type CallId,
  Contact,
  IncomingCall,
  PhoneNumber,
  InventoryNumber,
  VoipSettings
} from "@careline/domain"
import {
  BridgeRequests,
  type CallReceived,
  Calls,
  IdGenerator,
  Inbox,
  NumberInventory,
  Optional,
  TenantNumbers,
  Settings,
  type StorageError,
  type StoragePorts,
  type Telephony,
  TelephonyProviders,
  Threads,
  Transaction,
  type VoiceStoragePorts
} from "@careline/ports"
import { Context, DateTime, Effect, Layer, Schedule } from "effect"
import { asSystem } from "../access/Access.ts"
import { connectBridge, fileUnproven, refusePins, STAFF } from "./BridgeCall.ts"
import { isConflict } from "../shared/Failure.ts"
import { describeFault } from "../shared/Fault.ts"
import { withTimeout } from "../shared/WithTimeout.ts"
import { Limits } from "../shared/Limits.ts"
import { hangUp, NeutralAnswer } from "../access/NeutralAnswer.ts"
import { resolveInboundNumbers } from "../access/ResolveInboundNumbers.ts"
import { noteUnroutedMessage } from "../access/UnroutedMessages.ts"

const CONFLICT_RETRIES = 3
/** Calls whose line is known to this process, for when the store is not. */
const REMEMBERED_CALLS = 10_000

const BROKEN_OFF = hangUp("We are sorry, the call cannot go on. Goodbye.")

const stepOf = ({ id, plan }: Pick<Call.Call, "id" | "plan">): Telephony.CallStep => ({
  callId: id,
  at: "",
  node: plan
})
const unkept = (node: CallPlan.CallPlan): Telephony.CallStep => ({ callId: null, at: "", node })

/** The account and the provider's name, as an event is told apart by them. */
export interface CallSource {
  readonly provider: string
  readonly account: string
}

/** Keeps a call that comes in, with who is known to make it. */
const opening = (caller: (event: CallReceived) => Pick<Call.Call, "purpose" | "fromNumber">) =>
  Effect.fnUntraced(function* (
    { provider }: CallSource,
    event: CallReceived,
    on: InventoryNumber.TenantNumber,
    plan: CallPlan.CallPlan,
    id: CallId,
    now: DateTime.Utc,
    prepared: Partial<Pick<Call.Call, "threadId" | "initiatorId">> = {}
  ) {
    const { siteGroupingId } = on
    const { providerCallId, to } = event
    const toNumber = to as string as Contact.Contact
    const call = Call.open(
      {
        id,
        siteGroupingId,
        provider,
        providerCallId,
        plan,
        direction: "inbound",
        toNumber,
        phoneNumberId: on.id,
        ...caller(event),
        ...prepared
      },
      "ringing",
      now
    )
    return yield* (yield* Calls).open(call)
  })

const openContacts = opening(({ from }) => ({ purpose: "voicemail", fromNumber: from }))
const openStaffs = opening(() => ({ purpose: "bridge", fromNumber: STAFF }))

/** What was prepared for a call from this caller, and did not expire before. */
const preparedBy = Effect.fnUntraced(function* (
  { from }: CallReceived,
  { siteGroupingId }: InventoryNumber.TenantNumber,
  expiredAfter: DateTime.Utc
) {
  if (!PhoneNumber.isValid(from)) return []
  const caller = from as string as PhoneNumber.E164
  return yield* (yield* BridgeRequests).dialled({ caller, siteGroupingId, expiredAfter })
})

/** Those of the numbers that were to be shown which a call of this provider may show: its own, and nobody else's. */
const shownBy = Effect.fnUntraced(function* (provider: string, requests: ReadonlyArray<BridgeRequest.BridgeRequest>) {
  const { active } = yield* TelephonyProviders.TelephonyProviders
  const numbers = yield* (yield* TenantNumbers).byNumbers([...new Set(requests.map(({ callerId }) => callerId))])
  return new Set<string>(
    numbers
      .filter((one) => InventoryNumber.canCall(one) && (one.provider ?? active.provider) === provider)
      .map(({ number }) => number)
  )
})

/** Whether the caller is somebody whom the tenant has a conversation with. */
const isContact = Effect.fnUntraced(function* (
  { from }: CallReceived,
  { siteGroupingId }: InventoryNumber.TenantNumber
) {
  const [thread] = yield* (yield* Threads).loadByKeys([{ siteGroupingId, threadType: "voip", contact: from }])
  return thread !== undefined && thread.deletedAt === null
})

/** A call that shall be put through, or asked for its PIN; `null` when the caller prepared none. */
const beginBridge = Effect.fnUntraced(function* (
  source: CallSource,
  event: CallReceived,
  on: InventoryNumber.TenantNumber,
  greeting: CallPlan.CallPlan,
  id: CallId,
  isFallback: boolean,
  now: DateTime.Utc
) {
  const { bridgeMemory } = yield* Limits
  const requests = yield* preparedBy(event, on, DateTime.subtractDuration(now, bridgeMemory))
  if (requests.length === 0) return null
  const isKnown = yield* isContact(event, on)
  const callerIds = yield* shownBy(source.provider, requests)
  const caller = { isContact: isKnown, greeting, called: event.to, callerIds }
  const dialled = BridgeRequest.dialled(requests, caller, now)
  if (dialled === null) return null
  // A contact's call is the contact's own until somebody knows the PIN.
  const { call, isNew } = isKnown
    ? yield* openContacts(source, event, on, dialled.plan, id, now)
    : yield* openStaffs(source, event, on, dialled.plan, id, now, BridgeRequest.preparedFor(dialled.candidates))
  const node = call.plan
  // Its first webhook came before: who is put through already is not called once more.
  const isPutThrough = node._tag === "Connect" || call.far !== null || call.toNumber !== (event.to as string)
  if (!isNew && isFallback && isPutThrough) return { ...stepOf(call), node: BROKEN_OFF } satisfies Telephony.CallStep
  if (node._tag !== "Connect") return stepOf(call)
  return { callId: call.id, at: "", node: yield* connectBridge(call, node, now) } satisfies Telephony.CallStep
})

/** The plan of a call that begins, kept with it; of one that is known, its own. In one transaction. */
const beginCall = Effect.fnUntraced(function* (source: CallSource, event: CallReceived, isFallback: boolean) {
  const { transact } = yield* Transaction
  const [id] = yield* (yield* IdGenerator).next("call", 1)
  return yield* transact(
    Effect.gen(function* (): Effect.fn.Return<Telephony.CallStep, StorageError, VoiceServices> {
      const now = yield* DateTime.now
      const ours = yield* resolveInboundNumbers([
        event.to,
        ...(Contact.spellings(event.from) as ReadonlyArray<string> as ReadonlyArray<PhoneNumber.E164>)
      ])
      // A call of ours that lost its way, to staff or to a contact: nobody is to be greeted in it.
      if (ours.some(({ number }) => PhoneNumber.subscriberKey(number) === Contact.key(event.from)))
        return unkept(BROKEN_OFF)
      const on = ours.find(({ number }) => number === event.to)?.on
      if (on === undefined) {
        // Kept for an administrator, like a text to a number that is nobody's.
        const [acceptance] = yield* (yield* Inbox).accept([{ ...source, event }])
        if (acceptance === "unroutable") yield* noteUnroutedMessage(event, false)
        return unkept(hangUp((yield* NeutralAnswer).spoken))
      }
      const [settings = VoipSettings.defaults] = yield* (yield* Settings).effective([on.siteGroupingId])
      const greeting = IncomingCall.plan(settings)
      const bridge = yield* beginBridge(source, event, on, greeting, id as CallId, isFallback, now)
      if (bridge !== null) return bridge
      const call = yield* fileVoicemail(source, event, on, greeting, id as CallId, now)
      return stepOf(call)
    })
  )
})

/** Keeps a call of a contact, with the event that puts it into their thread. */
const fileVoicemail = Effect.fnUntraced(function* (
  source: CallSource,
  event: CallReceived,
  on: InventoryNumber.TenantNumber,
  plan: CallPlan.CallPlan,
  id: CallId,
  now: DateTime.Utc
) {
  const { call, isNew } = yield* openContacts(source, event, on, plan, id, now)
  if (isNew) yield* (yield* Inbox).accept([{ ...source, event }])
  return call
})

/**
 * Keeps a call that came in and that no webhook told us of: it is over, so nobody waits for a plan. Whether it is new. Never
 * uses up a permission.
 */
export const fileCall = Effect.fnUntraced(function* (source: CallSource, event: CallReceived) {
  const { transact } = yield* Transaction
  const limits = yield* Limits
  const [id] = yield* (yield* IdGenerator).next("call", 1)
  return yield* transact(
    Effect.gen(function* () {
      const on = (yield* resolveInboundNumbers([event.to]))[0]?.on
      if (on === undefined) {
        const [acceptance] = yield* (yield* Inbox).accept([{ ...source, event }])
        return acceptance !== "duplicate"
      }
      const [settings = VoipSettings.defaults] = yield* (yield* Settings).effective([on.siteGroupingId])
      const now = yield* DateTime.now
      const prepared = yield* preparedBy(event, on, DateTime.subtractDuration(now, limits.sweepBack))
      const greeting = IncomingCall.plan(settings)
      const latest = prepared.at(-1)
      if (latest !== undefined && !(yield* isContact(event, on))) {
        // A clinician who could not be put through is nobody to be called back, unless they left a message.
        const plan = CallPlan.doubting(greeting, latest.id)
        yield* openStaffs(source, event, on, plan, id as CallId, now, BridgeRequest.preparedFor(prepared))
        return false
      }
      const call = yield* fileVoicemail(source, event, on, greeting, id as CallId, now)
      return call.id === id
    })
  )
})

/** The next step of a call that is kept. */
const proceedCall = Effect.fnUntraced(function* (
  provider: string,
  { at, callId, providerCallId, turn }: Telephony.CallTurn
) {
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const calls = yield* Calls
      const [found] = yield* calls.match([{ provider, providerCallId, callId }])
      if (found == null) return unkept(hangUp())
      const now = yield* DateTime.now
      const step = CallPlan.next(found.plan, at, turn)
      const call: Call.Call = {
        ...found,
        // The answer to the placing of the call was lost, or is not here yet.
        providerCallId: found.providerCallId ?? providerCallId,
        language: step.node._tag === "Voicemail" ? step.node.language : found.language
      }
      const asked = CallPlan.nodeAt(call.plan, at)
      const isPin = asked !== null && CallPlan.mayConnect(asked)
      if (isPin && CallPlan.isMistaken(call.plan, at, turn)) yield* refusePins(call)
      const isUnproven = isPin && turn._tag === "Pressed" && !CallPlan.mayConnect(step.node)
      const kept = isUnproven ? yield* fileUnproven(call, now) : call
      if (kept !== call || call.providerCallId !== found.providerCallId || call.language !== found.language) {
        yield* calls.save([kept])
      }
      const node = step.node._tag === "Connect" ? yield* connectBridge(kept, step.node, now) : step.node
      return { callId: kept.id, at: step.at, node } satisfies Telephony.CallStep
    })
  )
})

/** What answering needs. */
export type VoiceServices = StoragePorts | VoiceStoragePorts | TelephonyProviders.TelephonyProviders

/** Takes calls. A host without it answers texts only, and asks callers to text. */
export class Voice extends Context.Service<
  Voice,
  {
    /** What a call that begins does first; `isFallback` when the provider asks because something of ours failed. */
    readonly begin: (source: CallSource, event: CallReceived, isFallback?: boolean) => Effect.Effect<Telephony.CallStep>
    /** What a call does after its last step. */
    readonly proceed: (provider: string, turn: Telephony.CallTurn) => Effect.Effect<Telephony.CallStep>
    /** What a caller of the number hears without anything being asked or kept; of any number, where none is known. */
    readonly greeting: (to: PhoneNumber.E164 | null) => Telephony.CallStep
  }
>()("careline/application/Voice") {
  static readonly layer: Layer.Layer<Voice, StorageError, VoiceServices> = Layer.effect(
    Voice,
    Effect.gen(function* () {
      const limits = yield* Limits
      const context = yield* Effect.context<VoiceServices>()
      let greetings: ReadonlyMap<string, CallPlan.CallPlan> = new Map()
      /** The numbers that were called lately, by the provider's call. */
      const lines = new Map<string, PhoneNumber.E164>()
      const remember = (providerCallId: string, line: PhoneNumber.E164): void => {
        lines.set(providerCallId, line)
        const [oldest] = lines.keys()
        if (lines.size > REMEMBERED_CALLS && oldest !== undefined) lines.delete(oldest)
      }
      const greeting = (to: PhoneNumber.E164 | null) =>
        unkept((to === null ? undefined : greetings.get(to)) ?? IncomingCall.plainPlan(VoipSettings.defaults))

      const readGreetings = Effect.gen(function* () {
        const numbers = yield* (yield* TenantNumbers).list("all")
        const tenants = [...new Set(numbers.map(({ siteGroupingId }) => siteGroupingId))]
        const settings = yield* (yield* Settings).effective(tenants)
        const inventory = yield* Optional.of(NumberInventory)
        const unassigned = inventory === undefined ? [] : yield* inventory.list("unassigned")
        const neutral = hangUp((yield* NeutralAnswer).spoken)
        greetings = new Map([
          ...unassigned.map(({ number }) => [number, neutral] as const),
          ...numbers.map(({ number, siteGroupingId }) => {
            return [number, IncomingCall.plainPlan(settings[tenants.indexOf(siteGroupingId)]!)] as const
          })
        ])
      }).pipe(asSystem)
      yield* readGreetings
      yield* Effect.forkScoped(
        Effect.ignoreCause(readGreetings).pipe(Effect.delay(limits.greetingsEvery), Effect.forever)
      )

      /** What nobody may wait for: in time, or without us. */
      const orElse = <E>(
        what: string,
        effect: Effect.Effect<Telephony.CallStep, E, VoiceServices>,
        instead: Telephony.CallStep
      ): Effect.Effect<Telephony.CallStep> =>
        effect.pipe(
          Effect.retry({
            times: CONFLICT_RETRIES,
            while: isConflict,
            schedule: Schedule.jittered(Schedule.exponential(10))
          }),
          asSystem,
          Effect.provideContext(context),
          withTimeout(limits.callAnswerWithin),
          Effect.catchCause((cause) =>
            Effect.as(Effect.logError(`${what} is answered without the store`, describeFault(cause)), instead)
          )
        )

      return Voice.of({
        greeting,
        begin: (source, event, isFallback = false) =>
          Effect.suspend(() => {
            remember(event.providerCallId, event.to)
            return orElse("A call", beginCall(source, event, isFallback), greeting(event.to))
          }),
        // Who pressed a key has not left their message yet.
        proceed: (provider, turn) =>
          Effect.suspend(() => {
            const isWaiting = turn.turn._tag === "Pressed"
            const instead = isWaiting ? greeting(lines.get(turn.providerCallId) ?? null) : unkept(hangUp())
            return orElse("The next step of a call", proceedCall(provider, turn), instead)
          })
      })
    })
  )
}
