/**
 * Copies recordings and pictures from providers into the BlobStore, and only then deletes them there.
 *
 * Each step may be done twice and none can be left out: the copy has the same key each time, the store is told and the next
 * step noted in one transaction, and a provider's copy that is gone counts as deleted. A crash at any point leaves an import
 * whose lease ends, and which begins again where it was.
 */
import { Attachment, Call, CallGreeting, type Message, type Tenant } from "@careline/domain"
import {
  type BlobInfo,
  BlobStore,
  Calls,
  type ClaimedImport,
  type ImportSettlement,
  type MediaImport,
  MediaImports,
  Messages,
  Optional,
  StorageError,
  StoreConflict,
  type Telephony,
  TelephonyError,
  TelephonyProviders,
  Threads,
  Transaction,
  Transcriber
} from "@careline/ports"
import { DateTime, Effect, Option } from "effect"
import { asSystem } from "../access/Access.ts"
import * as BlobKeys from "../media/BlobKeys.ts"
import { putDown, revise } from "./CallMessages.ts"
import { describeFault } from "../shared/Fault.ts"
import { backoff, Limits } from "../shared/Limits.ts"
import { sniff } from "../media/MediaType.ts"
import { isSilent } from "./Silence.ts"

type Source<Tag extends MediaImport["source"]["_tag"]> = Extract<MediaImport["source"], { readonly _tag: Tag }>

/** What was fetched, as it is kept. */
interface Kept {
  readonly info: BlobInfo
  readonly attachmentType: Attachment.Attachment["type"]
  readonly isSilent: boolean
}

/** What is done next, and when; `null` when nothing is left. */
type Next = { readonly stage: MediaImport["stage"]; readonly failures?: number; readonly inMillis: number } | null

const settleAs = Effect.fnUntraced(function* ({ fence, import: { failures, id } }: ClaimedImport, next: Next) {
  const now = yield* DateTime.now
  const settlement: ImportSettlement = {
    id,
    fence,
    next:
      next === null
        ? null
        : {
            stage: next.stage,
            failures: next.failures ?? failures,
            dueAt: DateTime.addDuration(now, next.inMillis)
          }
  }
  const held = yield* (yield* MediaImports).settle(settlement)
  // Somebody else works on it since our lease ended: whatever we would write is theirs to write.
  if (held) return
  return yield* new StorageError({
    operation: "mediaImports.settle",
    reason: new StoreConflict({ message: "the lease is over", constraint: null })
  })
})

/** Where the original is: its adapter, and what the adapter calls it. */
const nameOf = ({ source }: MediaImport): string => (source._tag === "Recording" ? source.recording : source.url)

const fetch = (telephony: Telephony.TelephonyService, { source }: MediaImport, maxBytes: number) =>
  source._tag === "Recording"
    ? telephony.recordings.fetch(source.recording, maxBytes)
    : telephony.media.fetch(source.url, maxBytes)

/** What was fetched, or why nothing was kept. */
type Outcome = Kept | Attachment.FailureReason

/** The original in the BlobStore, unless no browser or phone should open it. */
const copy = Effect.fnUntraced(function* (one: MediaImport, telephony: Telephony.TelephonyService) {
  const { mediaBytes } = yield* Limits
  const { bytes, contentType: declared } = yield* fetch(telephony, one, mediaBytes)
  const type = yield* sniff(bytes, declared)
  // A recording is what we asked the provider to make: anything else in its place is a page of an error, and passes.
  if (one.source._tag === "Recording" && type?.attachmentType !== "audio") {
    return yield* new TelephonyError.TelephonyError({
      provider: one.provider,
      operation: "recordings.fetch",
      reason: new TelephonyError.Unavailable({ message: "what came is no recording", code: null })
    })
  }
  if (type === null) return "unsafe_type"
  const key = yield* BlobKeys.ofOriginal(one.siteGroupingId, one.provider, nameOf(one))
  const info = yield* (yield* BlobStore).put(key, { bytes: type.bytes, contentType: type.contentType })
  return {
    info,
    attachmentType: type.attachmentType,
    isSilent: one.source._tag === "Recording" && isSilent(bytes, type.contentType)
  } satisfies Kept
})

/** The call has its recording, or never will. In the ambient transaction. */
const storeRecording = Effect.fnUntraced(function* ({ callId, recording }: Source<"Recording">, kept: Outcome) {
  const [before] = yield* (yield* Calls).load([callId])
  if (before === undefined) return
  const now = yield* DateTime.now
  const stored: Call.StoredRecording | null =
    typeof kept === "string"
      ? null
      : {
          key: kept.info.key,
          contentType: kept.info.contentType,
          size: kept.info.size,
          sha256: kept.info.sha256,
          isSilent: kept.isSilent
        }
  yield* putDown([{ before, after: Call.withStored(before, recording, stored, now) }], now)
})

