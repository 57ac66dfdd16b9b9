export { SqlServerSource } from './source.ts';
export type { SqlServerSettings } from './client.ts';
