/** Telnyx's own handling of STOP, START and HELP: it answers, and blocks the contact for the whole messaging profile. */

export type Keyword = "STOP" | "START" | "HELP"

const words: Readonly<Record<Keyword, ReadonlySet<string>>> = {
  STOP: new Set(["STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"]),
  START: new Set(["START", "UNSTOP"]),
  HELP: new Set(["HELP", "INFO"])
}

const replies: Readonly<Record<Keyword, string>> = {
  STOP: "You have been unsubscribed from this number and will receive no further messages. Reply START to resubscribe.",
  START: "You have been resubscribed to this number. Reply STOP to unsubscribe.",
  HELP: "Reply STOP to unsubscribe. Message and data rates may apply."
}

/** Blocked contacts; the oldest are forgotten. */
const MAX_BLOCKED = 100_000

/** The keyword that a whole text is. */
export const keywordOf = (body: string): Keyword | null => {
  const word = body.trim().toUpperCase()
  return (Object.keys(words) as Array<Keyword>).find((keyword) => words[keyword].has(word)) ?? null
}

export class BlockRules {
  private readonly blocked = new Set<string>()

  /** Does what the keyword asks for. Returns Telnyx's answer to it. */
  apply(contact: string, keyword: Keyword): string {
    if (keyword === "STOP") {
      const [oldest] = this.blocked
      if (this.blocked.size >= MAX_BLOCKED && oldest !== undefined) this.blocked.delete(oldest)
      this.blocked.add(contact)
    }
    if (keyword === "START") this.blocked.delete(contact)
    return replies[keyword]
  }

  isBlocked(contact: string): boolean {
    return this.blocked.has(contact)
  }
}
