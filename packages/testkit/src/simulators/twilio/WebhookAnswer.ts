/** What the answer to an SMS webhook sends to the contact. Source: twilio.com/docs/messaging/twiml. */

const MESSAGE = /<Message\b[^>]*>([\s\S]*?)<\/Message>/gi
const BODY = /<Body\b[^>]*>([\s\S]*?)<\/Body>/i
const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&"
}

const textOf = (xml: string): string => xml.replace(/&(lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity)

/** Plain text is a text to the contact, and so is each `<Message>`. */
export const replies = (contentType: string, body: string): ReadonlyArray<string> => {
  const type = contentType.split(";")[0]?.trim().toLowerCase()
  if (type === "text/plain") return body.trim() === "" ? [] : [body]
  if (type !== "text/xml" && type !== "application/xml" && type !== "text/html") return []
  return [...body.matchAll(MESSAGE)].map(([, inner = ""]) => textOf(BODY.exec(inner)?.[1] ?? inner).trim())
}
