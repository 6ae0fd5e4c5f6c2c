/**
 * What is encrypted: every column that may hold what a contact said, what is said of them, or how they are reached. What is not
 * named here is plain, and `test/encryption.test.ts` knows every such column by name: a new one is decided about.
 */

/**
 * `text` and `json` are encrypted for their row, `texts` as one; `index` is what rows are looked up by.
 */
export type EncryptedKind = "text" | "json" | "texts" | "index"

export interface EncryptedTable {
  /**
   * Names the row within its tenant, or everywhere. What it is looked up by is a part of it where that says whom it is about:
   * the row's other values do not open beside another contact.
   */
  readonly row: ReadonlyArray<string>
  /** Rows that are kept before anybody knows whose they are belong to the system. */
  readonly tenant: "own" | "system"
  readonly columns: Readonly<Record<string, EncryptedKind>>
  /** Rows that nobody may change: what stands in the open when a database is encrypted stays so, and is read as it is. */
  readonly isFinal?: boolean
}

const define = <const Tables extends Readonly<Record<string, EncryptedTable>>>(tables: Tables) => tables

export const encryptedTables = define({
  external_threads: {
    row: ["id", "external_contact"],
    tenant: "own",
    columns: { external_contact: "index", contact_name: "text", last_message_preview: "text" }
  },
  messages: { row: ["id"], tenant: "own", columns: { content: "text", attachments: "json" } },
  consents: { row: ["contact"], tenant: "own", columns: { contact: "index" } },
  lanes: { row: ["contact"], tenant: "own", columns: { contact: "index" } },
  webhook_events: {
    row: ["provider", "account", "provider_message_id", "kind", "status"],
    tenant: "system",
    columns: { contact: "index", event: "json" }
  },
  sends: {
    row: ["id", "to_number"],
    tenant: "own",
    columns: { to_number: "index", body: "text", media_urls: "texts" }
  },
  phone_call_logs: {
    row: ["id"],
    tenant: "own",
    columns: {
      plan: "json",
      from_number: "index",
      to_number: "index",
      transcript: "json",
      reason: "text",
      notes: "text"
    }
  },
  bridge_requests: {
    row: ["id"],
    tenant: "own",
    columns: {
      clinician_number: "index",
      contact: "index",
      pin: "text",
      reason: "text",
      notes: "text"
    }
  },
  idempotency_keys: { row: ["external_thread_id", "key"], tenant: "own", columns: { fingerprint: "text" } },
  escalations: { row: ["external_thread_id", "period"], tenant: "own", columns: { notified: "texts" } },
  break_glasses: { row: ["id"], tenant: "own", columns: { reason: "text" } },
  voip_settings: { row: [], tenant: "own", columns: { settings: "json" } },
  audit_log: { row: ["action", "subject"], tenant: "own", columns: { sealed: "text" }, isFinal: true },
  media_imports: { row: ["id"], tenant: "own", columns: { source: "json" } }
})

export type EncryptedTableName = keyof typeof encryptedTables
