import { FORMAT_MESSAGE } from './format-message.sql.ts';

/**
 * What storage needs in every sandbox database besides the translator's runtime and the catalog: the schema of user tables, that of compiled functions,
 * and the counter of rowversion. Repeatable.
 */
export const STORAGE_SCHEMA = `
CREATE SCHEMA IF NOT EXISTS u;
CREATE SCHEMA IF NOT EXISTS fn;
CREATE SCHEMA IF NOT EXISTS stage;
CREATE SCHEMA IF NOT EXISTS sys;
CREATE SEQUENCE IF NOT EXISTS sys.rowversion_counter AS bigint MINVALUE 1;
${FORMAT_MESSAGE}`;
