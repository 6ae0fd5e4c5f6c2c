/**
 * The API of all packages as pages in `dist`. Fails when something that a reader would meet leads nowhere: a type that
 * stands in a signature and is not exported, a link to nothing, a service without a word about it.
 */
import { join } from "node:path"
import { Application, type TypeDocOptions } from "typedoc"
import { packages, root } from "../../scripts/packages.ts"

const options: TypeDocOptions = {
  name: "Careline",
  entryPoints: packages.flatMap(({ folder, manifest }) =>
    Object.values(manifest.exports).map((source) => join(folder, source))
  ),
  tsconfig: join(import.meta.dirname, "tsconfig.json"),
  basePath: root,
  readme: join(root, "README.md"),
  // Where the sources will be on the web, nobody knows here.
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
  // What others implement says of everything what it is.
  packagesRequiringDocumentation: ["@careline/ports", "careline"],
  requiredToBeDocumented: ["Function", "Class", "Interface"]
}

const application = await Application.bootstrapWithPlugins(options)
const { logger } = application
const isSound = () => !logger.hasErrors() && !logger.hasWarnings()

const project = await application.convert()
if (project !== undefined) {
  const { packageName } = project
  // TypeDoc misses only what is of the package that it documents, and takes the whole for one.
  for (const { manifest } of packages) {
    project.packageName = manifest.name
    application.validate(project)
  }
  if (packageName !== undefined) project.packageName = packageName
  if (isSound()) await application.generateDocs(project, join(import.meta.dirname, "dist"))
}
process.exitCode = project !== undefined && isSound() ? 0 : 1
