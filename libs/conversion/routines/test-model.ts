import type { DatabaseModel } from '#schema';
import { readScripts } from '../scripts/index.ts';

/** The model of the database that a script makes, without a server; its name is D where the script names none. */
export function modelOf(script: string): DatabaseModel {
  return readScripts([{ path: 'script.sql', text: script }], { database: 'D' }).database;
}
