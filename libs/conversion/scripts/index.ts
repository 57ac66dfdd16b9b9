export { placedIssues, readScripts, type ScriptOptions, type ScriptReading } from './read-scripts.ts';
export type { Include, ScriptFile } from './sqlcmd.ts';
