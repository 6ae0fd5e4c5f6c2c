/** Every limit, timeout and retry of the use cases and workers, by name. Times are in milliseconds. */
import { type Circuit, SendLane, type TokenBucket } from "@careline/domain"
import { Context, Predicate } from "effect"
import { InvalidRequest } from "./Errors.ts"

export interface LimitsShape {
  /** Largest webhook, in bytes: a text of 1600 characters, percent-encoded four bytes each, fits with ten media URLs. */
  readonly webhookBytes: number
  /** Webhooks that one commit may take in. */
  readonly intakeBatch: number
  /** Intake commits under way at once. */
  readonly intakeConcurrency: number
  /** Webhooks that may wait for a commit; more are refused with 503 rather than kept in memory. */
  readonly intakeQueue: number
  /** How long the store may take for a commit of intake before what it should take in waits on the disk, where there is a spool. */
  readonly intakePatience: number
  /** How long it may take for what waited there, when no provider waits: longer than any statement of the store may. */
  readonly drainPatience: number
  /** Tries at what waited, with nothing else to tell whether the store is at fault, before it is set aside. */
  readonly drainAttempts: number
  /** Lanes that one transaction of the lane worker takes. */
  readonly lanesPerBatch: number
  /** Events of one lane that one transaction takes. */
  readonly eventsPerLane: number
  /** Parked events that one transaction applies, once their number is a tenant's, and how often they are looked for. */
  readonly parkedPerBatch: number
  readonly parkedEvery: number
  /** Messages of a thread, the newest, among which the one is looked for that somebody reacted to. */
  readonly reactionLooksBack: number
  /** Delivery reports that one transaction takes. */
  readonly reportsPerBatch: number
  /** Timers that one transaction takes. */
  readonly timersPerBatch: number
  /** Sends that the outbound worker prepares at once, and hands over side by side. */
  readonly sendsPerBatch: number
  /** Of them, those that are each lower lane's own while it has texts that may leave: none starves, however busy the others. */
  readonly sendsReservedPerLane: number
  /** Outbound workers of one process: a provider that hangs on one batch holds up one of them. */
  readonly sendWorkers: number
  /**
   * Beside them, workers that take nothing but alarms, and as many that take nothing but alarms and conversation: what is
   * urgent waits for no batch of bulk that a slow provider holds up.
   */
  readonly expressWorkers: number
  /** The shortest escalation timer that a tenant may choose, in milliseconds. The sandbox lets one end sooner. */
  readonly escalationTimerMin: number
  /** Failures after which an inbound text is parked and its lane goes on. */
  readonly eventAttempts: number
  /** First pause after a failed event; doubles each time. Eight attempts from 250 ms block a lane for about half a minute. */
  readonly eventBackoff: number
  /** How long texts wait before they are looked at again whose tenant's numbers are being changed. */
  readonly busyNumberPause: number
  /** Failures after which a delivery report that fits no message is parked: its send may not be committed yet. */
  readonly reportAttempts: number
  /** How long one call to a provider may take. */
  readonly sendTimeout: number
  /** When an attempt that nobody settled counts as unknown. Longer than `sendTimeout`, or a live worker is given up. */
  readonly attemptDeadline: number
  /** Attempts that a text is worth that the provider does not take, however long they last. */
  readonly sendAttempts: number
  /** How old a text is given up that cannot be handed over, if it was tried so often: what it says may not hold any more. */
  readonly giveUpAfter: number
  /** First pause after an attempt that is safe to repeat; doubles each time, up to `sendBackoffMax`. */
  readonly sendBackoff: number
  readonly sendBackoffMax: number
  /** Texts that leave from one number, and to one provider in all; `null`: as many as the provider takes. */
  readonly sendRatePerNumber: TokenBucket.Rate | null
  readonly sendRatePerAccount: TokenBucket.Rate | null
  /** Texts that may wait to leave from one number: more are refused, with the advice to use another one. */
  readonly queuedPerNumber: number
  /** When the active provider is given up for the fallback, where there is one, and when it is tried again. */
  readonly circuit: Circuit.CircuitSettings
  /** How long after an attempt a report of it tells whether its provider serves us: a later one tells of a time that is over. */
  readonly circuitHearsReportsFor: number
  /** How long an on-call text may wait before its thread says that the alarm has not got through. */
  readonly alarmNotice: number
  /** How often an on-call text of unknown outcome is sent: a doubled alarm is the lesser harm, one without end is not. */
  readonly alarmAttempts: number
  /** How long a text waits that no provider can carry now. */
  readonly holdFor: number
  /** Pause between two looks at the provider for an unknown send. */
  readonly lookEvery: number
  /** Looks without a trace after which a send counts as lost. */
  readonly looksUntilLost: number
  /** Looks that could tell nothing after which a person decides. */
  readonly looksUntilUndecided: number
  /** How long a caller may wait for our answer before they hear the greeting without it. Providers give up after 2 s to 15 s. */
  readonly callAnswerWithin: number
  /** How often the greetings that are kept for a failing store are read anew. */
  readonly greetingsEvery: number
  /** Reports of calls that one transaction takes. */
  readonly callReportsPerBatch: number
  /**
   * Failures after which a report that fits no call is parked. The call may be found only by a sweep, and a provider may be
   * away for as long as `sweepBack`: so many times `callReportBackoffMax` have to be longer.
   */
  readonly callReportAttempts: number
  /** Longest pause between two of them. */
  readonly callReportBackoffMax: number
  /** When a call that nothing was heard of is asked for at its provider. */
  readonly callSilence: number
  /** How long a prepared call may be made. */
  readonly bridgeLifetime: number
  /** How long after that a clinician who still calls is told so. */
  readonly bridgeMemory: number
  /** Callbacks that one user may have in `callbackWindow`, over all threads and tenants. */
  readonly callbacksPerUser: number
  readonly callbackWindow: number
  /** How long the numbers of clinicians are kept after a prepared call, but for each clinician's latest. */
  readonly bridgeKept: number
  /** Largest recording or picture, in bytes. */
  readonly mediaBytes: number
  /** Imports that one worker has under way at once, and for how long they are its own. */
  readonly mediaPerBatch: number
  readonly mediaLease: number
  /** Tries at a recording or a picture, and the pause after the first, which doubles each time up to `mediaBackoffMax`. */
  readonly mediaAttempts: number
  readonly mediaBackoff: number
  readonly mediaBackoffMax: number
  /** Tries while the provider is away or does not let us in: at `mediaBackoffMax` each, about a week. */
  readonly mediaOutageAttempts: number
  /** Calls that nothing is heard of: how often they are looked for, and how many at once. */
  readonly settleCallsEvery: number
  readonly settledCallsPerBatch: number
  /** How much of the time one question to a provider's history is about: it names no more than its newest records. */
  readonly sweepSlice: number
  /** How long a provider that writes recordings down may take to tell us, before it is asked and another one does. */
  readonly transcriptPatience: number
  /** How long a link works that staff got. */
  readonly linkLifetime: number
  /** How long a link works that a provider got, to fetch what we send. */
  readonly mediaLinkLifetime: number
  /** How often providers are asked for what never reached us, how far back, and how old it has to be. */
  readonly sweepEvery: number
  readonly sweepBack: number
  readonly sweepSettled: number
  /** How long an access in an emergency lasts, and how long it may be asked for. */
  readonly breakGlassFor: number
  readonly breakGlassMax: number
  /** Accesses in an emergency that one user may open within `breakGlassWindow`, in milliseconds. */
  readonly breakGlassesPerUser: number
  readonly breakGlassWindow: number
  /** How long a number that was replaced still leads to its tenant. */
  readonly replacementGrace: number
  /** Threads that screens are told of one by one when their number is replaced; of more they are told nothing. */
  readonly announcedThreads: number
  /** How long a number rests before it may become another tenant's. */
  readonly quarantine: number
  /** Contacts who try an unassigned number after whom it is never given to anybody again, and nobody more is answered. */
  readonly retireAfter: number
  /** Numbers whose time has come that one transaction takes. */
  readonly numbersPerBatch: number
  /** Numbers that the pool should have for whoever comes next, how many are bought at once, and how many it may have. */
  readonly poolMin: number
  readonly poolBatch: number
  readonly poolMax: number
  /** For how long somebody may undo what they did to a number, in milliseconds. */
  readonly undoWithin: number
  /** How often one of all hosts looks what the pool lacks. */
  readonly poolLookEvery: number
  /** Failed orders within `poolFailuresWithin` after which nothing more is bought for as long; one is enough of our account's. */
  readonly poolFailures: number
  readonly poolFailuresWithin: number
  /** For how long a number is not ordered again that was not sold to us. */
  readonly refusedFor: number
  /** Orders that one worker has under way at once, and for how long they are its own. */
  readonly ordersPerBatch: number
  readonly orderLease: number
  /** Tries at an order that the provider does not take. */
  readonly orderAttempts: number
  /** The pause after the first, or before the next look, which doubles each time up to `orderBackoffMax`. */
  readonly orderBackoff: number
  readonly orderBackoffMax: number
  /** Failures after which somebody is told of a number that is ours, or may be, and cannot be brought in. */
  readonly orderNotice: number
  /** Event streams that one user may have open at one host: one for each window of theirs. */
  readonly eventStreamsPerUser: number
  /** Uploads of one user that no message took yet, and their bytes together. */
  readonly uploadsPerUser: number
  readonly uploadBytesPerUser: number
  /** How long an upload waits for a message, how often those are removed that waited longer, and how many at once. */
  readonly uploadKept: number
  readonly removeUploadsEvery: number
  readonly uploadsPerBatch: number
  /** How often the log tells of what one stranger is refused again and again. */
  readonly refusalLogEvery: number
  /** Largest file of patients, in bytes, how many it may have, and how many of them one transaction keeps. */
  readonly patientFileBytes: number
  readonly patientsPerFile: number
  readonly patientsPerPart: number
  /** Segments that a text made of a template may have at most. */
  readonly templateSegments: number
  /** Notifications that one transaction releases. */
  readonly notificationsPerBatch: number
  /** How long after its time a scheduled text may leave still, where nobody says: what it says may not hold any more. */
  readonly notificationLifetime: number
  /** How far ahead a text may be scheduled. */
  readonly scheduleAhead: number
  /** How long a notification waits that could not be released, for want of a number or by a fault. */
  readonly releasePause: number
  /**
   * Pause before an idle worker looks for work that no wake-up told it of; doubles while there is none, up to `pollEveryMax`,
   * and begins anew with the next work or wake-up. Alarms are looked for every `pollEvery`, however long there is none.
   */
  readonly pollEvery: number
  readonly pollEveryMax: number
  /** Longest pause of a worker whose store is failing. */
  readonly workerBackoffMax: number
}

