/**
 * Every migration under its number and name, in order. One of a few statements stands here; what makes tables or moves rows has
 * a file. A migration that updates rows opens them to itself first: their owner is held back by row-level security as well.
 */
import { TENANTS_SETTING } from "../row-level-security/RowLevelSecurity.ts"
import careline from "./0001_careline.ts"
import decisions from "./0002_decisions.ts"
import limits from "./0003_limits.ts"
import calls from "./0004_calls.ts"
import numbers from "./0005_numbers.ts"
import encrypted from "./0006_sealed.ts"
import audit from "./0007_audit.ts"
import rowLevelSecurity, { grant } from "./0008_row_level_security.ts"
import numberOrders from "./0009_number_orders.ts"
import threadPatients from "./0010_thread_patients.ts"
import installation from "./0012_installation.ts"
import sendLanes from "./0013_send_lanes.ts"
import mediaUploads from "./0014_media_uploads.ts"
import readers from "./0017_readers.ts"
import callbackRings from "./0018_callback_rings.ts"
import platformSettings from "./0019_platform_settings.ts"
import contactKeys from "./0024_contact_keys.ts"
import templates from "./0029_templates.ts"
import notifications from "./0030_notifications.ts"
import directory from "./0034_directory.ts"
import { run } from "./run.ts"
import { SEARCH_BITS } from "../encryption/SearchBits.ts"

