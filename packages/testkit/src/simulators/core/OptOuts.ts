/** A provider's own handling of STOP, START and HELP: it answers, and blocks whoever opted out. */

export type Keyword = "STOP" | "START" | "HELP"

export interface KeywordHandling {
  readonly words: Readonly<Record<Keyword, ReadonlySet<string>>>
  /** The provider's answers. */
  readonly replies: Readonly<Record<Keyword, string>>
}

/** Blocked parties; the oldest are forgotten. */
const MAX_BLOCKED = 100_000

const keywords: ReadonlyArray<Keyword> = ["STOP", "START", "HELP"]

export class OptOuts {
  private readonly handling: KeywordHandling
  private readonly blocked = new Set<string>()

  constructor(handling: KeywordHandling) {
    this.handling = handling
  }

  /** The keyword that a whole text is. */
  keywordOf(body: string): Keyword | null {
    const word = body.trim().toUpperCase()
    return keywords.find((keyword) => this.handling.words[keyword].has(word)) ?? null
  }

  /** Does what the keyword asks for. A party is whatever the provider blocks by. Returns the provider's answer. */
  apply(party: string, keyword: Keyword): string {
    if (keyword === "STOP") {
      const [oldest] = this.blocked
      if (this.blocked.size >= MAX_BLOCKED && oldest !== undefined) this.blocked.delete(oldest)
      this.blocked.add(party)
    }
    if (keyword === "START") this.blocked.delete(party)
    return this.handling.replies[keyword]
  }

  isBlocked(party: string): boolean {
    return this.blocked.has(party)
  }
}
