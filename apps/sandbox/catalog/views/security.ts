import { view } from './define.ts';

/** Principals and permissions of the database. */
export const SECURITY_VIEWS = [
  view(
    -210,
    'sys.database_principals',
    `
  name sysname! p.name
  principal_id int! p.principal_id
  type char(1)! p.type
  type_desc nvarchar(60) CASE p.type WHEN 'R' THEN 'DATABASE_ROLE' WHEN 'A' THEN 'APPLICATION_ROLE' ELSE 'SQL_USER' END
  default_schema_name sysname p.default_schema_name
  create_date datetime! p.create_date
  modify_date datetime! p.modify_date
  owning_principal_id int p.owning_principal_id
  sid varbinary(85) p.sid
  is_fixed_role bit! p.is_fixed_role
  authentication_type int! CASE WHEN p.login IS NULL THEN 0 ELSE 1 END
  authentication_type_desc nvarchar(60) CASE WHEN p.login IS NULL THEN 'NONE' ELSE 'INSTANCE' END
  default_language_name sysname NULL::text
  default_language_lcid int NULL::int
  allow_encrypted_value_modifications bit! p.allow_encrypted`,
    'FROM meta.principals p',
  ),
  view(
    -211,
    'sys.database_role_members',
    `
  role_principal_id int! m.role_principal_id
  member_principal_id int! m.member_principal_id`,
    'FROM meta.role_members m',
  ),
  view(
    -212,
    'sys.database_permissions',
    `
  class tinyint! p.class
  class_desc nvarchar(60) CASE p.class WHEN 0 THEN 'DATABASE' WHEN 1 THEN 'OBJECT_OR_COLUMN' WHEN 3 THEN 'SCHEMA' END
  major_id int! p.major_id
  minor_id int! p.minor_id
  grantee_principal_id int! p.grantee_principal_id
  grantor_principal_id int! p.grantor_principal_id
  type char(4)! meta.permission_code(p.permission_name)
  permission_name nvarchar(128) p.permission_name
  state char(1)! CASE p.state WHEN 'GRANT' THEN 'G' WHEN 'GRANT_WITH_GRANT_OPTION' THEN 'W' ELSE 'D' END
  state_desc nvarchar(60) p.state`,
    'FROM meta.permissions p',
  ),
];
