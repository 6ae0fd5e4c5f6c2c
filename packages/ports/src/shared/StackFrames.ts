/**
 * Where an error was thrown, for a log. Its message is left out whatever it looks like: query builders put what people
 * wrote in there, and a line of that may begin with "at".
 */
import { isError, readText } from "./Foreign.ts"

const INDENT = "    at "
const FRAME = /^ {4}at .*:\d+:\d+\)?$/
const IDENTIFIER = /^[A-Za-z_$][\w$]{0,63}$/
/** Node writes an error's code behind its name: `TypeError [ERR_INVALID_ARG_TYPE]`. */
const HEAD = /^[\w$.]+(?: \[\w+\])?/

/** The lines behind the header, which is the name and the message. None where the header is another. */
const behindHeader = (stack: string, name: string, message: string): ReadonlyArray<string> => {
  for (const head of [name, HEAD.exec(stack)?.[0] ?? "", ""]) {
    // Where one of the two is empty, the colon is left out; but not by who follows source maps.
    const headers = head === "" || message === "" ? [head + message, `${head}: ${message}`] : [`${head}: ${message}`]
    const header = headers.find((one) => stack.startsWith(`${one}\n${INDENT}`))
    if (header !== undefined) return stack.slice(header.length + 1).split("\n")
  }
  return []
}

/** The first frames. Behind them may stand others' words again: some libraries append what was the cause. */
const framesOf = (error: Error, count: number): ReadonlyArray<string> => {
  const lines = behindHeader(readText(error, "stack"), readText(error, "name"), readText(error, "message"))
  const end = lines.findIndex((line) => !line.startsWith(INDENT))
  return lines
    .slice(0, end === -1 ? undefined : end)
    .filter((line) => FRAME.test(line))
    .slice(0, count)
    .map((line) => line.trim())
}

/** The error's name and the first `frames` of its stack: nothing of what it says. */
export const placeOf = (error: unknown, frames: number): string => {
  if (!isError(error)) return "not an error"
  const name = readText(error, "name")
  return [IDENTIFIER.test(name) ? name : "Error", ...framesOf(error, frames)].join(" ")
}
