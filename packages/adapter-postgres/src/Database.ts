/** The database of a line: clients of it, and its tables brought up to date. */
export { type DatabaseOptions, layerClient, layerRowLevelSecurity, layerWorkers } from "./client/Client.ts"
export { layer, migrate } from "./Migrations.ts"
