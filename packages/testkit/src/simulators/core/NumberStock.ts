/** The numbers that every simulated provider sells: the same ones each time, by area code. */

export type Feature = "sms" | "mms" | "voice"

/** A number for sale. Numbers are E.164 here, whatever the provider writes. */
export interface ForSale {
  readonly number: string
  readonly country: "US"
  readonly features: ReadonlyArray<Feature>
  readonly locality: string
  readonly region: string
  /** Each month, in the provider's currency. */
  readonly monthlyPrice: string
}

const AREAS = [
  { areaCode: "202", towns: ["Washington"], region: "DC" },
  { areaCode: "303", towns: ["Denver", "Boulder"], region: "CO" },
  { areaCode: "415", towns: ["San Francisco", "San Rafael"], region: "CA" },
  { areaCode: "512", towns: ["Austin", "Round Rock"], region: "TX" },
  { areaCode: "617", towns: ["Boston", "Brookline"], region: "MA" },
  { areaCode: "808", towns: ["Honolulu", "Hilo"], region: "HI" }
] as const

/** Of each area code, the numbers from 555-0150 to 555-0199, which no subscriber has. */
const FIRST = 150
const LAST = 199

const ALL: ReadonlyArray<Feature> = ["sms", "mms", "voice"]

/** Each fifth number is mute, and each seventh has no pictures. */
const featuresOf = (line: number): ReadonlyArray<Feature> =>
  ALL.filter((feature) => !(feature === "voice" && line % 5 === 0) && !(feature === "mms" && line % 7 === 0))

/** Everything that is for sale in the beginning. */
export const stock: ReadonlyArray<ForSale> = AREAS.flatMap(({ areaCode, region, towns }) =>
  Array.from({ length: LAST - FIRST + 1 }, (_, index): ForSale => ({
    number: `+1${areaCode}5550${FIRST + index}`,
    country: "US",
    features: featuresOf(FIRST + index),
    locality: towns[index % towns.length] ?? towns[0],
    region,
    monthlyPrice: "1.15"
  }))
)

/** A number that was ported in, say: with everything, wherever it is. */
export const plain = (number: string): ForSale => ({
  number,
  country: "US",
  features: ALL,
  locality: "Washington",
  region: "DC",
  monthlyPrice: "1.15"
})
