/** What kind of attachment a URL names, which Vonage wants to be told. Source: developer.vonage.com/messages/concepts/mms. */
export type MediaType = "image" | "audio" | "video" | "vcard" | "file"

const types: ReadonlyArray<readonly [MediaType, RegExp]> = [
  ["audio", /^(aac|amr|flac|m4a|mp3|oga|ogg|opus|wav)$/],
  ["video", /^(3gp|3gpp|avi|m4v|mkv|mov|mp4|mpeg|mpg|ogv|webm)$/],
  ["vcard", /^(vcard|vcf)$/],
  ["file", /^(csv|doc|docx|gz|html?|ics|json|odt|pdf|ppt|pptx|rtf|txt|xls|xlsx|xml|zip)$/]
]

/** By the extension of the path: an image when it tells nothing. */
export const ofUrl = (url: string): MediaType => {
  const path = url.split(/[?#]/, 1)[0] ?? ""
  const extension = /[^/]\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ""
  return types.find(([, pattern]) => pattern.test(extension))?.[0] ?? "image"
}