export const defaults: LimitsShape = {
  webhookBytes: 64 * 1024,
  intakeBatch: 256,
  intakeConcurrency: 2,
  intakeQueue: 10_000,
  // The least patient provider gives a webhook up after 2 to 5 s, and comes again; Twilio after 15 s, for good.
  intakePatience: 4_000,
  drainPatience: 60_000,
  drainAttempts: 8,
  lanesPerBatch: 200,
  eventsPerLane: 20,
  reactionLooksBack: 100,
  parkedPerBatch: 500,
  parkedEvery: 60_000,
  reportsPerBatch: 500,
  timersPerBatch: 100,
  sendsPerBatch: 16,
  sendsReservedPerLane: 2,
  sendWorkers: 4,
  expressWorkers: 1,
  escalationTimerMin: 60_000,
  eventAttempts: 8,
  eventBackoff: 250,
  busyNumberPause: 250,
  reportAttempts: 10,
  sendTimeout: 20_000,
  attemptDeadline: 60_000,
  sendAttempts: 8,
  giveUpAfter: 4 * 60 * 60_000,
  sendBackoff: 1_000,
  sendBackoffMax: 300_000,
  sendRatePerNumber: null,
  sendRatePerAccount: null,
  queuedPerNumber: 1_000,
  circuit: { failuresToOpen: 5, openForMillis: 60_000, probeForMillis: 60_000 },
  circuitHearsReportsFor: 5 * 60_000,
  alarmNotice: 120_000,
  alarmAttempts: 3,
  holdFor: 30_000,
  lookEvery: 30_000,
  looksUntilLost: 4,
  looksUntilUndecided: 20,
  callAnswerWithin: 1_500,
  greetingsEvery: 60_000,
  callReportsPerBatch: 200,
  callReportAttempts: 700,
  callReportBackoffMax: 5 * 60_000,
  callSilence: 15 * 60_000,
  bridgeLifetime: 10 * 60_000,
  bridgeMemory: 60 * 60_000,
  callbacksPerUser: 30,
  callbackWindow: 60 * 60_000,
  bridgeKept: 30 * 24 * 60 * 60_000,
  mediaBytes: 20 * 1024 * 1024,
  mediaPerBatch: 4,
  // Half of it is what one step may take: a transcriber may need as long as the recording lasts.
  mediaLease: 5 * 60_000,
  mediaAttempts: 16,
  mediaBackoff: 2_000,
  mediaBackoffMax: 60 * 60_000,
  mediaOutageAttempts: 180,
  settleCallsEvery: 60_000,
  settledCallsPerBatch: 50,
  sweepSlice: 6 * 60 * 60_000,
  transcriptPatience: 2 * 60_000,
  linkLifetime: 15 * 60_000,
  mediaLinkLifetime: 60 * 60_000,
  sweepEvery: 60 * 60_000,
  sweepBack: 2 * 24 * 60 * 60_000,
  sweepSettled: 5 * 60_000,
  breakGlassFor: 30 * 60_000,
  breakGlassMax: 60 * 60_000,
  breakGlassesPerUser: 10,
  breakGlassWindow: 60 * 60_000,
  replacementGrace: 30 * 24 * 60 * 60_000,
  announcedThreads: 500,
  quarantine: 30 * 24 * 60 * 60_000,
  retireAfter: 50,
  numbersPerBatch: 20,
  poolMin: 5,
  poolBatch: 10,
  poolMax: 100,
  undoWithin: 15 * 60_000,
  poolLookEvery: 15_000,
  poolFailures: 20,
  poolFailuresWithin: 60 * 60_000,
  refusedFor: 24 * 60 * 60_000,
  ordersPerBatch: 4,
  orderLease: 2 * 60_000,
  orderAttempts: 10,
  orderBackoff: 15_000,
  orderBackoffMax: 60 * 60_000,
  orderNotice: 6,
  eventStreamsPerUser: 20,
  uploadsPerUser: 100,
  uploadBytesPerUser: 200 * 1024 * 1024,
  uploadKept: 24 * 60 * 60_000,
  removeUploadsEvery: 15 * 60_000,
  uploadsPerBatch: 100,
  refusalLogEvery: 60_000,
  patientFileBytes: 5 * 1024 * 1024,
  patientsPerFile: 20_000,
  patientsPerPart: 500,
  templateSegments: 3,
  notificationsPerBatch: 200,
  notificationLifetime: 24 * 60 * 60_000,
  scheduleAhead: 366 * 24 * 60 * 60_000,
  releasePause: 60_000,
  pollEvery: 1_000,
  pollEveryMax: 5_000,
  workerBackoffMax: 10_000
}

