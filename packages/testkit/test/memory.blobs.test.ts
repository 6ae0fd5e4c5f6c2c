import { BlobStoreContract } from "../src/contract/index.ts"
import { memoryLayer, memorySubject } from "./memoryBlobs.ts"

BlobStoreContract.suite(memorySubject, memoryLayer())
