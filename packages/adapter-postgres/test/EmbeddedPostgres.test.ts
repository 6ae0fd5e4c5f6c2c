/** The embedded PostgreSQL under what happens to a host: restarts, `kill -9` at any moment, a second one. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { assert, describe, it } from "@effect/vitest"
import { SiteGroupingId } from "@careline/domain"
import { Settings } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted, Schema } from "effect"
import { EmbeddedPostgres } from "../src/embedded.ts"

const temporary = Effect.acquireRelease(
  Effect.promise(async () => realpath(await mkdtemp(join(tmpdir(), "careline-embedded-")))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }))
)

const query = <A extends object>(url: Redacted.Redacted, statement: string) =>
  Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe<A>(statement)).pipe(
    Effect.provide(PgClient.layer({ url, maxConnections: 1 })),
    Effect.scoped
  )

const Said = Schema.fromJsonString(
  Schema.Struct({
    url: Schema.optional(Schema.String),
    serverPid: Schema.optional(Schema.Int),
    refused: Schema.optional(Schema.String)
  })
)

interface Host {
  readonly process: ChildProcess
  readonly lines: AsyncIterator<string>
}

/** A host in a process of its own. One that still lives when the scope closes stops its server and goes. */
const spawnHost = (directory: string) =>
  Effect.acquireRelease(
    Effect.sync((): Host => {
      const child = spawn(process.execPath, [join(import.meta.dirname, "fixtures", "embeddedHost.ts"), directory], {
        stdio: ["pipe", "pipe", "inherit"]
      })
      return { process: child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
    }),
    ({ process: child }) =>
      Effect.promise(async () => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const gone = once(child, "exit")
        child.stdin?.end()
        await gone
      })
  )

const kill = ({ process: child }: Host) =>
  Effect.promise(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, "exit")
    child.kill("SIGKILL")
    await gone
  })

const heard = (host: Host) =>
  Effect.promise(() => host.lines.next()).pipe(
    Effect.flatMap(({ value }) => Schema.decodeUnknownEffect(Said)(value)),
    Effect.orDie
  )

const up = Effect.fnUntraced(function* (host: Host) {
  const { refused, serverPid, url } = yield* heard(host)
  if (url === undefined || serverPid === undefined) return assert.fail(`The host was refused: ${refused}`)
  return { url: Redacted.make(url), serverPid }
})

const isAlive = (pid: number) =>
  Effect.promise(() =>
    readFile(`/proc/${pid}/stat`, "utf8").then(
      (text) => !text.includes(") Z "),
      () => false
    )
  )

const startOnce = (directory: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { url } = yield* EmbeddedPostgres.start({ directory })
      return yield* query<{ one: number }>(url, "select 1 as one")
    })
  )

