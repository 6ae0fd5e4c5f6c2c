/** Which part of the bytes a player asks for (RFC 9110, 14): Safari plays no audio from a server that gives none. */

export interface Part {
  readonly start: number
  /** The first byte that is no longer part of it. */
  readonly end: number
}

/**
 * The part that the header asks for: `whole` where it asks for none or for several, or cannot be read, and `unsatisfiable`
 * where no byte of it is there.
 */
export const partOf = (header: string | undefined, size: number): Part | "whole" | "unsatisfiable" => {
  const [, first, last] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? "") ?? []
  if (first === undefined || last === undefined || first + last === "") return "whole"
  const part =
    first === ""
      ? { start: Math.max(0, size - Number(last)), end: size }
      : { start: Number(first), end: last === "" ? size : Math.min(size, Number(last) + 1) }
  if (first !== "" && last !== "" && Number(last) < Number(first)) return "whole"
  return part.start < part.end ? part : "unsatisfiable"
}
