/** Reads values of foreign code safely: a getter may throw, and so may a proxy. */

/** A property; `undefined` when it cannot be read. */
export const read = (value: unknown, property: string): unknown => {
  try {
    return (value as Readonly<Record<string, unknown>>)[property]
  } catch {
    return undefined
  }
}

/** A property that is a string; the empty one for anything else. */
export const readText = (value: unknown, property: string): string => {
  const text = read(value, property)
  return typeof text === "string" ? text : ""
}

/** Whether it is an `Error`; `false` when that cannot be told. */
export const isError = (value: unknown): value is Error => {
  try {
    return value instanceof Error
  } catch {
    return false
  }
}
