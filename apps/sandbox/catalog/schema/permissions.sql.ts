/**
 * Who the caller is, what he may do and what he sees, as PostgreSQL functions of schema `meta`. Repeatable. Rules: the documentation's
 * permission hierarchy (a right on the database or the schema covers the objects in it, CONTROL covers all rights of its securable,
 * DENY wins over GRANT, dbo and sysadmin are never asked) and metadata visibility (an object shows to whoever has any right on it).
 */
export const PERMISSION_FUNCTIONS = `
-- Sessions bear 'sbx/<spid>/<login>/<program>' as application name; EXECUTE AS sets sbx.login and sbx.principal over it.
CREATE OR REPLACE FUNCTION meta.original_login() RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT coalesce(nullif(current_setting('sbx.original', true), ''), nullif(split_part(current_setting('application_name'), '/', 3), ''), 'sa') $$;
CREATE OR REPLACE FUNCTION meta.current_login() RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT coalesce(nullif(current_setting('sbx.login', true), ''), meta.original_login()) $$;
CREATE OR REPLACE FUNCTION meta.is_sysadmin(login text) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT lower(login) = 'sa' OR EXISTS (SELECT FROM meta.logins l WHERE l.name_key = meta.fold(login) AND 'sysadmin' = ANY (l.server_roles)) $$;
CREATE OR REPLACE FUNCTION meta.principal_of(login text) RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT CASE WHEN meta.is_sysadmin(login) THEN 1
     ELSE coalesce((SELECT p.principal_id FROM meta.principals p WHERE meta.fold(p.login) = meta.fold($1)), 2) END $$;
CREATE OR REPLACE FUNCTION meta.current_principal() RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT coalesce(nullif(current_setting('sbx.principal', true), '')::int, meta.principal_of(meta.current_login())) $$;
-- A principal with all roles it is a member of, public included.
CREATE OR REPLACE FUNCTION meta.roles_of(principal int) RETURNS SETOF int LANGUAGE sql STABLE AS
  $$ WITH RECURSIVE r(id) AS (SELECT principal UNION SELECT 0 UNION SELECT m.role_principal_id FROM meta.role_members m JOIN r ON r.id = m.member_principal_id)
     SELECT id FROM r $$;

-- Rights on the server: NULL where there is no such right to ask for.
CREATE OR REPLACE FUNCTION meta.has_server_permission(login text, permission text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN meta.is_sysadmin(login) THEN true ELSE coalesce((
    SELECT upper($2) NOT IN (SELECT substr(r, 6) FROM unnest(l.server_roles) r WHERE r LIKE 'deny:%') AND (
      EXISTS (SELECT FROM unnest(l.server_roles) r WHERE r IN ('permission:' || upper($2), 'permission:CONTROL SERVER'))
      OR upper($2) IN ('CONNECT SQL', 'VIEW ANY DATABASE')
      OR (upper($2) IN ('VIEW SERVER PERFORMANCE STATE', 'VIEW SERVER SECURITY STATE') AND 'permission:VIEW SERVER STATE' = ANY (l.server_roles))
      OR (upper($2) LIKE 'VIEW SERVER %STATE' AND l.server_roles && '{permission:ALTER SERVER STATE,serveradmin,processadmin}')
      OR (upper($2) IN ('VIEW ANY PERFORMANCE DEFINITION', 'VIEW ANY SECURITY DEFINITION') AND 'permission:VIEW ANY DEFINITION' = ANY (l.server_roles))
      OR (upper($2) IN ('CREATE ANY DATABASE', 'ALTER ANY DATABASE') AND 'dbcreator' = ANY (l.server_roles))
      OR (upper($2) = 'CREATE ANY DATABASE' AND 'permission:ALTER ANY DATABASE' = ANY (l.server_roles))
      OR (upper($2) = 'ALTER ANY LOGIN' AND 'securityadmin' = ANY (l.server_roles))
      OR (upper($2) IN ('ALTER SERVER STATE', 'ALTER ANY CONNECTION') AND 'processadmin' = ANY (l.server_roles))
      OR (upper($2) IN ('ALTER SERVER STATE', 'ALTER SETTINGS', 'ALTER RESOURCES', 'SHUTDOWN') AND 'serveradmin' = ANY (l.server_roles))
      OR (upper($2) = 'ADMINISTER BULK OPERATIONS' AND 'bulkadmin' = ANY (l.server_roles)))
    FROM meta.logins l WHERE l.name_key = meta.fold($1) AND NOT l.is_disabled), false) END $$;

-- Without this right a session sees itself alone in the views of sessions and requests.
CREATE OR REPLACE FUNCTION meta.sees_sessions() RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT coalesce(current_setting('sbx.principal', true), '') = '' AND meta.has_server_permission(meta.current_login(), 'VIEW SERVER PERFORMANCE STATE') $$;
CREATE OR REPLACE FUNCTION meta.own_spid() RETURNS int LANGUAGE sql STABLE AS
  $$ SELECT substring(current_setting('application_name') FROM '^sbx/([0-9]+)/')::int $$;

-- What a principal was given or denied, itself, by roles and by what it owns. class 0 the database, 1 an object, 3 a schema.
CREATE OR REPLACE FUNCTION meta.effective(principal int) RETURNS TABLE (class int, major_id int, permission text, state text) LANGUAGE sql STABLE AS $$
  WITH r AS MATERIALIZED (SELECT id FROM meta.roles_of(principal) x(id))
  SELECT p.class::int, p.major_id, p.permission_name, CASE p.state WHEN 'DENY' THEN 'DENY' ELSE 'GRANT' END
    FROM meta.permissions p JOIN r ON r.id = p.grantee_principal_id WHERE p.minor_id = 0
  UNION ALL SELECT 3, s.schema_id, 'CONTROL', 'GRANT' FROM meta.schemas s JOIN r ON r.id = s.principal_id WHERE s.principal_id NOT IN (0, 2)
  UNION ALL SELECT 0, 0, f.permission, f.state FROM r JOIN (VALUES
    (1, 'CONTROL', 'GRANT'), (16384, 'CONTROL', 'GRANT'), (16390, 'SELECT', 'GRANT'),
    (16391, 'INSERT', 'GRANT'), (16391, 'UPDATE', 'GRANT'), (16391, 'DELETE', 'GRANT'),
    (16387, 'ALTER ANY SCHEMA', 'GRANT'), (16387, 'CREATE TABLE', 'GRANT'), (16387, 'CREATE VIEW', 'GRANT'), (16387, 'CREATE PROCEDURE', 'GRANT'),
    (16387, 'CREATE FUNCTION', 'GRANT'), (16387, 'CREATE TYPE', 'GRANT'), (16387, 'CREATE SYNONYM', 'GRANT'), (16387, 'CREATE SCHEMA', 'GRANT'),
    (16387, 'CREATE DEFAULT', 'GRANT'), (16387, 'CREATE RULE', 'GRANT'), (16387, 'CHECKPOINT', 'GRANT'), (16387, 'REFERENCES', 'GRANT'),
    (16392, 'SELECT', 'DENY'), (16393, 'INSERT', 'DENY'), (16393, 'UPDATE', 'DENY'), (16393, 'DELETE', 'DENY'),
    (16386, 'VIEW DEFINITION', 'GRANT'), (16386, 'ALTER ANY ROLE', 'GRANT'), (16386, 'CREATE SCHEMA', 'GRANT'),
    (16385, 'ALTER ANY USER', 'GRANT'), (16385, 'CONNECT', 'GRANT'), (16385, 'CREATE SCHEMA', 'GRANT'),
    (16389, 'BACKUP DATABASE', 'GRANT'), (16389, 'BACKUP LOG', 'GRANT'), (16389, 'CHECKPOINT', 'GRANT')) f(role, permission, state) ON f.role = r.id
  UNION ALL SELECT 0, 0, s.covers, 'GRANT' FROM (VALUES ('CONTROL SERVER', 'CONTROL'), ('VIEW ANY DEFINITION', 'VIEW DEFINITION'),
    ('VIEW SERVER STATE', 'VIEW DATABASE STATE'), ('VIEW SERVER PERFORMANCE STATE', 'VIEW DATABASE PERFORMANCE STATE'),
    ('VIEW SERVER SECURITY STATE', 'VIEW DATABASE SECURITY STATE'), ('CONNECT ANY DATABASE', 'CONNECT'),
    ('SELECT ALL USER SECURABLES', 'SELECT')) s(held, covers)
    WHERE principal = meta.current_principal() AND coalesce(current_setting('sbx.principal', true), '') = '' AND meta.has_server_permission(meta.current_login(), s.held) $$;

-- The rights of the database that cover one of its own.
CREATE OR REPLACE FUNCTION meta.covering(permission text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY[permission, 'CONTROL']
    || CASE WHEN permission LIKE 'CREATE %' OR permission LIKE 'ALTER ANY %' OR permission = 'CHECKPOINT' THEN ARRAY['ALTER'] ELSE '{}' END
    || CASE WHEN permission LIKE 'VIEW DATABASE %STATE' THEN ARRAY['VIEW DATABASE STATE'] ELSE '{}' END
    || CASE WHEN permission = 'CREATE ROLE' THEN ARRAY['ALTER ANY ROLE'] WHEN permission = 'CREATE SCHEMA' THEN ARRAY['ALTER ANY SCHEMA'] ELSE '{}' END $$;

-- major: an object (class 1), a schema (3), or 0 for the database (0).
CREATE OR REPLACE FUNCTION meta.has_permission(principal int, securable_class int, major int, permission text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  wanted text := upper(permission);
  of_schema int := CASE WHEN securable_class = 3 THEN major ELSE (SELECT o.schema_id FROM meta.objects o WHERE o.object_id = major) END;
BEGIN
  IF principal = 1 THEN RETURN true; END IF;
  IF securable_class = 1 AND major < 0 AND wanted IN ('SELECT', 'VIEW DEFINITION', 'EXECUTE') THEN RETURN true; END IF;
  RETURN (SELECT coalesce(bool_and(e.state = 'GRANT') AND count(*) > 0, false) FROM meta.effective(principal) e
    WHERE (e.class = 0 AND (e.permission = ANY (meta.covering(wanted)) OR (securable_class <> 0 AND wanted = 'ALTER' AND e.permission = 'ALTER ANY SCHEMA')))
       OR (e.class = 3 AND e.major_id = of_schema AND securable_class IN (1, 3) AND e.permission IN (wanted, 'CONTROL'))
       OR (e.class = 1 AND e.major_id = major AND securable_class = 1 AND e.permission IN (wanted, 'CONTROL')));
END $$;

-- Whether a principal was given a right WITH GRANT OPTION, on the securable or on what holds it. What its roles were given counts for AS alone.
CREATE OR REPLACE FUNCTION meta.passes_on(principal int, securable_class int, major int, permission text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT meta.has_permission(principal, securable_class, major, permission) AND EXISTS (SELECT FROM meta.permissions p
    WHERE p.grantee_principal_id = principal AND p.state = 'GRANT_WITH_GRANT_OPTION' AND p.minor_id = 0 AND p.permission_name IN (upper(permission), 'CONTROL')
    AND ((p.class = securable_class AND p.major_id = major) OR p.class = 0
      OR (p.class = 3 AND securable_class = 1 AND p.major_id = (SELECT o.schema_id FROM meta.objects o WHERE o.object_id = major)))) $$;

-- Whether a login may use this database.
CREATE OR REPLACE FUNCTION meta.may_connect(login text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT meta.is_sysadmin(login) OR meta.has_server_permission(login, 'CONNECT ANY DATABASE') OR meta.has_server_permission(login, 'CONTROL SERVER')
    OR (meta.principal_of(login) = 2 AND (SELECT s.database_id < 5 FROM meta.self s)) OR meta.has_permission(meta.principal_of(login), 0, 0, 'CONNECT') $$;

-- The caller has VIEW DEFINITION on the whole database, and nothing is hidden from him.
CREATE OR REPLACE FUNCTION meta.sees_all() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  me int := meta.current_principal();
BEGIN
  IF me = 1 THEN RETURN true; END IF;
  RETURN meta.has_permission(me, 0, 0, 'VIEW DEFINITION')
    AND NOT EXISTS (SELECT FROM meta.effective(me) e WHERE e.state = 'DENY' AND e.permission IN ('VIEW DEFINITION', 'CONTROL'));
END $$;
-- Objects on which the caller has any right; those that hang on a table show with it.
CREATE OR REPLACE FUNCTION meta.visible_objects() RETURNS int[] LANGUAGE sql STABLE AS $$
  WITH e AS MATERIALIZED (SELECT * FROM meta.effective(meta.current_principal())
    UNION ALL SELECT 1, p.major_id, p.permission_name, 'GRANT' FROM meta.permissions p
    WHERE p.class = 1 AND p.minor_id > 0 AND p.state <> 'DENY' AND p.grantee_principal_id IN (SELECT meta.roles_of(meta.current_principal()))),
  right_on AS (SELECT o.object_id, e.permission, e.state FROM meta.objects o JOIN e
    ON e.class = 0 OR (e.class = 3 AND e.major_id = o.schema_id) OR (e.class = 1 AND e.major_id = o.object_id)
    WHERE o.parent_object_id = 0 AND (e.permission IN ('CONTROL', 'ALTER', 'VIEW DEFINITION', 'ALTER ANY SCHEMA', 'TAKE OWNERSHIP')
      OR (e.permission IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES') AND o.type IN ('U', 'V', 'IF', 'TF', 'SN'))
      OR (e.permission = 'EXECUTE' AND o.type IN ('P', 'FN', 'SN')) OR (e.permission = 'UPDATE' AND o.type = 'SO')
      OR (e.class = 1 AND e.permission IN ('EXECUTE', 'REFERENCES', 'SELECT')))),
  seen AS (SELECT DISTINCT g.object_id FROM right_on g WHERE g.state = 'GRANT' AND NOT EXISTS (SELECT FROM right_on d
    WHERE d.object_id = g.object_id AND d.state = 'DENY' AND d.permission IN (g.permission, 'VIEW DEFINITION', 'CONTROL')))
  SELECT coalesce(array_agg(x.object_id), '{}') FROM (SELECT object_id FROM seen
    UNION SELECT o.object_id FROM meta.objects o JOIN seen ON seen.object_id = o.parent_object_id) x $$;
-- Of those, the ones whose text he may read.
CREATE OR REPLACE FUNCTION meta.defined_objects() RETURNS int[] LANGUAGE sql STABLE AS $$
  SELECT coalesce(array_agg(o.object_id), '{}') FROM meta.objects o
  WHERE meta.has_permission(meta.current_principal(), 1, CASE o.parent_object_id WHEN 0 THEN o.object_id ELSE o.parent_object_id END, 'VIEW DEFINITION') $$;
CREATE OR REPLACE FUNCTION meta.sees_object(id int) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT meta.sees_all() OR id = ANY (meta.visible_objects()) $$;
`;

