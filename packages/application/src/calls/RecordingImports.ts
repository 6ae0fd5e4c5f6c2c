/** Queues the recordings of a call to be copied. */
import type { MediaImportId } from "@careline/domain"
import type { MediaImport } from "@careline/ports"
import type { HeardCall } from "./CallMessages.ts"

/** Who is put through is not recorded by us. One import for each recording that was not known before and can be fetched; each asks for its id. */
export const recordingImports = ({ after, before }: HeardCall): ReadonlyArray<(id: string) => MediaImport> =>
  (after.purpose === "voicemail" ? after.recordings : [])
    .filter(({ isAnnounced, isGone, ref, stored }) => {
      const wasAnnounced = before.recordings.some((one) => one.ref === ref && one.isAnnounced)
      return isAnnounced && !isGone && stored === null && !wasAnnounced
    })
    .map(({ ref }) => (id: string): MediaImport => ({
      id: id as MediaImportId,
      siteGroupingId: after.siteGroupingId,
      provider: after.provider,
      source: { _tag: "Recording", callId: after.id, recording: ref },
      stage: "copy",
      failures: 0
    }))
