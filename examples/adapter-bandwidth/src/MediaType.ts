/** What a media URL points at. Bandwidth names no content type, only a file: `…/media/<id>/0/photo.jpg`. */
import type { Attachment } from "@careline/domain"

const extensions: Readonly<Record<Exclude<Attachment.Attachment["type"], "file">, ReadonlyArray<string>>> = {
  image: ["bmp", "gif", "heic", "jpeg", "jpg", "png", "svg", "tif", "tiff", "webp"],
  audio: ["amr", "flac", "m4a", "mp3", "oga", "ogg", "wav"],
  video: ["3gp", "avi", "m4v", "mov", "mp4", "mpeg", "mpg", "ogv", "webm", "wmv"]
}

const types: ReadonlyMap<string, Attachment.Attachment["type"]> = new Map(
  Object.entries(extensions).flatMap(([type, ofType]) =>
    ofType.map((extension) => [extension, type as Attachment.Attachment["type"]] as const)
  )
)

export const toAttachment = (url: string): Attachment.Attachment => {
  const extension = /\.([a-z0-9]+)(?:[?#].*)?$/i.exec(url)?.[1]?.toLowerCase()
  return { type: types.get(extension ?? "") ?? "file", url, mimeType: null }
}
