import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from "libphonenumber-js/max"
import examples from "libphonenumber-js/mobile/examples"
import { assert, describe, it } from "vitest"
import { QuietHours, type Contact } from "../../src/index.ts"
import { prefixesByZones } from "../../src/contacts/timeZoneData.ts"

const zonesOf = (number: string) => QuietHours.zonesOf(number as Contact.Contact, null)

describe("The time zones of a number", () => {
  it("are known to the clock, each of them", () => {
    const zones = new Set(prefixesByZones.flatMap(([names]) => names.split(" ")))
    assert.isAbove(zones.size, 200)
    for (const timeZone of zones) assert.doesNotThrow(() => new Intl.DateTimeFormat("en", { timeZone }), timeZone)
  })

  it("are known of the mobile numbers of every country", () => {
    for (const country of getCountries()) {
      assert.isNotEmpty(zonesOf(`+${getCountryCallingCode(country)}${examples[country] ?? ""}`), country)
    }
  })

  it.each([
    ["its region, of an overlay", "+14485550123", ["America/Chicago", "America/New_York"]],
    ["its region, of an overlay that the numbering plans do not know yet", "+18615550123", ["America/Chicago"]],
    ["its region, of an overlay in Tennessee", "+17295550123", ["America/Chicago", "America/New_York"]],
    ["the state's two zones", "+12085550123", ["America/Boise", "America/Denver", "America/Los_Angeles"]],
    ["the area code, in Brazil", "+5511991234567", ["America/Sao_Paulo"]],
    ["the area code, in Mexico", "+526641234567", ["America/Tijuana"]],
    ["the country, in Poland", "+48512345678", ["Europe/Warsaw"]],
    ["the place of a fixed line", "+34922123456", ["Atlantic/Canary"]]
  ])("are those of %s", (_, number, zones) => {
    assert.sameMembers([...zonesOf(number)], zones)
  })

  it("are all of the country where a mobile number may be anywhere in it", () => {
    assert.isTrue(parsePhoneNumberFromString("+79161234567")?.isValid())
    assert.includeMembers([...zonesOf("+79161234567")], ["Europe/Moscow", "Asia/Kamchatka"])
    assert.includeMembers([...zonesOf("+34612345678")], ["Europe/Madrid", "Atlantic/Canary"])
  })

  it.each(["+881612345678", "+870773111632", "+80012345678", "12345", "sender"])("are not made up: %s", (contact) => {
    assert.isEmpty(zonesOf(contact))
  })
})
