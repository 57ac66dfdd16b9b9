/**
 * The sink's own tables in the control schema, always in the database that they describe (rule 9 of architecture.md). Idempotent statements.
 *
 * `advance_sink` is the guard of everything a sink writes: it runs in the transaction of the rows and fails with SL001 unless the partition's row stands
 * exactly where the batch begins. `expect_rows` fails with SL002 where a statement met fewer rows than it had to.
 */
export const SINK_DDL: readonly string[] = [
  `create schema if not exists sluice`,
  `create table if not exists sluice.sink_offsets (
     sink text not null,
     topic text not null,
     partition integer not null,
     job text not null,
     table_name text not null,
     target_schema text not null,
     target_name text not null,
     incarnation text not null,
     next_offset bigint not null default 0,
     barrier_position text,
     updated_at timestamptz not null default now(),
     primary key (sink, topic, partition)) with (fillfactor = 50)`,
  `create index if not exists sink_offsets_target on sluice.sink_offsets (target_schema, target_name)`,
  `create table if not exists sluice.sink_tables (
     target_schema text not null,
     target_name text not null,
     job text not null,
     sink text not null,
     table_name text not null,
     applied_version integer not null,
     primary key (target_schema, target_name))`,
  `create table if not exists sluice.sink_leases (
     sink text not null,
     topic text not null,
     partition integer not null,
     owner text not null,
     epoch bigint not null,
     until timestamptz not null,
     primary key (sink, topic, partition)) with (fillfactor = 50)`,
  `create table if not exists sluice.sink_members (
     sink text not null,
     member text not null,
     until timestamptz not null,
     primary key (sink, member))`,
  `create table if not exists sluice.parked (
     sink text not null,
     topic text not null,
     partition integer not null,
     record_offset bigint not null,
     job text not null,
     table_name text not null,
     key bytea not null,
     value bytea,
     op text not null,
     position text,
     unavailable jsonb,
     error_kind text not null,
     error_text text not null,
     sqlstate text not null,
     attempts integer not null default 1,
     parked_at timestamptz not null default now(),
     primary key (sink, topic, partition, record_offset))`,
  `create index if not exists parked_key on sluice.parked (sink, topic, partition, md5(key))`,
  `create or replace function sluice.expect_rows(p_found bigint, p_wanted bigint) returns void language plpgsql as $$
   begin
     if p_found <> p_wanted then
       raise exception '% of % rows were not there', p_wanted - p_found, p_wanted using errcode = 'SL002';
     end if;
   end $$`,
  `create or replace function sluice.advance_sink(p_sink text, p_topic text, p_partition integer, p_incarnation text, p_expected bigint, p_next bigint,
     p_reads bigint, p_inserts bigint, p_updates bigint, p_deletes bigint, p_bytes bigint) returns void language plpgsql as $$
   declare v_job text; v_table text;
   begin
     update sluice.sink_offsets set next_offset = p_next, barrier_position = null, updated_at = clock_timestamp()
       where sink = p_sink and topic = p_topic and partition = p_partition and incarnation = p_incarnation and next_offset = p_expected
       returning job, table_name into v_job, v_table;
     if not found then
       raise exception 'the offset of % partition % moved', p_topic, p_partition using errcode = 'SL001';
     end if;
     if p_reads + p_inserts + p_updates + p_deletes > 0 then
       insert into sluice.counters as c (job, table_name, stage, part, reads, inserts, updates, deletes, bytes)
         values (v_job, v_table, 'sink', p_sink || ':' || p_partition, p_reads, p_inserts, p_updates, p_deletes, p_bytes)
         on conflict (job, table_name, stage, part) do update set reads = c.reads + excluded.reads, inserts = c.inserts + excluded.inserts,
           updates = c.updates + excluded.updates, deletes = c.deletes + excluded.deletes, bytes = c.bytes + excluded.bytes, updated_at = clock_timestamp();
     end if;
   end $$`,
];

/** Raised by advance_sink: another process has moved the offset, or the topic is another one. */
export const OFFSET_MOVED = 'SL001';

/** Raised by expect_rows. */
export const ROWS_MISSING = 'SL002';
