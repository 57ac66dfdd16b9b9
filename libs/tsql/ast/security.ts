import type { Identifier, NodeBase, ObjectName, Option } from './base.ts';
import type { Expression } from './expressions.ts';

/** CREATE USER / ALTER USER. */
export interface User extends NodeBase {
  readonly kind: 'user';
  readonly mode: 'create' | 'alter';
  readonly name: Identifier;
  readonly from?: 'login' | 'certificate' | 'asymmetric key' | 'external provider' | 'without login';
  readonly source?: Identifier;
  readonly options: readonly Option[];
}

/** CREATE LOGIN / ALTER LOGIN. `enable` is ALTER LOGIN … ENABLE|DISABLE. Passwords are options with a literal: never log them. */
export interface Login extends NodeBase {
  readonly kind: 'login';
  readonly mode: 'create' | 'alter';
  readonly name: Identifier;
  readonly from?: 'windows' | 'certificate' | 'asymmetric key' | 'external provider';
  readonly source?: Identifier;
  readonly enable?: boolean;
  readonly options: readonly Option[];
}

/** CREATE ROLE / ALTER ROLE, also SERVER ROLE and APPLICATION ROLE. */
export interface Role extends NodeBase {
  readonly kind: 'role';
  readonly mode: 'create' | 'alter';
  readonly type: 'role' | 'server role' | 'application role';
  readonly name: Identifier;
  readonly authorization?: Identifier;
  readonly addMember?: Identifier;
  readonly dropMember?: Identifier;
  readonly newName?: Identifier;
  readonly options: readonly Option[];
}

/** GRANT, DENY and REVOKE. */
export interface Permission extends NodeBase {
  readonly kind: 'permission';
  readonly verb: 'grant' | 'deny' | 'revoke';
  readonly permissions: readonly PermissionItem[];
  /** SCHEMA, OBJECT, TYPE … of `ON class::name`, upper-case. */
  readonly class?: string;
  readonly object?: ObjectName;
  /** Columns after the object: `GRANT SELECT ON t (a, b)`. */
  readonly columns: readonly Identifier[];
  readonly principals: readonly Identifier[];
  readonly withGrantOption: boolean;
  readonly grantOptionFor: boolean;
  readonly cascade: boolean;
  readonly as?: Identifier;
}

/** One permission, upper-case (`SELECT`, `VIEW DEFINITION`), with the columns written after it. */
export interface PermissionItem {
  readonly name: string;
  readonly columns: readonly Identifier[];
}

/** ALTER AUTHORIZATION ON [class::]name TO owner; `principal` is absent for SCHEMA OWNER. */
export interface AlterAuthorization extends NodeBase {
  readonly kind: 'alterAuthorization';
  readonly class?: string;
  readonly object: ObjectName;
  readonly principal?: Identifier;
}

/** EXECUTE AS as a statement. */
export interface ExecuteAs extends NodeBase {
  readonly kind: 'executeAs';
  readonly type: 'caller' | 'user' | 'login' | 'self' | 'owner';
  readonly name?: Expression;
  readonly noRevert: boolean;
  readonly cookie?: string;
}

/** REVERT. */
export interface Revert extends NodeBase {
  readonly kind: 'revert';
  readonly cookie?: string;
}
