/** Makes the keys of stored media: by tenant, so that no tenant's media can be asked for as another's. */
import { BlobKey, type Tenant } from "@careline/domain"
import { Effect } from "effect"

const TENANT_LENGTH = 16

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

const digest = (text: string): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
    (bytes) => hexOf(new Uint8Array(bytes))
  )

const prefixOf = (tenant: Tenant): Effect.Effect<string> =>
  Effect.map(digest(`tenant ${tenant ?? ""}`), (hex) => `${hex.slice(0, TENANT_LENGTH)}/`)

/** The key of what a provider has under a name: the same for the same thing, so that it is kept once. */
export const ofOriginal = Effect.fnUntraced(function* (tenant: Tenant, provider: string, name: string) {
  return BlobKey.make((yield* prefixOf(tenant)) + (yield* digest(JSON.stringify([provider, name]))))
})

/** A key that nobody can guess, for what staff bring. */
export const fresh = Effect.fnUntraced(function* (tenant: Tenant) {
  const secret = crypto.getRandomValues(new Uint8Array(TENANT_LENGTH))
  return BlobKey.make((yield* prefixOf(tenant)) + (yield* digest(hexOf(secret))))
})

/** Whether what is kept under the key is the tenant's. */
export const belongsTo = (key: BlobKey, tenant: Tenant): Effect.Effect<boolean> =>
  Effect.map(prefixOf(tenant), (prefix) => key.startsWith(prefix))
