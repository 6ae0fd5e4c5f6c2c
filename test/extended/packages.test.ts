/** The packages as somebody else gets them: packed, installed by npm, imported and compiled against by their names. */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { build } from "../../scripts/build.ts"
import { faultsOf } from "../../scripts/check-packages.ts"
import { pack, type Tarball } from "../../scripts/pack.ts"
import { entriesOf, packages, root } from "../../scripts/packages.ts"
import { run } from "../../scripts/run.ts"
import { type Consumer, makeConsumer, nodeOf } from "../support/consumer.ts"
import { examples, runExample } from "../support/examples.ts"
import { freshDatabase } from "../support/postgres.ts"

const folder = mkdtempSync(join(tmpdir(), "careline-packages-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let tarballs: ReadonlyArray<Tarball> = []
beforeAll(async () => {
  await build()
  const destination = join(folder, "tarballs")
  mkdirSync(destination)
  tarballs = await pack(destination)
})

const developed = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies as Readonly<
  Record<string, string>
>
/** In the version that the workspace is developed with. */
const version = (name: string) => `${name}@${developed[name]!}`

/** The entries that want a test runner of those who use them. */
const forTests = new Set(["@careline/testkit/contract"])
const entries = packages.flatMap(entriesOf)

describe("A package", () => {
  for (const { manifest, short } of packages) {
    it(`${short} publishes the entries that it has here, and nothing else`, () => {
      const built = Object.entries(manifest.exports).map(([entry, source]) => {
        assert.match(source, /^\.\/src\/.+\.ts$/)
        const module = source.replace("./src/", "./dist/")
        return [entry, { types: module.replace(/\.ts$/, ".d.ts"), default: module.replace(/\.ts$/, ".js") }]
      })
      assert.deepStrictEqual(manifest.publishConfig?.exports, Object.fromEntries(built))
      assert.strictEqual(manifest.publishConfig?.access, "public")
      assert.deepStrictEqual(manifest.files, ["dist", "src"])
      assert.match(manifest.engines?.node ?? "", /^>=22/)
    })

    it(`${short} shares its user's effect`, () => {
      assert.isUndefined(manifest.dependencies?.effect)
      assert.strictEqual(manifest.peerDependencies?.effect, "^4.1.0")
    })
  }
})

describe("The tarballs", () => {
  it("are one for each package, and nothing is wrong with them", async () => {
    assert.sameMembers(
      tarballs.map(({ name }) => name),
      packages.map(({ manifest }) => manifest.name)
    )
    assert.deepStrictEqual(await faultsOf(tarballs), [])
  })

  it("would be found out if there were", async () => {
    const broken = join(folder, "broken")
    mkdirSync(broken)
    // Declarations of another kind of module, and a module that is not there.
    const exports = { ".": { types: "./index.d.cts", default: "./index.js" }, "./gone": "./missing.js" }
    const manifest = { name: "broken", version: "1.0.0", type: "module", exports }
    writeFileSync(join(broken, "index.js"), "export const one = 1\n")
    writeFileSync(join(broken, "index.d.cts"), "export declare const one: number\n")
    writeFileSync(join(broken, "package.json"), JSON.stringify(manifest))
    await run("npm", ["pack", "--ignore-scripts"], { cwd: broken })
    const faults = await faultsOf([{ name: "broken", file: join(broken, "broken-1.0.0.tgz") }])
    assert.include(faults.join("\n"), "missing.js")
    assert.include(faults.join("\n"), "Masquerading as CJS")
  })
})

/** Imports each of the entries, and prints which ones have something in them, as JSON. */
const importAll = `
const entries = process.argv.slice(1)
const modules = await Promise.all(entries.map((entry) => import(entry)))
console.log(JSON.stringify(entries.filter((_, index) => Object.keys(modules[index]).length > 0)))
`
/** Prints the code of the error that an import fails with. */
const importFails = `console.log(await import(process.argv[1]).then(() => "imported", ({ code }) => code))`

for (const [release, alias] of [
  ["22", "node-22"],
  ["24", "node"]
] as const) {
  describe(`On Node ${release}, installed by npm`, () => {
    const home = join(folder, release)
    let consumer: Consumer
    beforeAll(async () => {
      mkdirSync(home)
      consumer = await makeConsumer(home, nodeOf(alias))
      await consumer.install([...tarballs.map(({ file }) => file), version("effect"), version("@types/node")])
    })

    it("there is one effect for all of them", async () => {
      assert.match(await consumer.evaluate("console.log(process.version)"), new RegExp(`^v${release}\\.`))
      const copies = globSync("**/node_modules/effect/package.json", { cwd: home })
      assert.lengthOf(copies, 1)
    })

    it("every entry can be imported, those for tests once there is a test runner", async () => {
      const always = entries.filter((entry) => !forTests.has(entry))
      assert.deepStrictEqual(JSON.parse(await consumer.evaluate(importAll, ...always)), always)
      for (const entry of forTests) {
        assert.strictEqual((await consumer.evaluate(importFails, entry)).trim(), "ERR_MODULE_NOT_FOUND")
      }
      await consumer.install([version("vitest"), version("@effect/vitest")])
      assert.deepStrictEqual(JSON.parse(await consumer.evaluate(importAll, ...entries)), entries)
    })

    it("what is not an entry cannot", async () => {
      for (const { manifest } of packages) {
        const code = await consumer.evaluate(importFails, `${manifest.name}/dist/index.js`)
        assert.strictEqual(code.trim(), "ERR_PACKAGE_PATH_NOT_EXPORTED")
      }
    })

    for (const example of examples) {
      it(`the example of ${example.readme} comes true`, async () => {
        const exported = await runExample(example, {
          folder: home,
          node: consumer.node,
          databaseUrl: await freshDatabase(),
          dataDirectory: join(home, "data")
        })
        assert.deepStrictEqual(exported, example.expected)
      })
    }

    for (const moduleResolution of ["node16", "nodenext"]) {
      it(`TypeScript compiles against them by ${moduleResolution}, their own declarations too`, async () => {
        const all = entries.map((entry, index) => `export * as entry${index} from "${entry}"`)
        writeFileSync(join(home, "entries.ts"), all.join("\n"))
        const compilerOptions = {
          strict: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          target: "es2024",
          module: moduleResolution,
          moduleResolution,
          types: ["node"],
          skipLibCheck: false
        }
        const project = join(home, `tsconfig.${moduleResolution}.json`)
        const files = ["entries.ts", ...examples.map(({ file }) => file)]
        for (const { code, file } of examples) writeFileSync(join(home, file), code)
        writeFileSync(project, JSON.stringify({ compilerOptions, files }))
        assert.strictEqual(await run("tsc", ["-p", project]), "")
      })
    }
  })
}
