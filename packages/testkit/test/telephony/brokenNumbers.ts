/** Adapters that do one thing wrong with numbers, and the test that has to notice. */
import { ProviderFailure } from "@careline/adapter-kit"
import { type NumberParts, soundNumbers } from "./AcmeNumbers.ts"
import { sound } from "./AcmeTelephony.ts"
import type { BrokenAdapter } from "./brokenAdapters.ts"

const broken = (
  fault: string,
  noticedBy: string,
  numbers: Partial<NumberParts>,
  chapter = "Numbers"
): BrokenAdapter => ({ fault, chapter, noticedBy, parts: { ...sound, numbers: { ...soundNumbers, ...numbers } } })

export const brokenNumbers: ReadonlyArray<BrokenAdapter> = [
  broken(
    "orders again what may have been ordered",
    "MUST NOT know of a number that was bought while the answer was lost, nor buy it again, and find it",
    { tries: 2 }
  ),
  broken(
    "says that a number is ours while its order waits",
    "MUST say that an order waits, until it is carried out or fails",
    { isBought: () => true }
  ),
  broken(
    "takes silence for proof that nothing was bought",
    "MUST NOT say that nothing was ordered while it may still be shown",
    { absentAfterMillis: 0 }
  ),
  broken("does not hear of the area code", "MUST narrow a search by area code, and by digits in it", {
    searchOf: (query) => soundNumbers.searchOf({ ...query, areaCode: null }),
    wanted: (query, offers) => soundNumbers.wanted({ ...query, areaCode: null }, offers)
  }),
  broken("offers numbers that cannot be called", "MUST narrow a search by what a number can carry", {
    searchOf: (query) => soundNumbers.searchOf({ ...query, features: query.features.slice(0, 1) }),
    wanted: (query, offers) => soundNumbers.wanted({ ...query, features: [] }, offers)
  }),
  broken(
    "forgets the calls of a number that it leads here",
    "MUST lead a number here again that somebody led elsewhere, and change nothing by doing so twice",
    { settings: ({ texts }) => ({ texts }) }
  ),
  broken("lists the first page only", "MUST list every number of ours once, past the first page", { maxPages: 1 }),
  broken(
    "takes a number that only looks like another one for ours",
    "MUST say of one number whether it is ours, and of no other that only looks like it",
    { isNumber: (listed, asked) => listed.startsWith(asked.slice(0, -1)) }
  ),
  broken("has one word for every refusal", "MUST say why a number is not sold", { refusalOf: () => "other" }),
  broken(
    "lets a number out in what it says of a failure",
    "MUST NOT let out a secret or a number of what it buys, looks for and sets up",
    { described: (_failure, number) => ({ ...ProviderFailure.unreadable, network: `no answer for ${number}` }) },
    "Redaction"
  )
]
