/** Adapters that do one thing wrong with numbers, and the test that has to notice. */
import { ProviderFailure } from "@careline/adapter-kit"
import { soundNumbers } from "../AcmeNumbers.ts"
import type { AdapterFaults } from "../acme.ts"

export const numberFaults: AdapterFaults = {
  Numbers: {
    "orders again what may have been ordered → was bought while the answer was lost": { numbers: { tries: 2 } },
    "says that a number is ours while its order waits → that an order waits, until it is carried": {
      numbers: { isBought: () => true }
    },
    "takes silence for proof that nothing was bought → say that nothing was ordered while": {
      numbers: { absentAfterMillis: 0 }
    },
    "does not hear of the area code → search by area code, and by digits": {
      numbers: {
        searchOf: (query) => soundNumbers.searchOf({ ...query, areaCode: null }),
        wanted: (query, offers) => soundNumbers.wanted({ ...query, areaCode: null }, offers)
      }
    },
    "offers numbers that cannot be called → search by what a number can carry": {
      numbers: {
        searchOf: (query) => soundNumbers.searchOf({ ...query, features: query.features.slice(0, 1) }),
        wanted: (query, offers) => soundNumbers.wanted({ ...query, features: [] }, offers)
      }
    },
    "forgets the calls of a number that it leads here → lead a number here again that somebody": {
      numbers: { settings: ({ texts }) => ({ texts }) }
    },
    "lists the first page only → list every number of ours once, past": { numbers: { maxPages: 1 } },
    "takes a number that only looks like another one for ours → one number whether it is ours, and": {
      numbers: { isNumber: (listed, asked) => listed.startsWith(asked.slice(0, -1)) }
    },
    "has one word for every refusal → say why a number is not sold": { numbers: { refusalOf: () => "other" } }
  },
  Redaction: {
    "lets a number out in what it says of a failure → number of what it buys, looks for and": {
      numbers: {
        described: (_failure, number) => ({ ...ProviderFailure.unreadable, network: `no answer for ${number}` })
      }
    }
  }
}
