/** Twilio's own handling of STOP, START and HELP: it answers, and blocks the pair of numbers. */

export type Keyword = "STOP" | "START" | "HELP"

const words: Readonly<Record<Keyword, ReadonlySet<string>>> = {
  STOP: new Set(["STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"]),
  START: new Set(["START", "YES", "UNSTOP"]),
  HELP: new Set(["HELP", "INFO"])
}

const replies: Readonly<Record<Keyword, string>> = {
  STOP: "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.",
  START:
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe.",
  HELP: "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
}

/** Blocked pairs of numbers; the oldest are forgotten. */
const MAX_BLOCKED = 100_000

/** The keyword that a whole text is. */
export const keywordOf = (body: string): Keyword | null => {
  const word = body.trim().toUpperCase()
  return (Object.keys(words) as Array<Keyword>).find((keyword) => words[keyword].has(word)) ?? null
}

export class OptOuts {
  private readonly blocked = new Set<string>()

  /** Does what the keyword asks for. Returns Twilio's answer to it. */
  apply(contact: string, number: string, keyword: Keyword): string {
    const pair = `${contact} ${number}`
    if (keyword === "STOP") {
      const [oldest] = this.blocked
      if (this.blocked.size >= MAX_BLOCKED && oldest !== undefined) this.blocked.delete(oldest)
      this.blocked.add(pair)
    }
    if (keyword === "START") this.blocked.delete(pair)
    return replies[keyword]
  }

  isBlocked(contact: string, number: string): boolean {
    return this.blocked.has(`${contact} ${number}`)
  }
}
