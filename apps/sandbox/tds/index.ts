export { TdsServer, type TdsServerOptions } from './server.ts';
export type { TdsLog } from './request-server.ts';
export { DEFAULT_COLLATION, isCollation } from './collation.ts';
export { SERVER_VERSION, type EncryptionPolicy } from './prelogin.ts';
