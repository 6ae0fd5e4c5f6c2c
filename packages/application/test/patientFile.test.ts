/** A file of patients as spreadsheets write it: each line is read, or refused by its number. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { readPatientFile } from "../src/directory/PatientFile.ts"

const read = (text: string, maxLines = 100) =>
  Effect.runPromise(readPatientFile(new TextEncoder().encode(text), "US", maxLines))

const refusal = async (bytes: string | Uint8Array, maxLines = 100) => {
  const given = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes
  return (await Effect.runPromise(Effect.flip(readPatientFile(given, "US", maxLines)))).message
}

const namesOf = async (text: string) => (await read(text)).patients.map(({ name }) => name)

describe("A file of patients", () => {
  it("is read with commas, semicolons or tabs, a byte order mark, quotes and any line ends", async () => {
    assert.deepStrictEqual(await namesOf('id,name\n1,Ana\n2,"Silva, Ben"\n'), ["Ana", "Silva, Ben"])
    assert.deepStrictEqual(await namesOf('\ufeffID;Name\r\n1;Ana\r\n2;"Silva; ""Ben"""\r\n'), ["Ana", 'Silva; "Ben"'])
    assert.deepStrictEqual(await namesOf("id\tname\n1\tSilva, Ana; MD\n\n"), ["Silva, Ana; MD"])
    assert.deepStrictEqual(await namesOf('id,name\n1,Ben "Benny" Silva'), ['Ben "Benny" Silva'])
  })

  it("has phones of the patient and of who speaks for them, a language and a time zone", async () => {
    const header = "id,name,phone,Proxy phone,language,Time zone"
    const { faults, patients } = await read(
      `${header}\n7,Ana,(303) 555-0123,303-555-0188,es-US,America/Denver\n8,Ben,,,,`
    )
    assert.deepStrictEqual(faults, [])
    assert.deepStrictEqual(patients, [
      {
        line: 2,
        id: "7",
        name: "Ana",
        phones: [
          { number: "+13035550123" as never, language: "es-US" as never, isProxy: false },
          { number: "+13035550188" as never, language: "es-US" as never, isProxy: true }
        ],
        timeZone: "America/Denver"
      },
      { line: 3, id: "8", name: "Ben", phones: [], timeZone: null }
    ])
  })

  it("keeps what can be read, and tells of everything else by line and column without its value", async () => {
    const { faults, patients } = await read(
      [
        "id,name,phone,proxy_phone,language,time_zone",
        "1,Ana,+13035550123,,,",
        "2,,+13035550123,,,",
        "3,Cleo,12345,,,",
        "4,Dan,,303-555-0188 ext. 7,,",
        ",Eve,,,,",
        "",
        "6,Flo,,,Spanish,",
        "7,Gus,+13035550123,,en-US,Mars/Base",
        "8,Hal",
        "1,Ida,,,,",
        "search,Jo,,,,",
        "9,Kim,,,,"
      ].join("\n")
    )
    assert.deepStrictEqual(
      patients.map(({ id, line }) => [id, line]),
      [
        ["1", 2],
        ["9", 13]
      ]
    )
    assert.deepStrictEqual(
      faults.map(({ column, line }) => [line, column]),
      [
        [3, "name"],
        [4, "phone"],
        [5, "proxy_phone"],
        [6, "id"],
        [8, "language"],
        [9, "time_zone"],
        [10, null],
        [11, "id"],
        [12, "id"]
      ]
    )
    for (const secret of ["12345", "Spanish", "Mars", "Cleo"]) assert.notInclude(JSON.stringify(faults), secret)
  })

  it("loses no line to a quote that goes on, or that never closes", async () => {
    const goesOn = await read('id,name\n1,Ana\n2,"Ben\n3,Cleo"\n4,Dan')
    assert.deepStrictEqual(
      goesOn.patients.map(({ id }) => id),
      ["1", "4"]
    )
    assert.deepStrictEqual(
      goesOn.faults.map(({ column, line }) => [line, column]),
      [[3, null]]
    )
    assert.include(goesOn.faults[0]!.detail, "line 4")
    const open = await read('id,name\n1,Ana\n2,"Ben\n3,Cleo\n4,Dan')
    assert.deepStrictEqual(
      open.patients.map(({ id }) => id),
      ["1"]
    )
    assert.deepStrictEqual(
      open.faults.map(({ line }) => line),
      [3]
    )
  })

  it("is refused as a whole where nothing can be said of its lines", async () => {
    assert.include(await refusal(""), "header")
    assert.include(await refusal("name\nAna"), "id")
    assert.include(await refusal("id,name,ssn\n1,Ana,2"), "number 3")
    assert.include(await refusal("id,name,name\n1,Ana,2"), "once")
    assert.include(await refusal(new Uint8Array([0x69, 0x64, 0x2c, 0xe9])), "UTF-8")
    assert.include(await refusal("id,name\n1,Ana\n2,Ben", 1), "1 patients")
  })

  it("accounts for every line, whatever stands in it", async () => {
    const cell = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.string({ unit: "binary", maxLength: 4 }),
      fc.constant("+13035550123")
    )
    const quoted = (text: string) => `"${text.replaceAll('"', '""').replaceAll(/[\r\n]/g, " ")}"`
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 20 }), async (rows) => {
        const lines = rows.map((row) => row.map((text) => quoted(text.toWellFormed())).join(","))
        const { faults, patients } = await read(["id,name,phone", ...lines].join("\n"))
        const told = new Set([...faults, ...patients].map(({ line }) => line))
        for (const [index, row] of rows.entries()) {
          const isBlank = row.length === 1 && row[0]!.trim() === ""
          assert.isTrue(isBlank || told.has(index + 2), `${index + 2}: ${JSON.stringify(row)}`)
        }
      })
    )
  })

  it("never throws, whatever the bytes are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.string(), async (bytes, text) => {
        for (const given of [bytes, new TextEncoder().encode(`id,name\n${text}`)]) {
          const exit = await Effect.runPromise(Effect.result(readPatientFile(given, "US", 100)))
          assert.include(["Success", "Failure"], exit._tag)
        }
      })
    )
  })
})