describe.concurrent("A PostgreSQL of our own", () => {
  it.live("is durable, keeps UTC and answers on the loopback only", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const { url } = yield* EmbeddedPostgres.start({ directory })
      const settings = yield* query<{ name: string; setting: string }>(
        url,
        `select name, setting from pg_settings
         where name in ('fsync', 'listen_addresses', 'unix_socket_directories', 'TimeZone', 'max_connections')
         order by name`
      )
      assert.deepStrictEqual(Object.fromEntries(settings.map(({ name, setting }) => [name, setting])), {
        fsync: "on",
        listen_addresses: "127.0.0.1",
        max_connections: "100",
        TimeZone: "UTC",
        unix_socket_directories: ""
      })
      const [version] = yield* query<{ server_version: string }>(url, "show server_version")
      assert.match(version?.server_version ?? "", /^18\./)
    }).pipe(Effect.scoped)
  )

  it.live("keeps its password from others, and lets nobody in without it", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const { url } = yield* EmbeddedPostgres.start({ directory })
      const { mode } = yield* Effect.promise(() => stat(join(directory, "password")))
      assert.strictEqual(mode & 0o777, 0o600)
      const wrong = new URL(Redacted.value(url))
      wrong.password = "wrong"
      const error = yield* Effect.flip(query(Redacted.make(wrong.href), "select 1"))
      assert.strictEqual(error.reason._tag, "AuthenticationError")
    }).pipe(Effect.scoped)
  )

  it.live("has the data again after a restart", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { url } = yield* EmbeddedPostgres.start({ directory })
          yield* query(url, "create table kept as select 42 as answer")
        })
      )
      const { url } = yield* EmbeddedPostgres.start({ directory })
      assert.deepStrictEqual(yield* query(url, "select answer from kept"), [{ answer: 42 }])
    }).pipe(Effect.scoped)
  )

  it.live("leaves no server and no lock behind when it closes", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* startOnce(directory)
      assert.sameMembers(yield* Effect.promise(() => readdir(directory)), ["host.lock", "password", "postgres"])
      assert.notInclude(yield* Effect.promise(() => readdir(join(directory, "postgres"))), "postmaster.pid")
    }).pipe(Effect.scoped)
  )

  it.live("is a whole store as a layer", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const settings = yield* Effect.flatMap(Settings, (store) => store.effective([SiteGroupingId.make("north")])).pipe(
        Effect.provide(EmbeddedPostgres.layer({ directory }))
      )
      assert.lengthOf(settings, 1)
    }).pipe(Effect.scoped)
  )

  it.live("says why when the given port is taken", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const taken = yield* Effect.acquireRelease(
        Effect.callback<ReturnType<typeof createServer>>((resume) => {
          const server = createServer()
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
      )
      const address = taken.address()
      if (address === null || typeof address === "string") return assert.fail("no port")
      const error = yield* Effect.flip(EmbeddedPostgres.start({ directory, port: address.port }))
      assert.strictEqual(error.reason, "failed")
      assert.include(error.message, "Address already in use")
    }).pipe(Effect.scoped)
  )
})

describe.runIf(process.getuid?.() === 0)("A PostgreSQL of our own, as root", () => {
  it.live("runs in a directory below one that is root's alone, and still is not root", () =>
    Effect.gen(function* () {
      const closed = yield* temporary
      const { url } = yield* EmbeddedPostgres.start({ directory: join(closed, "within") })
      const [row] = yield* query<{ may: boolean }>(
        url,
        "select rolsuper and pg_read_file('/proc/self/status') !~ 'Uid:\\s+0' as may from pg_roles where rolname = 'careline'"
      )
      assert.isTrue(row?.may)
    }).pipe(Effect.scoped)
  )
})

describe.concurrent("After kill -9 of its host", () => {
  it.live("a committed row is still there, and the server left behind is gone", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const host = yield* spawnHost(directory)
      const before = yield* up(host)
      yield* query(before.url, "create table kept as select 42 as answer")
      yield* kill(host)
      assert.isTrue(yield* isAlive(before.serverPid), "the server outlives its host")

      const { url } = yield* EmbeddedPostgres.start({ directory })
      assert.isFalse(yield* isAlive(before.serverPid))
      assert.deepStrictEqual(yield* query(url, "select answer from kept"), [{ answer: 42 }])
    }).pipe(Effect.scoped)
  )

  it.live("a committed row is still there when the server was killed with it", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const host = yield* spawnHost(directory)
      const before = yield* up(host)
      yield* query(before.url, "create table kept as select 42 as answer")
      yield* kill(host)
      yield* Effect.sync(() => process.kill(before.serverPid, "SIGKILL"))

      const { url } = yield* EmbeddedPostgres.start({ directory })
      assert.deepStrictEqual(yield* query(url, "select answer from kept"), [{ answer: 42 }])
    }).pipe(Effect.scoped)
  )

  it.live("it starts again, whenever in its first start the host was killed", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const seen: Array<string> = []
      // Each round kills one step later: on sight of the next kind of file in the directory, up to a server that runs.
      for (const sight of ["host.lock", "postgres.making-", "password", "postgres", "postgres/postmaster.pid"]) {
        const host = yield* spawnHost(directory)
        yield* Effect.promise(() => appearance(directory, sight, host.process))
        yield* kill(host)
        seen.push(sight)
      }
      assert.lengthOf(seen, 5)
      assert.deepStrictEqual(yield* startOnce(directory), [{ one: 1 }])
      assert.sameMembers(yield* Effect.promise(() => readdir(directory)), ["host.lock", "password", "postgres"])
    }).pipe(Effect.scoped)
  )

  it.live("a half-made cluster is made anew", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const half = join(directory, "postgres.making-0123456789abcdef")
      yield* Effect.promise(() => mkdir(half))
      yield* Effect.promise(() => writeFile(join(half, "PG_VERSION"), "18\n"))
      yield* Effect.promise(() => writeFile(join(directory, "password"), "of the half"))
      assert.deepStrictEqual(yield* startOnce(directory), [{ one: 1 }])
      assert.sameMembers(yield* Effect.promise(() => readdir(directory)), ["host.lock", "password", "postgres"])
    }).pipe(Effect.scoped)
  )

  it.live("a pid file that names a stranger harms neither", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* startOnce(directory)
      const pidFile = join(directory, "postgres", "postmaster.pid")
      yield* Effect.promise(() =>
        writeFile(pidFile, `${process.pid}\n${join(directory, "postgres")}\n0\n5432\n\n127.0.0.1\n`)
      )
      assert.deepStrictEqual(yield* startOnce(directory), [{ one: 1 }])
    }).pipe(Effect.scoped)
  )
})