/** Tables of `meta` that system views read through the caller's eyes. */
const SEEN_TABLES = [
  'objects',
  'columns',
  'indexes',
  'statistics',
  'index_columns',
  'parameters',
  'foreign_keys',
  'foreign_key_columns',
  'triggers',
] as const;

/** `FROM …` of a system view with the tables as the caller sees them. */
export function seenTables(from: string): string {
  return from.replaceAll(
    /\bmeta\.(objects|columns|indexes|statistics|index_columns|parameters|foreign_keys|foreign_key_columns|triggers|modules|extended_properties|dependencies)\b/g,
    'meta.seen_$1',
  );
}

const SEEN = '(SELECT meta.sees_all()) OR';
const AMONG = '= ANY ((SELECT meta.visible_objects())::int[])';

/** Views `meta.seen_…`: what the caller may know of. Made anew together with the system views that stand on them. */
export const SEEN_VIEWS = `${[...SEEN_TABLES, 'modules', 'extended_properties', 'dependencies'].map((name) => `DROP VIEW IF EXISTS meta.seen_${name};\n`).join('')}
${SEEN_TABLES.map((name) => `CREATE VIEW meta.seen_${name} AS SELECT t.* FROM meta.${name} t WHERE ${SEEN} t.${name === 'foreign_key_columns' ? 'parent_object_id' : 'object_id'} ${AMONG};\n`).join('')}
CREATE VIEW meta.seen_modules AS SELECT t.object_id, CASE WHEN NOT t.is_encrypted AND (${SEEN} t.object_id = ANY ((SELECT meta.defined_objects())::int[])) THEN t.definition END AS definition,
  t.uses_ansi_nulls, t.uses_quoted_identifier, t.is_schema_bound, t.execute_as_principal_id, t.is_encrypted, t.with_check_option, t.settings FROM meta.modules t WHERE ${SEEN} t.object_id ${AMONG};
CREATE VIEW meta.seen_extended_properties AS SELECT t.* FROM meta.extended_properties t WHERE ${SEEN} t.class NOT IN (1, 2, 7) OR t.major_id ${AMONG};
CREATE VIEW meta.seen_dependencies AS SELECT t.* FROM meta.dependencies t WHERE ${SEEN} t.referencing_id ${AMONG};
`;
