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

export class OptOuts {
  private readonly blocked = new Set<string>()

  /** What a text does: the keyword that it is, and Twilio's answer to it. */
  hear(contact: string, number: string, body: string): { readonly keyword: Keyword; readonly reply: string } | null {
    const word = body.trim().toUpperCase()
    const keyword = (Object.keys(words) as Array<Keyword>).find((one) => words[one].has(word))
    if (keyword === undefined) return null
    const pair = `${contact} ${number}`
    if (keyword === "STOP") this.blocked.add(pair)
    if (keyword === "START") this.blocked.delete(pair)
    return { keyword, reply: replies[keyword] }
  }

  isBlocked(contact: string, number: string): boolean {
    return this.blocked.has(`${contact} ${number}`)
  }
}
