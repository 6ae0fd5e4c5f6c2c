/** What went wrong, as a line of JSON for the operator. */
export const logError = (what: string, error: unknown): void => {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), what, error: message })}\n`)
}
