/** Passwords as `salt.key`, with scrypt. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto"
import { promisify } from "node:util"

const derive = promisify<string, Buffer, number, Buffer>(scrypt)
const SALT_BYTES = 16
const KEY_BYTES = 32

export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(password, salt, KEY_BYTES)
  return `${salt.toString("base64url")}.${key.toString("base64url")}`
}

export const isPassword = async (password: string, hash: string): Promise<boolean> => {
  const [salt = "", key = ""] = hash.split(".")
  const derived = await derive(password, Buffer.from(salt, "base64url"), KEY_BYTES)
  const expected = Buffer.from(key, "base64url")
  return expected.length === KEY_BYTES && timingSafeEqual(derived, expected)
}
