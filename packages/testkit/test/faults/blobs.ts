/** Blob stores with one fault each, and the test of their contract that has to notice. */
import { BlobKey } from "@careline/domain"
import { MAX_LINK_MILLIS, StorageError, StoreFault, StoreUnavailable } from "@careline/ports"
import { Effect, Option } from "effect"
import type { BlobStoreContract } from "../../src/contract/index.ts"
import type { FaultTable } from "./Fault.ts"

type Parts = BlobStoreContract.BlobStoreParts
type Blobs = Parts["blobs"]
type Alter = (sound: Parts) => Parts

const blobs =
  (change: (sound: Blobs) => Partial<Blobs>): Alter =>
  (parts) => ({ ...parts, blobs: { ...parts.blobs, ...change(parts.blobs) } })

/** A store that has something of its own in the place of the bytes that it is given. */
const storing = (made: (bytes: Uint8Array) => Uint8Array): Alter =>
  blobs(({ put }) => ({ put: (key, { bytes, contentType }) => put(key, { bytes: made(bytes), contentType }) }))

/** A store with another idea of keys. */
const keyed = (made: (key: BlobKey) => BlobKey): Alter =>
  blobs(({ get, link, put, remove }) => ({
    put: (key, content) => Effect.map(put(made(key), content), (info) => ({ ...info, key })),
    get: (key) => get(made(key)),
    remove: (key) => remove(made(key)),
    link: (key, options) => link(made(key), options)
  }))

/** Asks the sound store, and answers something else. */
const answering =
  (made: (answer: Response, url: string, headers: Readonly<Record<string, string>>) => Response): Alter =>
  (parts) => ({
    ...parts,
    follow: (url, headers = {}) => parts.follow(url, headers).then((answer) => made(answer, url, headers))
  })

const withHeaders = (answer: Response, headers: Readonly<Record<string, string>>): Response => {
  const all = new Headers(answer.headers)
  for (const [name, value] of Object.entries(headers)) all.set(name, value)
  return new Response(answer.body, { status: answer.status, headers: all })
}

/** Links that somebody can alter: what was made is found again by a part of the URL. */
const findingBy =
  (part: (url: URL) => string): Alter =>
  (parts) => {
    const made = new Map<string, string>()
    return {
      ...parts,
      blobs: {
        ...parts.blobs,
        link: (key, options) =>
          Effect.tap(parts.blobs.link(key, options), (url) => Effect.sync(() => made.set(part(new URL(url)), url)))
      },
      follow: (url) => parts.follow(made.get(part(new URL(url))) ?? url)
    }
  }

/** Two halves of what is put, with time for somebody else between them. */
const torn = blobs(({ get, put }) => ({
  put: (key, { bytes, contentType }) =>
    Effect.gen(function* () {
      const half = Math.floor(bytes.length / 2)
      yield* put(key, { bytes: bytes.slice(0, half), contentType })
      yield* Effect.yieldNow
      const begun = Option.match(yield* get(key), { onNone: () => bytes, onSome: (found) => found.bytes })
      const whole = new Uint8Array([...begun.slice(0, half), ...bytes.slice(half)])
      return yield* put(key, { bytes: whole, contentType })
    })
}))

const fault = (operation: string) => new StorageError({ operation, reason: new StoreFault({ message: "not there" }) })

const unavailable = (operation: string) =>
  Effect.fail(new StorageError({ operation, reason: new StoreUnavailable({ message: "ECONNREFUSED" }) }))

/** The store while it is away, as it should be. */
const away = (sound: Parts): Parts => ({
  ...sound,
  away: {
    put: () => unavailable("put"),
    get: () => unavailable("get"),
    remove: () => unavailable("remove"),
    link: sound.blobs.link
  }
})

const whileAway =
  (change: Partial<Blobs>): Alter =>
  (sound) => {
    const parts = away(sound)
    return { ...parts, away: { ...parts.away!, ...change } }
  }