describe.concurrent("A second host on the same directory", () => {
  it.live("is refused while the first lives, and let in afterwards", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const first = yield* spawnHost(directory)
      const { serverPid, url } = yield* up(first)

      const error = yield* Effect.flip(Effect.scoped(EmbeddedPostgres.start({ directory })))
      assert.strictEqual(error.reason, "in_use")
      assert.isTrue(yield* isAlive(serverPid))
      assert.deepStrictEqual(yield* query(url, "select 1 as one"), [{ one: 1 }])

      yield* kill(first)
      assert.deepStrictEqual(yield* startOnce(directory), [{ one: 1 }])
    }).pipe(Effect.scoped)
  )

  it.live("is refused under another name of the directory", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const beside = yield* temporary
      yield* EmbeddedPostgres.start({ directory })
      const alias = join(beside, "alias")
      yield* Effect.promise(() => symlink(directory, alias))
      const error = yield* Effect.flip(EmbeddedPostgres.start({ directory: alias }))
      assert.strictEqual(error.reason, "in_use")
    }).pipe(Effect.scoped)
  )

  it.live("is refused in a directory with a long path", () =>
    Effect.gen(function* () {
      const parent = yield* temporary
      yield* Effect.promise(() => chmod(parent, 0o755))
      const directory = join(parent, "d".repeat(60), "e".repeat(60))
      const first = yield* spawnHost(directory)
      yield* up(first)
      const error = yield* Effect.flip(Effect.scoped(EmbeddedPostgres.start({ directory })))
      assert.strictEqual(error.reason, "in_use")
      yield* kill(first)
      assert.deepStrictEqual(yield* startOnce(directory), [{ one: 1 }])
    }).pipe(Effect.scoped)
  )

  it.live("is the only one to be refused when several start at once after a crash", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const crashed = yield* spawnHost(directory)
      yield* up(crashed)
      yield* kill(crashed)
      const hosts = yield* Effect.all(Array.from({ length: 4 }, () => spawnHost(directory)))
      const said = yield* Effect.forEach(hosts, heard, { concurrency: "unbounded" })
      assert.lengthOf(
        said.filter(({ url }) => url !== undefined),
        1
      )
      assert.lengthOf(
        said.filter(({ refused }) => refused === "in_use"),
        3
      )
    }).pipe(Effect.scoped)
  )
})

/** Resolves on the first sight of a file in the directory whose name begins so, or when the host ends. */
const appearance = async (directory: string, sight: string, host: ChildProcess): Promise<void> => {
  const [parent = "", name = ""] = sight.includes("/") ? sight.split("/") : ["", sight]
  while (host.exitCode === null) {
    const names = await readdir(join(directory, parent)).catch(() => [])
    if (names.some((one) => (sight === "postgres" ? one === name : one.startsWith(name)))) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}