export const migrations = {
  "1_careline": careline,
  "2_decisions": decisions,
  "3_limits": limits,
  "4_calls": calls,
  "5_numbers": numbers,
  "6_sealed": encrypted,
  "7_audit": audit,
  "8_row_level_security": rowLevelSecurity,
  "9_number_orders": numberOrders,
  "10_thread_patients": threadPatients,
  /**
   * What a number that is waited for was asked for under, so that the same request finds it once it is there; and who was
   * answered of those who tried a number in nobody's hands: they are counted as well where there is nothing to answer.
   */
  "11_number_keys": run([
    `alter table number_wishes add column assignment_key text`,
    // Until now whoever was counted was taken for answered.
    `alter table number_strays add column answered boolean not null default true`,
    ...grant("number_strays", { staff: null, workers: "update" })
  ]),
  "12_installation": installation,
  "13_send_lanes": sendLanes,
  "14_media_uploads": mediaUploads,
  /** The store's clock runs ahead of or behind the server's by what a session says: a sandbox has a time of its own. */
  "15_clock": run([
    `create or replace function careline_now() returns timestamptz language sql stable parallel safe
       as $$ select date_trunc('milliseconds', now()
                    + coalesce(nullif(current_setting('careline.clock_offset', true), ''), '0')::interval) $$`
  ]),
  /** Since when a thread waits for an answer, and which reply in it did not get through. */
  "16_unanswered": run([
    `set local statement_timeout = 0`,
    `set local ${TENANTS_SETTING} = 'all'`,
    `alter table external_threads add column unanswered_since timestamptz, add column reply_failed jsonb`,
    // A running or fired period is what an answer would have ended.
    `update external_threads set unanswered_since = last_inbound_at where escalation_state <> 'idle'`
  ]),
  "17_readers": readers,
  "18_callback_rings": callbackRings,
  "19_platform_settings": platformSettings,
  /** The number that a text or call came for stands beside what is encrypted: what came before the number was added is found by it. */
  "20_parked": run([
    `set local statement_timeout = 0`,
    `alter table webhook_events add column number text`,
    `create index webhook_events_parked_number on webhook_events (number) where state = 'parked'`
  ]),
  /** How often somebody broke the glass of late is asked each time they do. */
  "21_break_glasses_of_user": run([`create index break_glasses_of_user on break_glasses (user_id, opened_at desc)`]),
  /** An access in an emergency is opened where all of its user's are counted, which no tenant's staff sees. */
  "22_break_glasses_in_turn": run(grant("break_glasses", { staff: null, workers: "insert" })),
  /** Searches ignore accents. What a thread was searched by did not: it lets every search through until the thread is kept again. */
  "23_search_folded": run([
    `set local statement_timeout = 0`,
    `set local ${TENANTS_SETTING} = 'all'`,
    `update external_threads set search_bits = 'x' || repeat('f', ${SEARCH_BITS / 4})`
  ]),
  "24_contact_keys": contactKeys,
  /**
   * The calls of one number and of one contact are listed without a walk over all of the tenant's. What is said in a voicemail
   * stands beside the words that tell of it.
   */
  "25_calls_of_contacts": run([
    `set local statement_timeout = 0`,
    `alter table messages add column transcript jsonb`,
    `create index phone_call_logs_of_number on phone_call_logs (site_grouping_id, phone_number_id, created_at desc, id desc)
       where phone_number_id is not null`,
    `create index phone_call_logs_of_contact on phone_call_logs (site_grouping_id,
       (case direction when 'inbound' then from_number else to_number end), created_at desc, id desc)`
  ]),
  /** A number that is waited for can be asked for by its id, also once it is assigned, and says what keeps it from being bought. */
  "26_pending_assignments": run([
    `set local ${TENANTS_SETTING} = 'all'`,
    `alter table number_wishes
       add column id uuid not null default gen_random_uuid(),
       add column state text not null default 'ordering' check (state in ('ordering', 'assigned', 'cancelled')),
       add column reason text,
       add column phone_number_id uuid references phone_numbers on delete set null,
       drop constraint number_wishes_pkey,
       add primary key (id)`,
    `alter table number_wishes alter column id drop default, alter column state drop default`,
    `create unique index number_wishes_of_tenant on number_wishes (site_grouping_id) where state = 'ordering'`,
    // A number that was added by mistake is taken off the record.
    ...grant("phone_numbers", { staff: null, workers: "delete" })
  ]),
  /** A number is given back to its provider by an order, as it is bought by one. */
  "27_number_releases": run([
    `alter table number_orders
       add column kind text not null default 'purchase' check (kind in ('purchase', 'release')),
       alter column monthly_price drop not null,
       alter column currency drop not null,
       add constraint number_orders_price_check
         check ((monthly_price is null) = (currency is null) and (kind = 'release' or monthly_price is not null))`,
    `create index number_orders_given_back on number_orders (number) where kind = 'release'`,
    `alter table phone_numbers
       drop constraint phone_numbers_status_check,
       drop constraint phone_numbers_holder_check,
       add constraint phone_numbers_status_check check
         (status in ('available', 'assigned', 'suspended', 'replaced', 'quarantined', 'retired', 'releasing')),
       add constraint phone_numbers_holder_check check
         ((site_grouping_id is null) = (status in ('available', 'quarantined', 'retired', 'releasing')))`
  ]),
  /** A number may be for voice alone: the caller ID of a voice agent, which is never texted from. */
  "28_number_purposes": run(
    ["phone_numbers", "number_orders", "number_wishes"].map(
      (table) =>
        `alter table ${table} add column purpose text not null default 'both' check (purpose in ('voice', 'text', 'both'))`
    )
  ),
  "29_templates": templates,
  "30_notifications": notifications,
  /** What became of a number that is waited for is told beside what became of threads. */
  "31_pending_assignment_events": run([
    `alter table broadcast_events
       alter column external_thread_id drop not null,
       add column pending_assignment_id uuid,
       add constraint broadcast_events_subject_check check ((external_thread_id is null) <> (pending_assignment_id is null))`
  ]),
  /** When somebody was last called at once for a thread, because its contact may be in danger. */
  "32_urgent": run([`alter table external_threads add column urgent_at timestamptz`]),
  /** From when on a text is not to leave any more, whatever held it. */
  "33_sends_valid_until": run([`alter table sends add column valid_until timestamptz`]),
  "34_directory": directory
}
