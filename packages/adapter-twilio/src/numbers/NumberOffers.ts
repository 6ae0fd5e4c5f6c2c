/** Decodes Twilio's offers of numbers. Source: twilio.com/docs/phone-numbers/api/availablephonenumberlocal-resource. */
import { PhoneNumber } from "@careline/domain"
import { OfferedNumbers } from "@careline/adapter-kit"
import { type Numbers } from "@careline/ports"
import { Predicate } from "effect"

/** What is looked at of an offer. */
export interface Offer {
  readonly phoneNumber: string
  readonly locality?: string | null
  readonly region?: string | null
  readonly capabilities: unknown
}

const KNOWN: ReadonlyArray<Numbers.NumberFeature> = ["sms", "mms", "voice"]

/** Twilio writes their names now in capitals, now in small letters. */
export const featuresOf = (capabilities: unknown): ReadonlyArray<Numbers.NumberFeature> => {
  if (!Predicate.isObject(capabilities)) return []
  const names = new Set(
    Object.entries(capabilities).flatMap(([name, has]) => (has === true ? [name.toLowerCase()] : []))
  )
  return KNOWN.filter((feature) => names.has(feature))
}

const textOf = (text: string | null | undefined): string | null => (text === undefined || text === "" ? null : text)

const toOffer = ({ capabilities, locality, phoneNumber, region }: Offer): ReadonlyArray<Numbers.OfferedNumber> =>
  PhoneNumber.isE164(phoneNumber)
    ? [
        {
          number: phoneNumber as PhoneNumber.E164,
          features: featuresOf(capabilities),
          locality: textOf(locality),
          region: textOf(region),
          // Prices are another API's, and the account's own.
          monthlyPrice: null
        }
      ]
    : []

/** Twilio takes two to sixteen characters here; a single digit is looked for in what it offers. */
const CONTAINS = /^\d{2,16}$/

/** More than is wanted, where something is looked for in the answer. */
const SEARCHED = 100

/** The query in Twilio's words. */
export const searchOf = ({ areaCode, contains, features, limit, locality }: Numbers.NumberQuery) => {
  const isWhole = contains === null || CONTAINS.test(contains)
  const asked = isWhole ? limit : SEARCHED
  return {
    // We give no address, and whatever wants one is not sold to us.
    excludeAllAddressRequired: true,
    ...(areaCode === null ? {} : { areaCode: Number(areaCode) }),
    ...(contains !== null && isWhole ? { contains } : {}),
    ...(locality === null ? {} : { inLocality: locality }),
    ...(features.includes("sms") ? { smsEnabled: true } : {}),
    ...(features.includes("mms") ? { mmsEnabled: true } : {}),
    ...(features.includes("voice") ? { voiceEnabled: true } : {}),
    limit: asked,
    pageSize: asked
  }
}

/** What is offered and wanted. */
export const wanted = (
  query: Numbers.NumberQuery,
  offers: ReadonlyArray<Offer>
): ReadonlyArray<Numbers.OfferedNumber> => OfferedNumbers.wanted(query, offers.flatMap(toOffer))
