/**
 * The examples of the READMEs. Each `ts` block is a module that ends with one export and what is to be seen there:
 *
 *     export const answer = await ask() // → "yes"
 *
 * so an example that does nothing cannot go unnoticed.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { packages, root } from "../../scripts/packages.ts"
import { run } from "../../scripts/run.ts"

export interface Example {
  /** Its README, as one writes it: `packages/domain/README.md`. */
  readonly readme: string
  /** The package that the README is of, where its imports resolve; the workspace's root for the README of all. */
  readonly folder: string
  /** A file name that no other example has. */
  readonly file: string
  readonly code: string
  /** The export that is looked at, and what it has to be. */
  readonly name: string
  readonly expected: unknown
}

const BLOCK = /^```ts\n([\s\S]*?)^```$/gm
const EXPORT = /^export const (\w+) = .* \/\/ → (.+)$/

const read = (folder: string, short: string): ReadonlyArray<Example> => {
  const path = join(folder, "README.md")
  const readme = relative(root, path).replaceAll("\\", "/")
  if (!existsSync(path)) throw new Error(`${readme} is missing`)
  const examples = [...readFileSync(path, "utf8").matchAll(BLOCK)].map(([, code = ""], index): Example => {
    const [, name, expected] = EXPORT.exec(code.trimEnd().split("\n").at(-1) ?? "") ?? []
    if (name === undefined || expected === undefined) {
      throw new Error(`${readme}: an example has to end with "export const … // → …", and this one does not:\n${code}`)
    }
    return { readme, folder, file: `${short}-${index + 1}.ts`, code, name, expected: JSON.parse(expected) }
  })
  if (examples.length === 0) throw new Error(`${readme} has no example`)
  return examples
}

/** Those of the workspace's README, and of every package's. */
export const examples: ReadonlyArray<Example> = [
  ...read(root, "root"),
  ...packages.flatMap(({ folder, short }) => read(folder, short))
]

const show = [
  "const [file, name] = process.argv.slice(1)",
  "const exported = (await import(file))[name]",
  "process.stdout.write('\\n' + JSON.stringify(exported))"
].join("\n")

export interface Place {
  /** Where the example is written, and imports from. */
  readonly folder: string
  /** The Node that runs it. */
  readonly node: string
  readonly databaseUrl: string
  /** For whatever it keeps beside the database. */
  readonly dataDirectory: string
}

/** Runs an example as a process of its own, which has to end by itself. Resolves with what it exports. */
export const runExample = async (example: Example, place: Place): Promise<unknown> => {
  writeFileSync(join(place.folder, example.file), example.code)
  const output = await run(place.node, ["--input-type=module", "--eval", show, `./${example.file}`, example.name], {
    cwd: place.folder,
    env: {
      PATH: process.env.PATH,
      NODE_NO_WARNINGS: "1",
      DATABASE_URL: place.databaseUrl,
      DATA_DIR: place.dataDirectory,
      LOG_LEVEL: "error"
    }
  })
  return JSON.parse(output.split("\n").at(-1) ?? "")
}