/** Serves the part that is asked for (RFC 9110, 14), which the memory store does not. */
const inParts =
  (slice: (bytes: Uint8Array, start: number, end: number) => Uint8Array): Alter =>
  (parts) => ({
    ...parts,
    follow: async (url, headers = {}) => {
      const whole = await parts.follow(url)
      const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? "") ?? []
      if (whole.status !== 200) return whole
      const bytes = new Uint8Array(await whole.arrayBuffer())
      const answer = new Response(bytes, {
        headers: { ...Object.fromEntries(whole.headers), "accept-ranges": "bytes" }
      })
      if (first + last === "") return answer
      const start = first === "" ? bytes.length - Number(last) : Number(first)
      const end = first === "" || last === "" ? bytes.length : Math.min(bytes.length, Number(last) + 1)
      if (start >= bytes.length) {
        return new Response(null, { status: 416, headers: { "content-range": `bytes */${bytes.length}` } })
      }
      const part = slice(bytes, start, end)
      const range = {
        "content-range": `bytes ${start}-${end - 1}/${bytes.length}`,
        "content-length": String(part.length)
      }
      const { body } = new Response(new Uint8Array(part))
      return withHeaders(new Response(body, { status: 206, headers: answer.headers }), range)
    }
  })

/** What the memory store cannot do, done right: for the tests that need it. */
export const whole: Alter = (sound) => away(inParts((bytes, start, end) => bytes.slice(start, end))(sound))

