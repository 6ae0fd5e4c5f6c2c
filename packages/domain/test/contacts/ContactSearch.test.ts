/** Contacts are found by words and digits, however they are written. */
import { assert, describe, it } from "vitest"
import { type Contact, ContactSearch } from "../../src/index.ts"

const zoe = { contactName: "Zoë O'Neill-Muñoz", externalContact: "+12025550147" as Contact.Contact }
const finds = (search: string) => ContactSearch.matches(zoe, search)

describe("A search for a contact", () => {
  it.each(["zoe", "ZOË", "munoz zo", "O'Neill", "(202) 555-0147", "0147", "+1 202.555", "", " "])(
    "finds by %j",
    (search) => assert.isTrue(finds(search))
  )

  it.each(["zoes", "zoe smith", "0148", "555 0147 9"])("does not find by %j", (search) => assert.isFalse(finds(search)))

  it("takes a few digits for words: a name may hold them", () => {
    assert.isTrue(ContactSearch.matches({ ...zoe, contactName: "Ward 7" }, "7"))
  })
})
