/** A real PostgreSQL in a directory of ours. */
export * as EmbeddedPostgres from "./embedded/EmbeddedPostgres.ts"