export const blobFaults: FaultTable<Alter> = {
  Content: {
    "keeps no more than a megabyte → byte for byte: 5242880 bytes": storing((bytes) => bytes.slice(0, 1024 * 1024)),
    "takes no bytes for nothing kept → put, byte for byte: 0 bytes": blobs(({ get }) => ({
      get: (key) =>
        Effect.map(
          get(key),
          Option.filter(({ info }) => info.size > 0)
        )
    })),
    "takes bytes for text → give back any bytes as they are": storing((bytes) =>
      new TextEncoder().encode(new TextDecoder().decode(bytes))
    ),
    "writes its digests in upper case → say size, SHA-256 and media type, when": blobs(({ put }) => ({
      put: (key, content) => Effect.map(put(key, content), (info) => ({ ...info, sha256: info.sha256.toUpperCase() }))
    })),
    "keeps a media type as it was written → keep a media type without its parameters": blobs(({ put }) => ({
      put: (key, content) => Effect.map(put(key, content), (info) => ({ ...info, contentType: content.contentType }))
    })),
    "keeps what came first → replace what was there by what is put": blobs(({ get, put }) => ({
      put: (key, content) =>
        Effect.flatMap(get(key), (found) =>
          Option.isSome(found) ? Effect.succeed(found.value.info) : put(key, content)
        )
    })),
    "leaves the end of what was longer → replace what was there by what is put": blobs(({ get, put }) => ({
      put: (key, { bytes, contentType }) =>
        Effect.flatMap(get(key), (found) => {
          const old = Option.match(found, { onNone: () => new Uint8Array(), onSome: ({ bytes }) => bytes })
          return put(key, { bytes: Buffer.concat([bytes, old.slice(bytes.length)]), contentType })
        })
    })),
    "gives out its own array → keep what was given when it was given": (parts) => {
      const given = new Map<string, Uint8Array>()
      return blobs(({ get, put }) => ({
        put: (key, content) => {
          given.set(key, content.bytes)
          return put(key, content)
        },
        get: (key) =>
          Effect.map(
            get(key),
            Option.map((found) => ({ ...found, bytes: given.get(key) ?? found.bytes }))
          )
      }))(parts)
    },
    "writes in two steps → leave one whole content after many": torn,
    "is read between two steps → give whole contents while others are": torn
  },
  Keys: {
    "has empty content under any key → under a key that was never kept": blobs(({ get }) => ({
      get: (key) =>
        Effect.map(get(key), (found) =>
          Option.orElse(found, () =>
            Option.some({ info: { key, contentType: "audio/wav", size: 0, sha256: "" }, bytes: new Uint8Array() })
          )
        )
    })),
    "only says that it removes → that was removed, until it is put again": blobs(() => ({ remove: () => Effect.void })),
    "fails to remove what is not there → take the removal of what is not there": blobs(({ get, remove }) => ({
      remove: (key) =>
        Effect.flatMap(get(key), (found) => (Option.isNone(found) ? Effect.fail(fault("remove")) : remove(key)))
    })),
    "does not tell cases apart → keep apart keys that differ only in": keyed((key) => BlobKey.make(key.toLowerCase())),
    "makes one name of a path → keep apart keys that differ only in": keyed((key) =>
      BlobKey.make(key.replaceAll("/", "_"))
    ),
    "cuts long keys off → keep apart keys that differ only in": keyed((key) => BlobKey.make(key.slice(0, 46)))
  },
  Links: {
    "serves what was there when the link was made → older link what was put since": (parts) => {
      const then = new Map<string, Uint8Array>()
      return {
        ...parts,
        blobs: {
          ...parts.blobs,
          link: (key, options) =>
            Effect.gen(function* () {
              const url = yield* parts.blobs.link(key, options)
              const found = yield* parts.blobs.get(key)
              then.set(url, Option.match(found, { onNone: () => new Uint8Array(), onSome: ({ bytes }) => bytes }))
              return url
            })
        },
        follow: (url) => parts.follow(url).then(({ headers }) => new Response(then.get(url)!.slice(), { headers }))
      }
    },
    "serves everything as one type → serve exactly the bytes, as the type": answering((answer) =>
      withHeaders(answer, { "content-type": "application/octet-stream" })
    ),
    "sets a cookie → serve exactly the bytes, as the type": answering((answer) =>
      withHeaders(answer, { "set-cookie": "a=b" })
    ),
    "asks a link for nothing but its key → link that was altered in any of its": findingBy(({ pathname }) => pathname),
    "serves a bare key → link without its parameters": findingBy(({ pathname }) => pathname),
    "lets browsers keep what they were shown → tell whoever serves and shows it to": answering((answer) =>
      withHeaders(answer, { "cache-control": "private" })
    ),
    "serves any key by one link → to one key for another one": (parts) => ({
      ...parts,
      follow: async (url) => {
        const answer = await parts.follow(url)
        if (answer.status !== 403) return answer
        const key = BlobKey.make(new URL(url).pathname.slice(1))
        const found = await Effect.runPromise(parts.blobs.get(key))
        return Option.match(found, { onNone: () => answer, onSome: ({ bytes }) => new Response(bytes.slice()) })
      }
    }),
    "never lets a link expire → until a link expires, and refuse it": (parts) => ({ ...parts, aged: (link) => link }),
    "lets a link expire at once → until a link expires, and refuse it": blobs(({ link }) => ({
      link: (key, options) => link(key, { ...options, expiresInMillis: 1 })
    })),
    "lets a link live for as long as was asked for → link expire after the longest time": (parts) => ({
      ...parts,
      aged: (link, byMillis) => parts.aged(link, Math.min(byMillis, MAX_LINK_MILLIS - 1))
    })
  },
  "File names and types": {
    "puts a file name into a header as it is → file name add a header or lead out": (parts) => {
      const names = new Map<string, string>()
      return {
        ...blobs(({ link }) => ({
          link: (key, options) =>
            Effect.tap(link(key, options), (url) => Effect.sync(() => names.set(url, options.fileName)))
        }))(parts),
        follow: (url) =>
          parts
            .follow(url)
            .then((answer) => withHeaders(answer, { "content-disposition": `inline; filename="${names.get(url)}"` }))
      }
    },
    "knows only ASCII → name the file as the link does, in": answering((answer) => {
      const header = answer.headers.get("content-disposition") ?? ""
      return withHeaders(answer, { "content-disposition": header.replace(/; filename\*.*/, "") })
    }),
    "shows a page in place → have a browser save what it would run": answering((answer) => {
      const header = answer.headers.get("content-disposition") ?? ""
      return withHeaders(answer, { "content-disposition": header.replace("attachment", "inline") })
    }),
    "has recordings saved → show recordings and pictures in place": answering((answer) => {
      const header = answer.headers.get("content-disposition") ?? ""
      return withHeaders(answer, { "content-disposition": header.replace("inline", "attachment") })
    }),
    "lets a browser guess → forbid to guess another type": answering((answer) =>
      withHeaders(answer, { "x-content-type-options": "" })
    )
  },
  Parts: {
    "leaves the last byte of a part out → serve the part that a player asks for": inParts((bytes, start, end) =>
      bytes.slice(start, end - 1)
    ),
    "serves a part as a whole → serve the part that a player asks for": answering((answer) => answer)
  },
  Outage: {
    "takes what it cannot look for as gone → what it cannot look for is not gone": whileAway({
      get: () => Effect.succeed(Option.none())
    }),
    "takes an outage for a fault → what it cannot look for is not gone": whileAway({
      put: () => Effect.fail(fault("put"))
    }),
    "names the key in an error → what it cannot look for is not gone": whileAway({
      remove: (key) => unavailable(`remove ${key}`)
    }),
    "asks the store for a link → make a link while it is away": whileAway({ link: () => unavailable("link") })
  }
}
