/**
 * The threads of a patient, as rows of their own: below a policy PostgreSQL uses no index for what an array contains, because
 * that operator could tell of rows that are not to be seen. Kept by the table of threads itself.
 */
import { TENANTS_SETTING } from "../row-level-security/RowLevelSecurity.ts"
import { grant, rowLevelSecurity } from "./0008_row_level_security.ts"
import { run } from "./run.ts"

export default run([
  `set local statement_timeout = 0`,
  // The owner is held back by row-level security as well.
  `set local ${TENANTS_SETTING} = 'all'`,

  `create table thread_patients (
     site_grouping_id text not null,
     patient_id text not null,
     external_thread_id uuid not null,
     primary key (site_grouping_id, patient_id, external_thread_id)
   )`,
  `insert into thread_patients (site_grouping_id, patient_id, external_thread_id)
     select distinct t.site_grouping_id, p, t.id from external_threads t cross join unnest(t.patient_ids) p`,
  ...rowLevelSecurity("thread_patients"),
  ...grant("thread_patients", { staff: "select, insert, delete", workers: "select, insert, delete" }),

  `create function careline_keep_thread_patients() returns trigger language plpgsql as $$
     begin
       if tg_op = 'UPDATE' then
         delete from thread_patients
         where site_grouping_id = old.site_grouping_id and external_thread_id = old.id
           and patient_id = any(old.patient_ids) and not patient_id = any(new.patient_ids);
       end if;
       insert into thread_patients (site_grouping_id, patient_id, external_thread_id)
       select distinct new.site_grouping_id, p, new.id from unnest(new.patient_ids) p
       on conflict do nothing;
       return null;
     end $$`,
  `create trigger thread_patients_of_new after insert on external_threads
     for each row when (cardinality(new.patient_ids) > 0) execute function careline_keep_thread_patients()`,
  `create trigger thread_patients_of_changed after update of patient_ids on external_threads
     for each row when (old.patient_ids is distinct from new.patient_ids)
     execute function careline_keep_thread_patients()`,
  `drop index external_threads_patients`
])
