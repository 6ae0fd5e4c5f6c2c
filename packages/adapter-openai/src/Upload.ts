/** How a recording is handed over: the endpoint tells formats apart by the file's name. */
import type { Language } from "@careline/domain"

/** Of media types whose subtype is no extension that the endpoint knows. */
const extensions: Readonly<Record<string, string>> = {
  "audio/x-wav": "wav",
  "audio/wave": "wav",
  "audio/vnd.wave": "wav",
  "audio/mpeg": "mp3",
  "audio/mp4": "m4a",
  "audio/x-m4a": "m4a",
  "audio/3gpp": "3gp",
  "video/3gpp": "3gp",
  "video/quicktime": "mov"
}

/** Says nothing of the recording but its format. */
export const fileName = (contentType: string): string => {
  const type = contentType.toLowerCase()
  const subtype = type.split("/")[1] ?? ""
  return `recording.${extensions[type] ?? (/^[a-z0-9]{1,8}$/.test(subtype) ? subtype : "bin")}`
}

/** ISO 639-1, or `null` for a language that has no code there: the endpoint then finds out by itself. */
export const languageCode = (language: Language): string | null => {
  const code = language.split("-")[0] ?? ""
  return code.length === 2 ? code : null
}