/** `null` where nothing limits. */
const mayBeNull: ReadonlyArray<keyof LimitsShape> = ["sendRatePerNumber", "sendRatePerAccount"]

const isSound = (limit: unknown): boolean =>
  Predicate.isObject(limit)
    ? Object.values(limit).every(isSound)
    : Predicate.isNumber(limit) && limit > 0 && limit < Infinity

/** The defaults with others in their place. Throws an `InvalidRequest` that names the limit that cannot hold. */
export const withDefaults = (given: Partial<LimitsShape> = {}): LimitsShape => {
  const named = Object.entries(given).filter(([, limit]) => limit !== undefined)
  const limits: LimitsShape = { ...defaults, ...Object.fromEntries(named) }
  const refuse = (field: string, message: string) => new InvalidRequest({ field: `limits.${field}`, message })
  for (const [name, limit] of Object.entries(limits)) {
    const isNone = limit === null && (mayBeNull as ReadonlyArray<string>).includes(name)
    if (!isNone && !isSound(limit)) throw refuse(name, "must be a number above 0")
  }
  // A worker that still waits for its provider would be given up for lost, and its alarm sent twice.
  if (limits.attemptDeadline <= limits.sendTimeout) throw refuse("attemptDeadline", "must be longer than sendTimeout")
  const reserved = (SendLane.all.length - 1) * limits.sendsReservedPerLane
  if (limits.sendsPerBatch <= reserved) {
    throw refuse("sendsPerBatch", `must be more than the ${reserved} places that the lower lanes reserve`)
  }
  if (limits.orderLease <= limits.sendTimeout) throw refuse("orderLease", "must be longer than sendTimeout")
  return limits
}

export const Limits: Context.Reference<LimitsShape> = Context.Reference("careline/application/Limits", {
  defaultValue: () => defaults
})

/** The pause before try number `failures + 1`: `first`, doubled each time, at most `max`. */
export const backoff = (first: number, failures: number, max = Number.POSITIVE_INFINITY): number =>
  Math.min(first * 2 ** failures, max)
