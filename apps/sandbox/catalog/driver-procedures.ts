import type { SystemProcedure } from './procedure.ts';

/** The catalog procedures that drivers call. */
export const DRIVER_PROCEDURES: Readonly<Record<string, SystemProcedure>> = {};
