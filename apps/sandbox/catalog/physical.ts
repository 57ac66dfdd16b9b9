/**
 * Physical PostgreSQL names, made from ids so that hostile names and sp_rename cost nothing. All but the system views live in schema `u`.
 */

/** PostgreSQL schema of everything users make. */
export const USER_SCHEMA = 'u';

export const tableName = (objectId: number): string => `t${objectId}`;
export const columnName = (columnId: number): string => `c${columnId}`;
export const indexName = (objectId: number, indexId: number): string => `i${objectId}_${indexId}`;
export const constraintName = (objectId: number): string => `k${objectId}`;
/** A sequence object, or (with the table's id) the counter of its identity column. */
export const sequenceName = (objectId: number): string => `s${objectId}`;
/** The PostgreSQL database beneath a sandbox database. */
export const databaseName = (databaseId: number): string => `sbx_${databaseId}`;
