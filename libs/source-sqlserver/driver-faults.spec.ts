import { expect, test } from '@jest/globals';
import { Secret } from '#config';
import { toSluiceError } from './driver-faults.ts';

const SETTINGS = {
  ...{ host: '127.0.0.1', port: 1433, database: 'd', user: 'u', password: new Secret('hidden') },
  ...{ encrypt: true, trustServerCertificate: true },
};

const kindOf = (message: string, extra: object = {}): string =>
  toSluiceError(Object.assign(new Error(message), { code: 'EREQUEST', name: 'RequestError' }, extra), SETTINGS).kind;

test('a request on a connection that has ended is a lost connection, one on a busy connection is not', () => {
  const text = (state: string): string => `Requests can only be made in the LoggedIn state, not the ${state} state`;
  expect(kindOf(text('Final'))).toBe('SourceConnectionLost');
  expect(kindOf(text('SentClientRequest'))).toBe('SourceQueryFailed');
});

test("the server's number wins over the driver's code", () => {
  expect(kindOf('deadlock', { number: 1205 })).toBe('SourceDeadlock');
  expect(kindOf('login failed', { number: 18456, code: 'ELOGIN' })).toBe('SourceLoginFailed');
  expect(kindOf('read ECONNRESET')).toBe('SourceConnectionLost');
});
