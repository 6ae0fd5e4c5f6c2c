/** The directory of a host as it is started: the sandbox's patients, and those of a file. */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { startSandbox } from "./support/demo.ts"

describe("A sandbox", () => {
  it("knows two patients of one phone, and others once they are imported", async () => {
    const { directory, host } = await startSandbox()
    const { token } = JSON.parse(await readFile(join(directory, "sandbox.json"), "utf8")) as { readonly token: string }
    const ask = async (path: string, body: object | string): Promise<any> => {
      const isText = typeof body === "string"
      const response = await fetch(`${host.url}/api/v1${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": isText ? "text/csv" : "application/json" },
        body: isText ? body : JSON.stringify(body)
      })
      return response.json()
    }
    const { items } = await ask("/patients/search", { phone: "(720) 555-0142" })
    assert.deepStrictEqual(items.map(({ name }: { name: string }) => name).toSorted(), ["Ana Muñoz", "Ben Muñoz"])
    const shared = await ask("/external-threads", { externalContact: "+17205550142" })
    assert.deepInclude(shared, {
      contactName: "Ana Muñoz, Ben Muñoz (shared phone)",
      patientIds: ["sandbox-ana", "sandbox-ben"]
    })
    const imported = await ask("/patients/import", "id,name,phone\n7,Cleo Silva,720-555-0143\n8,Dan,12\n")
    assert.deepInclude(imported, { created: 1 })
    assert.deepInclude(imported.errors[0], { line: 3, column: "phone" })
    const own = await ask("/external-threads", { externalContact: "+17205550143" })
    assert.deepInclude(own, { contactName: "Cleo Silva", patientIds: ["7"] })
    await host.stop()
  })
})