const place = (
  message: Message.Message,
  index: number,
  attachment: Attachment.Attachment
): ReadonlyArray<Attachment.Attachment> => message.attachments.map((one, at) => (at === index ? attachment : one))

/** The message has its picture, or says that it cannot be shown. In the ambient transaction. */
const storeAttachment = Effect.fnUntraced(function* (
  siteGroupingId: Tenant,
  { index, messageId, mimeType, threadId, url }: Source<"Attachment">,
  kept: Outcome
) {
  const [thread] = yield* (yield* Threads).loadByIds([{ siteGroupingId, threadId }])
  const message = Option.getOrUndefined(yield* (yield* Messages).get([siteGroupingId], threadId, messageId))
  if (thread === undefined || message === undefined || message.attachments[index]?.url !== url) return
  const attachment: Attachment.Attachment =
    typeof kept === "string"
      ? { type: "file", url: null, mimeType, failureReason: kept }
      : { type: kept.attachmentType, url: Attachment.urlOf(kept.info.key), mimeType: kept.info.contentType }
  const { content, transcript } = message
  const attachments = place(message, index, attachment)
  yield* revise(thread, message, { content, transcript, attachments, metaData: {} }, yield* DateTime.now)
})

/** Notes what was kept, and what is to be done next, together. */
const store = Effect.fnUntraced(function* (claimed: ClaimedImport, kept: Outcome, next: Next = null) {
  const { transact } = yield* Transaction
  const { siteGroupingId, source } = claimed.import
  yield* transact(
    Effect.gen(function* () {
      // Of what was not kept the provider's copy stays: it is the only one.
      yield* settleAs(claimed, typeof kept === "string" ? null : next)
      if (source._tag === "Recording") yield* storeRecording(source, kept)
      else yield* storeAttachment(siteGroupingId, source, kept)
    })
  )
})

const remove = ({ source }: MediaImport, telephony: Telephony.TelephonyService) =>
  (source._tag === "Recording"
    ? telephony.recordings.delete(source.recording)
    : telephony.media.delete(source.url)
  ).pipe(
    // Gone already, or nothing that is ours to delete.
    Effect.catchIf(
      ({ reason }) => reason._tag === "NotFound" || reason._tag === "Unsupported" || reason._tag === "Refused",
      () => Effect.void
    )
  )

/** The recording, to be written down: `null` when there is nothing to write down, or it is written down already. */
const toTranscribe = Effect.fnUntraced(function* ({ callId, recording }: Source<"Recording">) {
  const [call] = yield* (yield* Calls).load([callId])
  const stored = call?.recordings.find(({ ref }) => ref === recording)?.stored
  if (call === undefined || call.transcript !== null || stored == null || stored.isSilent) return null
  return { key: stored.key, contentType: stored.contentType, language: call.language ?? CallGreeting.fallback.language }
})

/** Whether the provider writes recordings down by itself. It may need its own copy for that. */
const writes = ({ capabilities: { voice } }: Telephony.TelephonyService): boolean =>
  voice !== null && voice.transcription !== "none"

/** What the provider wrote down, in case that it told us and we did not hear it; `null` when it has nothing. */
const writtenByProvider = (telephony: Telephony.TelephonyService, recording: string) =>
  Effect.orElseSucceed(telephony.recordings.transcript(recording), () => null)

/** Puts down what was said in a recording. */
const putDownWords = Effect.fnUntraced(function* (
  { callId, recording }: Source<"Recording">,
  said: { readonly text: string; readonly confidence: number | null }
) {
  const { transact } = yield* Transaction
  yield* transact(
    Effect.gen(function* () {
      const [before] = yield* (yield* Calls).load([callId])
      if (before === undefined) return
      const now = yield* DateTime.now
      yield* putDown(
        [{ before, after: Call.applyReport(before, { _tag: "Transcribed", recording, ...said }, now) }],
        now
      )
    })
  )
})

/** Asks the provider once for what it wrote down and may have told us in vain, before its copy is deleted. */
const awaitTranscript = Effect.fnUntraced(function* (
  source: Source<"Recording">,
  telephony: Telephony.TelephonyService
) {
  const { transact } = yield* Transaction
  if ((yield* transact(toTranscribe(source))) === null) return
  const said = yield* writtenByProvider(telephony, source.recording)
  if (said !== null) yield* putDownWords(source, said)
})

