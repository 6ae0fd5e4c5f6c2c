/**
 * The time zones in which the owner of a phone number may be, as the number tells.
 *
 * An area code of North America or Brazil names all zones of its region, overlays included: mobile numbers carry it wherever
 * in the region they are. Elsewhere a fixed line is where its prefix is, and any other number may be anywhere in its country.
 */
import { parsePhoneNumberFromString } from "libphonenumber-js/max"
import { prefixesByZones } from "./timeZoneData.ts"

const zonesByPrefix: ReadonlyMap<string, ReadonlyArray<string>> = new Map(
  prefixesByZones.flatMap(([names, prefixes]) => {
    const zones = names.split(" ")
    return prefixes.split(" ").map((prefix) => [prefix, zones] as const)
  })
)

/** The zones of the longest prefix that is known. */
const byPrefix = (digits: string): ReadonlyArray<string> => {
  for (let length = digits.length; length > 0; length--) {
    const zones = zonesByPrefix.get(digits.slice(0, length))
    if (zones !== undefined) return zones
  }
  return []
}

const AREA_CODE_IN_MOBILE_NUMBERS = /^(?:1|55)/

/** The IANA zones of a number in E.164 form; empty where nothing is known, as of satellite networks, or it is no number. */
export const ofNumber = (number: string): ReadonlyArray<string> => {
  const parsed = parsePhoneNumberFromString(number)
  if (parsed === undefined) return []
  const digits = number.slice(1)
  const type = parsed.getType()
  const isPlaced = AREA_CODE_IN_MOBILE_NUMBERS.test(digits) || type === "FIXED_LINE" || type === "FIXED_LINE_OR_MOBILE"
  return byPrefix(isPlaced ? digits : parsed.countryCallingCode)
}
