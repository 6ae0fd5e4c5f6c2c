/** The form in a webhook's body, for signatures that are over its parameters: read before anybody knows who sent it. */

const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i

/** Whether a content type is a form's. */
export const isForm = (contentType: string | undefined): boolean => FORM.test(contentType ?? "")

/**
 * Parameters that a form may have. The widest webhook of a provider, a text with ten pictures, has about sixty
 * (twilio.com/docs/messaging/guides/webhook-request).
 */
export const MAX_PARAMETERS = 1_000

const AMPERSAND = 0x26
const decoder = new TextDecoder()

/** Parameters, as the bytes separate them; nothing of them is decoded. Takes time in proportion to the body. */
const countIn = (body: Uint8Array): number => {
  let count = 1
  for (const byte of body) if (byte === AMPERSAND) count++
  return count
}

/** The parameters of a body; `null` for one that has more than a provider sends, which is not read. */
export const read = (body: Uint8Array, maxParameters: number = MAX_PARAMETERS): URLSearchParams | null =>
  countIn(body) > maxParameters ? null : new URLSearchParams(decoder.decode(body))