/** Has a recording written down that nobody did yet. */
const transcribe = Effect.fnUntraced(function* (source: Source<"Recording">, transcriber: Transcriber["Service"]) {
  const { transact } = yield* Transaction
  const wanted = yield* transact(toTranscribe(source))
  if (wanted === null) return
  const blob = Option.getOrUndefined(yield* (yield* BlobStore).get(wanted.key))
  if (blob === undefined) return
  yield* putDownWords(source, yield* transcriber.transcribe({ ...wanted, bytes: blob.bytes }))
})

/** What is done at each stage, and what comes after it. */
const work = Effect.fnUntraced(function* (claimed: ClaimedImport) {
  const { source, stage, ...one } = claimed.import
  const telephony = (yield* TelephonyProviders.TelephonyProviders).byName(one.provider)
  const transcriber = yield* Optional.of(Transcriber)
  const { transcriptPatience } = yield* Limits
  if (telephony === undefined && stage !== "transcribe") return yield* retry(claimed, "its provider is not configured")
  switch (stage) {
    case "copy": {
      const next: Next =
        source._tag === "Recording" && writes(telephony!)
          ? { stage: "await_transcript", failures: 0, inMillis: transcriptPatience }
          : { stage: "delete", failures: 0, inMillis: 0 }
      return yield* store(claimed, yield* copy(claimed.import, telephony!), next)
    }
    case "await_transcript":
      if (source._tag === "Recording") yield* awaitTranscript(source, telephony!)
      return yield* settleAs(claimed, { stage: "delete", failures: 0, inMillis: 0 })
    case "delete":
      yield* remove(claimed.import, telephony!)
      return yield* settleAs(claimed, afterDelete(claimed.import, transcriber))
    case "transcribe":
      if (source._tag === "Recording" && transcriber !== undefined) yield* transcribe(source, transcriber)
      return yield* settleAs(claimed, null)
  }
})

const afterDelete = ({ source }: MediaImport, transcriber: Transcriber["Service"] | undefined): Next =>
  source._tag === "Recording" && transcriber !== undefined ? { stage: "transcribe", failures: 0, inMillis: 0 } : null

/**
 * Tries it again later, or gives it up where that was tried often enough. What is not there is given up sooner than a provider
 * that is away or does not let us in: somebody may mend that.
 */
const retry = Effect.fnUntraced(function* (claimed: ClaimedImport, why: string) {
  const limits = yield* Limits
  const { failures, id, stage } = claimed.import
  const isAway = stage === "copy" && why !== NOT_THERE
  const isLast = failures + 1 >= (isAway ? limits.mediaOutageAttempts : limits.mediaAttempts)
  yield* Effect.logWarning(isLast ? "Media were given up" : "Media could not be had and are tried again").pipe(
    Effect.annotateLogs({ import: id, stage, failures: failures + 1, why })
  )
  if (!isLast) {
    const inMillis = backoff(limits.mediaBackoff, failures, limits.mediaBackoffMax)
    return yield* settleAs(claimed, { stage, failures: failures + 1, inMillis })
  }
  // What was not copied will not be: its message says so, and the provider's copy is left where it is.
  if (stage === "copy") return yield* store(claimed, why === NOT_THERE ? "not_found" : "unavailable")
  const transcriber = yield* Optional.of(Transcriber)
  return yield* settleAs(claimed, stage === "delete" ? afterDelete(claimed.import, transcriber) : null)
})

const NOT_THERE = "NotFound"

const isFinal = ({ reason }: TelephonyError.TelephonyError): boolean =>
  reason._tag === "Refused" || reason._tag === "Unsupported"

const run = Effect.fnUntraced(function* (claimed: ClaimedImport) {
  const { mediaLease } = yield* Limits
  yield* work(claimed).pipe(
    Effect.timeout(mediaLease / 2),
    Effect.catchTags({
      TelephonyError: (error) =>
        isFinal(error) && claimed.import.stage === "copy"
          ? store(claimed, "refused")
          : retry(claimed, error.reason._tag),
      TranscriberError: (error) => (error.isRetryable ? retry(claimed, error._tag) : settleAs(claimed, null)),
      TimeoutError: () => retry(claimed, "it took too long")
    }),
    Effect.catchCause((cause) =>
      Effect.logError(
        "Media could not be imported; the import begins again when its lease ends",
        describeFault(cause)
      ).pipe(Effect.annotateLogs({ import: claimed.import.id }))
    )
  )
})

/** Imports what waits, once. Returns the number of imports it dealt with; 0 when none waited. */
export const importMedia = Effect.fn("importMedia")(function* () {
  const limits = yield* Limits
  const claimed = yield* (yield* MediaImports).claim({
    limit: limits.mediaPerBatch,
    leaseMillis: limits.mediaLease
  })
  yield* Effect.forEach(claimed, run, { concurrency: limits.mediaPerBatch, discard: true })
  return claimed.length
}, asSystem)
