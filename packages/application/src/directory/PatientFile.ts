/**
 * Reads patients from a CSV file (RFC 4180) as spreadsheets write it: with commas, semicolons or tabs, with or without a byte order
 * mark. Every line is read or refused by its number, and none is lost: a quote that never closes takes nothing along unseen.
 */
import type { DirectoryEntry, PhoneNumber } from "@careline/domain"
import { parse } from "csv-parse/sync"
import { Effect, Exit, Schema } from "effect"
import { InvalidRequest } from "../shared/Errors.ts"
import { faultsOf, STRICT } from "../shared/ReadRequest.ts"
import { NewPatient, phonesOf } from "./DirectoryRequests.ts"

/** What is wrong with a line. No value of it is repeated. */
export interface LineFault {
  /** From 1 on, the header's. */
  readonly line: number
  /** `null`: it is about the line as a whole. */
  readonly column: string | null
  readonly detail: string
}

/** A patient of a line. */
export interface PatientLine {
  readonly line: number
  readonly id: string
  readonly name: string
  readonly phones: ReadonlyArray<DirectoryEntry.GivenPhone>
  readonly timeZone: string | null
}

/** Columns of phones: the patient's own, and of who speaks for them. */
const PHONES = ["phone", "phone2", "phone3", "proxy_phone", "proxy_phone2"] as const
const COLUMNS: ReadonlyArray<string> = ["id", "name", ...PHONES, "language", "time_zone"]
const NEEDED = ["id", "name"] as const
const DELIMITERS = [",", ";", "\t"] as const

/** The name of a column as it is compared: `Time zone` is `time_zone`. */
const columnOf = (written: string): string =>
  written
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_")

interface CsvRecord {
  readonly record: ReadonlyArray<string>
  readonly info: { readonly lines: number }
}

const OPTIONS = {
  bom: true,
  info: true,
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  trim: true
}

/** The records of a text, and whether a quote in what follows them never closes. */
const recordsOf = (text: string, delimiter: string, to?: number) => {
  let isOpen = false
  const records = parse(text, {
    ...OPTIONS,
    delimiter,
    skip_records_with_error: true,
    on_skip: () => {
      isOpen = true
      return undefined
    },
    ...(to === undefined ? {} : { to })
  }) as unknown as ReadonlyArray<CsvRecord>
  return { records, isOpen }
}

const lineBreaks = (record: ReadonlyArray<string>): number =>
  record.reduce((count, field) => count + (field.match(/\r\n|\n|\r/g)?.length ?? 0), 0)

const refuse = (message: string) => new InvalidRequest({ field: "", message })

/** The header's columns, by the delimiter that makes most of it. */
const headerOf = Effect.fnUntraced(function* (text: string) {
  const [best] = DELIMITERS.map((delimiter) => ({
    delimiter,
    columns: (recordsOf(text, delimiter, 1).records[0]?.record ?? []).map(columnOf)
  })).toSorted((one, other) => other.columns.length - one.columns.length)
  const { columns, delimiter } = best!
  const missing = NEEDED.filter((column) => !columns.includes(column))
  if (missing.length > 0)
    return yield* refuse(`must begin with a header that names the column ${missing.join(" and ")}`)
  const unknown = columns.flatMap((column, index) => (COLUMNS.includes(column) ? [] : [index + 1]))
  if (unknown.length > 0) {
    return yield* refuse(
      `has columns that are not known here: number ${unknown.join(", ")}; known are ${COLUMNS.join(", ")}`
    )
  }
  if (new Set(columns).size < columns.length) return yield* refuse("must name each column once")
  return { columns, delimiter }
})

const decodePatient = Schema.decodeUnknownExit(NewPatient, STRICT)

/** Where a fault of a patient stands in the line. */
const columnOfPath = ([field, index, part]: ReadonlyArray<string>, phones: ReadonlyArray<string>): string | null => {
  if (field === "timeZone") return "time_zone"
  if (field !== "phones") return field === undefined ? null : field
  return part === "language" ? "language" : (phones[Number(index)] ?? null)
}

/** The patient of a record, or what is wrong with it. */
const readRecord = (
  record: ReadonlyArray<string>,
  columns: ReadonlyArray<string>,
  line: number,
  region: PhoneNumber.CountryCode
): PatientLine | ReadonlyArray<LineFault> => {
  const fault = (column: string | null, detail: string): LineFault => ({ line, column, detail })
  if (record.length !== columns.length) {
    return [fault(null, `has ${record.length} fields, and the header has ${columns.length}`)]
  }
  const value = (column: string): string => record[columns.indexOf(column)] ?? ""
  if (value("id") === "") return [fault("id", "is needed")]
  const named = PHONES.filter((column) => value(column) !== "")
  if (named.length === 0 && value("language") !== "") return [fault("language", "is of a phone, and there is none")]
  const exit = decodePatient({
    id: value("id"),
    siteGroupingId: null,
    name: value("name"),
    phones: named.map((column) => ({
      number: value(column),
      language: value("language") === "" ? null : value("language"),
      isProxy: column.startsWith("proxy")
    })),
    timeZone: value("time_zone") === "" ? null : value("time_zone")
  })
  if (Exit.isFailure(exit)) {
    const issue = exit.cause.reasons.find((reason) => reason._tag === "Fail")?.error.issue
    const faults = issue === undefined ? [] : faultsOf(issue)
    const told = faults.map(({ detail, path }) => fault(columnOfPath(path, named), detail))
    return told.filter(({ column }, index) => told.findIndex((one) => one.column === column) === index)
  }
  const { id, name, phones, timeZone } = exit.value
  const read = phonesOf(phones, region)
  return "phones" in read
    ? { line, id: id!, name, phones: read.phones, timeZone: timeZone ?? null }
    : [fault(named[read.unreadable] ?? null, "must be a valid phone number without an extension")]
}

/** Every line of the file as a patient, or as what is wrong with it. Fails where nothing can be said of lines. */
export const readPatientFile = Effect.fnUntraced(function* (
  bytes: Uint8Array,
  region: PhoneNumber.CountryCode,
  maxLines: number
) {
  const text = yield* Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    catch: () => refuse("must be UTF-8: spreadsheets save it as “CSV UTF-8”")
  })
  const { columns, delimiter } = yield* headerOf(text)
  const { isOpen, records } = recordsOf(text, delimiter)
  if (records.length - 1 > maxLines) return yield* refuse(`may have ${maxLines} patients`)
  const faults: Array<LineFault> = []
  const patients = new Map<string, PatientLine>()
  for (const { info, record } of records.slice(1)) {
    const breaks = lineBreaks(record)
    const line = info.lines - breaks
    if (breaks > 0) {
      const detail = `a quote goes on to line ${info.lines}: nothing of these lines is imported`
      faults.push({ line, column: null, detail })
      continue
    }
    const read = readRecord(record, columns, line, region)
    if (!("id" in read)) faults.push(...read)
    else {
      const first = patients.get(read.id)
      if (first === undefined) patients.set(read.id, read)
      else faults.push({ line, column: "id", detail: `stands in line ${first.line} already` })
    }
  }
  if (isOpen) {
    const line = (records.at(-1)?.info.lines ?? 0) + 1
    faults.push({
      line,
      column: null,
      detail: "a quote opens here or later and never closes: nothing from here on is imported"
    })
  }
  return { patients: [...patients.values()], faults }
})
