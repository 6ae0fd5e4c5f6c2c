/** What clients send. */
import { z } from "zod"
import { notFound } from "./problems.ts"

export const id = z.string().regex(/^[1-9]\d{0,17}$/)
export const limit = z.coerce.number().int().min(1).max(100).default(20)
/** PostgreSQL keeps every character but NUL. */
export const text = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .regex(/^[^\0]*$/)

/** An id of the path. What is none belongs to nothing. */
export const pathId = (value: string | undefined): string => {
  const parsed = id.safeParse(value)
  if (!parsed.success) throw notFound()
  return parsed.data
}
