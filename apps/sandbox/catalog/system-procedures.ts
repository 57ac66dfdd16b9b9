import { CDC_PROCEDURES } from '../cdc/procedures.ts';
import { DRIVER_PROCEDURES } from './driver-procedures.ts';
import type { SystemProcedure } from './procedure.ts';

/** A system procedure of the catalog or of CDC by its lower-case name without schema, e.g. `sp_columns`. */
export function systemProcedure(name: string): SystemProcedure | undefined {
  if (Object.hasOwn(CDC_PROCEDURES, name)) return CDC_PROCEDURES[name];
  return Object.hasOwn(DRIVER_PROCEDURES, name) ? DRIVER_PROCEDURES[name] : undefined;
}
