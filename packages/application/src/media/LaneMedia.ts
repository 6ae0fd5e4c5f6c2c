/** Queues the media of inbound texts to be copied, on a line that keeps media. */
import { Attachment, type Change, type MediaImportId } from "@careline/domain"
import { IdGenerator, MediaImports, Optional } from "@careline/ports"
import { type DateTime, Effect } from "effect"

/** The pictures and files of new messages from contacts. Their URLs are the provider's until they are copied, as a voicemail's is already. */
const foundIn = (changes: ReadonlyArray<Change>) =>
  changes.flatMap((change) => {
    if (change._tag !== "MessageAdded" || change.message.direction !== "inbound") return []
    const { attachments, externalThreadId: threadId, id: messageId, metaData, siteGroupingId } = change.message
    const { provider } = metaData
    return attachments.flatMap(({ mimeType, url }, index) =>
      provider === undefined || url === null || Attachment.keyOf(url) !== null
        ? []
        : [
            {
              siteGroupingId,
              provider,
              source: { _tag: "Attachment" as const, threadId, messageId, index, url, mimeType },
              stage: "copy" as const,
              failures: 0
            }
          ]
    )
  })

/** Asks for the copies, in the ambient transaction. */
export const importMedia = Effect.fnUntraced(function* (changes: ReadonlyArray<Change>, now: DateTime.Utc) {
  const imports = yield* Optional.of(MediaImports)
  if (imports === undefined) return
  const found = foundIn(changes)
  if (found.length === 0) return
  const ids = yield* (yield* IdGenerator).next("mediaImport", found.length)
  yield* imports.add(
    found.map((one, index) => ({ ...one, id: ids[index] as MediaImportId })),
    now
  )
})
