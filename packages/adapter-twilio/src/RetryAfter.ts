/** `Retry-After` in seconds (RFC 9110, 10.2.3), as milliseconds. `null` for none, and for a date: our own pause will do. */
export const toMillis = (header: unknown): number | null =>
  typeof header === "string" && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null
