import { RepositoryContract } from "../src/contract/index.ts"
import { memoryHarness } from "./memoryHarness.ts"

RepositoryContract.suite("memory", memoryHarness)
