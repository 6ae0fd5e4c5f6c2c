/** Puts links that expire in the place of references to stored media. */
import { Attachment, type BlobKey, type Message } from "@careline/domain"
import { BlobStore, Optional } from "@careline/ports"
import { Effect, Option } from "effect"
import { Limits } from "../shared/Limits.ts"

const names: Readonly<Record<Attachment.Attachment["type"], string>> = {
  image: "picture",
  audio: "voicemail",
  video: "video",
  file: "file"
}

const DEFAULT_TYPE = "application/octet-stream"

/** `audio/x-wav` as the end of a file's name: `.wav`. */
const extensionOf = (mimeType: string | null): string => {
  const [, subtype] = /^[\w-]+\/(?:x-)?([\w-]+)$/.exec(mimeType ?? "") ?? []
  return subtype === undefined ? "" : `.${subtype}`
}

const linkTo = Effect.fnUntraced(function* (
  key: BlobKey,
  { mimeType, type }: Pick<Attachment.Attachment, "mimeType" | "type">,
  expiresInMillis: number
) {
  const blobs = yield* Optional.of(BlobStore)
  if (blobs === undefined) return null
  return yield* blobs.link(key, {
    expiresInMillis,
    fileName: names[type] + extensionOf(mimeType),
    contentType: mimeType ?? DEFAULT_TYPE
  })
})

/** A message as it leaves Careline: with links in the place of what only Careline understands. */
export const withLinks = Effect.fnUntraced(function* (message: Message.Message) {
  if (!message.attachments.some(({ url }) => Attachment.keyOf(url) !== null)) return message
  const { linkLifetime } = yield* Limits
  const attachments = yield* Effect.forEach(
    message.attachments,
    Effect.fnUntraced(function* (attachment) {
      const key = Attachment.keyOf(attachment.url)
      return key === null ? attachment : { ...attachment, url: yield* linkTo(key, attachment, linkLifetime) }
    })
  )
  return { ...message, attachments } satisfies Message.Message
})

/** A page of messages, in the same way. */
export const pageWithLinks = Effect.fnUntraced(function* <
  Page extends { readonly items: ReadonlyArray<Message.Message> }
>(page: Page) {
  return { ...page, items: yield* Effect.forEach(page.items, withLinks) }
})

/** URLs that a provider can fetch; `null` when one of them is kept no more. */
export const fetchable = Effect.fnUntraced(function* (urls: ReadonlyArray<string>) {
  const { mediaLinkLifetime } = yield* Limits
  const found: Array<string> = []
  for (const url of urls) {
    const key = Attachment.keyOf(url)
    const link = key === null ? url : yield* linkForProvider(key, mediaLinkLifetime)
    if (link === null) return null
    found.push(link)
  }
  return found
})

const linkForProvider = Effect.fnUntraced(function* (key: BlobKey, expiresInMillis: number) {
  const blobs = yield* Optional.of(BlobStore)
  const blob = blobs === undefined ? undefined : Option.getOrUndefined(yield* blobs.get(key))
  if (blob === undefined) return null
  const mimeType = blob.info.contentType
  return yield* linkTo(key, { mimeType, type: Attachment.typeOf(mimeType) }, expiresInMillis)
})
