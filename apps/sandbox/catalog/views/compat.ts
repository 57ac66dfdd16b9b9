import { SESSIONS } from '../session-row.ts';
import { view } from './define.ts';

/** The compatibility views of SQL Server 2000 that old scripts read. */
export const COMPAT_VIEWS = [
  view(
    -220,
    'sys.sysobjects',
    `
  name sysname! o.name
  id int! o.object_id
  xtype char(2)! rpad(o.type, 2)
  uid smallint o.schema_id
  info smallint (SELECT count(*) FROM meta.columns c WHERE c.object_id = o.object_id)
  status int 0
  base_schema_ver int 0
  replinfo int 0
  parent_obj int! o.parent_object_id
  crdate datetime! o.create_date
  ftcatid smallint 0
  schema_ver int 0
  stats_schema_ver int 0
  type char(2) CASE o.type WHEN 'PK' THEN 'K ' WHEN 'UQ' THEN 'K ' ELSE rpad(o.type, 2) END
  userstat smallint CASE o.type WHEN 'U' THEN 1 ELSE 0 END
  sysstat smallint CASE o.type WHEN 'S' THEN 1 WHEN 'V' THEN 2 WHEN 'U' THEN 3 WHEN 'P' THEN 4 WHEN 'D' THEN 6 WHEN 'C' THEN 7 WHEN 'TR' THEN 8 WHEN 'PK' THEN 9 WHEN 'UQ' THEN 9 WHEN 'F' THEN 11 ELSE 0 END
  indexdel smallint 0
  refdate datetime! o.create_date
  version int 0
  deltrig int 0
  instrig int 0
  updtrig int 0
  seltrig int 0
  category int CASE WHEN o.is_ms_shipped THEN 2 ELSE 0 END
  cache smallint 0`,
    `FROM (SELECT object_id, name, type, schema_id, parent_object_id, create_date, is_ms_shipped FROM meta.objects UNION ALL
     SELECT object_id, name, type, schema_id, 0, meta.release_date(), true FROM meta.system_objects) o`,
  ),
  view(
    -221,
    'sys.syscolumns',
    `
  name sysname c.name
  id int! c.object_id
  xtype tinyint! c.system_type_id
  typestat tinyint 0
  xusertype smallint c.user_type_id
  length smallint! c.max_length
  xprec tinyint! c.precision
  xscale tinyint! c.scale
  colid smallint c.column_id
  xoffset smallint 0
  bitpos tinyint 0
  reserved tinyint 0
  colstat smallint CASE WHEN c.is_identity THEN 1 ELSE 0 END
  cdefault int! c.default_object_id
  domain int! 0
  number smallint c.number
  colorder smallint c.column_id
  autoval varbinary(8000) NULL::bytea
  offset smallint 0
  collationid int 0
  language int 0
  status tinyint CASE WHEN c.is_identity THEN 128 ELSE 0 END + CASE WHEN c.is_nullable THEN 8 ELSE 0 END
  type tinyint! c.system_type_id
  usertype smallint c.user_type_id
  printfmt varchar(255) NULL::text
  prec smallint CASE WHEN c.system_type_id IN (231, 239) AND c.max_length > 0 THEN c.max_length / 2 WHEN c.precision = 0 THEN c.max_length ELSE c.precision END
  scale int CASE WHEN c.precision = 0 THEN NULL ELSE c.scale END
  iscomputed int CASE WHEN c.is_computed THEN 1 ELSE 0 END
  isoutparam int c.is_output::int
  isnullable int CASE WHEN c.is_nullable THEN 1 ELSE 0 END
  collation sysname c.collation_name`,
    `FROM (SELECT object_id, column_id, name, system_type_id, user_type_id, max_length, precision, scale, collation_name, is_nullable, is_identity, is_computed, default_object_id, false AS is_output, 0 AS number
     FROM meta.columns UNION ALL
     SELECT p.object_id, p.parameter_id, p.name, p.system_type_id, p.user_type_id, p.max_length, p.precision, p.scale,
     CASE WHEN p.system_type_id IN (35,99,167,175,231,239) THEN (SELECT d.collation_name FROM meta.self JOIN meta.databases d USING (database_id)) END,
     true, false, false, 0, p.is_output, (o.type = 'P')::int FROM meta.parameters p JOIN meta.objects o USING (object_id)) c`,
  ),
  view(
    -222,
    'sys.sysindexes',
    `
  id int! i.object_id
  status int CASE WHEN i.is_unique THEN 2 ELSE 0 END + CASE WHEN i.index_id = 1 THEN 16 ELSE 0 END + CASE WHEN i.is_primary_key THEN 2048 ELSE 0 END + CASE WHEN i.is_unique_constraint THEN 4096 ELSE 0 END
  indid smallint i.index_id
  name sysname i.name
  keycnt smallint (SELECT count(*) FROM meta.index_columns c WHERE c.object_id = i.object_id AND c.index_id = i.index_id AND c.key_ordinal > 0)
  reserved int meta.page_count(i.object_id, i.index_id)
  used int meta.page_count(i.object_id, i.index_id)
  rowcnt bigint meta.row_count(i.object_id)
  rows int meta.row_count(i.object_id)`,
    'FROM meta.indexes i',
  ),
  view(
    -223,
    'sys.systypes',
    `
  name sysname! t.name
  xtype tinyint! t.system_type_id
  status tinyint 0
  xusertype smallint t.user_type_id
  length smallint! t.max_length
  xprec tinyint! t.precision
  xscale tinyint! t.scale
  tdefault int! 0
  domain int! 0
  uid smallint t.schema_id
  usertype smallint t.user_type_id
  variable bit t.system_type_id IN (165, 167, 231)
  allownulls bit t.is_nullable
  type tinyint! t.system_type_id
  prec smallint t.precision
  scale tinyint t.scale
  collation sysname t.collation_name`,
    'FROM meta.types t',
  ),
  view(
    -224,
    'sys.sysusers',
    `
  uid smallint p.principal_id
  status smallint 0
  name sysname p.name
  sid varbinary(85) p.sid
  createdate datetime p.create_date
  updatedate datetime p.modify_date
  altuid smallint p.owning_principal_id
  gid smallint CASE p.type WHEN 'R' THEN p.principal_id ELSE 0 END
  hasdbaccess int CASE p.type WHEN 'S' THEN 1 ELSE 0 END
  islogin int CASE p.type WHEN 'S' THEN 1 ELSE 0 END
  issqluser int CASE p.type WHEN 'S' THEN 1 ELSE 0 END
  issqlrole int CASE p.type WHEN 'R' THEN 1 ELSE 0 END`,
    'FROM meta.principals p',
  ),
  view(
    -225,
    'sys.sysdatabases',
    `
  name sysname! d.name
  dbid smallint d.database_id
  sid varbinary(85) '\\x01'::bytea
  mode smallint 0
  status int 65536 + CASE d.recovery_model WHEN 2 THEN 4 WHEN 3 THEN 8 ELSE 0 END + CASE WHEN d.is_read_only THEN 1024 ELSE 0 END
  crdate datetime d.create_date
  cmptlevel tinyint d.compatibility_level
  filename nvarchar(260) d.name || '.mdf'
  version smallint 957`,
    'FROM meta.databases d',
  ),
  view(
    -226,
    'sys.sysprocesses',
    `
  spid smallint! s.spid
  loginame nchar(128)! s.login_name
  program_name nchar(128)! s.program_name
  status nchar(30)! CASE WHEN s.running THEN 'running' ELSE 'sleeping' END
  open_tran smallint! s.transactions
  login_time datetime! to_timestamp(s.login_time / 1000)`,
    `FROM ${SESSIONS} s`,
  ),
  view(
    -227,
    'sys.syscomments',
    `
  id int! m.object_id
  number smallint CASE m.type WHEN 'P' THEN 1 ELSE 0 END
  colid smallint! n.part
  status smallint! 0
  ctext varbinary(8000) NULL::bytea
  texttype smallint 2
  language smallint 0
  encrypted bit! m.is_encrypted
  compressed bit! false
  text nvarchar(4000) substr(m.definition, (n.part - 1) * 4000 + 1, 4000)`,
    `FROM (SELECT o.type, x.object_id, x.is_encrypted, x.definition FROM meta.modules x JOIN meta.objects o USING (object_id)
     UNION ALL SELECT 'C', object_id, false, definition FROM meta.check_constraints UNION ALL SELECT 'D', object_id, false, definition FROM meta.default_constraints) m
     CROSS JOIN LATERAL generate_series(1, greatest(1, (length(m.definition) + 3999) / 4000)) n(part)`,
  ),
];
