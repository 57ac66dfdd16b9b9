import { ProtocolError } from './wire-reader.ts';

/** Encryption values of PRELOGIN (MS-TDS 2.2.6.5). */
export const ENCRYPT = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

/** What the server wants: `off` encrypts the login packet when the client can and everything when it asks; `required` refuses others. */
export type EncryptionPolicy = 'off' | 'required' | 'unsupported';

/** What both sides agreed on. `refused`: the answer is sent, then the connection ends. */
export type Encryption = 'none' | 'login' | 'all' | 'refused';

/** Version that the stand-in reports: SQL Server 2022. */
export const SERVER_VERSION = { major: 16, minor: 0, build: 4135, subBuild: 4 } as const;

const OPTION = {
  version: 0,
  encryption: 1,
  instance: 2,
  threadId: 3,
  mars: 4,
  traceId: 5,
  fedAuth: 6,
  nonce: 7,
  end: 0xff,
} as const;

/** The options of a PRELOGIN that the server looks at. */
export interface Prelogin {
  readonly encryption: number;
  readonly fedAuthAsked: boolean;
}

/** Reads the option list: token, offset and length of each, then the data (all big-endian). */
export function readPrelogin(bytes: Buffer): Prelogin {
  let encryption: number = ENCRYPT.notSupported;
  let fedAuthAsked = false;
  for (let at = 0; bytes[at] !== OPTION.end; at += 5) {
    if (at + 5 > bytes.length) throw new ProtocolError('a PRELOGIN without end');
    const offset = bytes.readUInt16BE(at + 1);
    const length = bytes.readUInt16BE(at + 3);
    if (offset + length > bytes.length) throw new ProtocolError('a PRELOGIN option outside its message');
    if (bytes[at] === OPTION.encryption && length > 0) encryption = bytes.readUInt8(offset) & 0x03;
    if (bytes[at] === OPTION.fedAuth && length > 0) fedAuthAsked = true;
  }
  return { encryption, fedAuthAsked };
}

/** The table of MS-TDS 2.2.6.5: the client's value down, the server's policy across. */
export function negotiate(
  client: number,
  policy: EncryptionPolicy,
): { readonly answer: number; readonly encryption: Encryption } {
  if (policy === 'unsupported') {
    const refused = client === ENCRYPT.on || client === ENCRYPT.required;
    return { answer: ENCRYPT.notSupported, encryption: refused ? 'refused' : 'none' };
  }
  if (client === ENCRYPT.on || client === ENCRYPT.required) return { answer: ENCRYPT.on, encryption: 'all' };
  if (policy === 'required') {
    return { answer: ENCRYPT.required, encryption: client === ENCRYPT.notSupported ? 'refused' : 'all' };
  }
  return client === ENCRYPT.off
    ? { answer: ENCRYPT.off, encryption: 'login' }
    : { answer: ENCRYPT.notSupported, encryption: 'none' };
}

/** The server's PRELOGIN: version, encryption, instance validity, empty thread id, MARS off (it is refused here, before any session). */
export function preloginAnswer(encryption: number, fedAuthAsked: boolean): Buffer {
  const version = Buffer.alloc(6);
  version[0] = SERVER_VERSION.major;
  version[1] = SERVER_VERSION.minor;
  version.writeUInt16BE(SERVER_VERSION.build, 2);
  version.writeUInt16BE(SERVER_VERSION.subBuild, 4);
  const options: [number, Buffer][] = [
    [OPTION.version, version],
    [OPTION.encryption, Buffer.from([encryption])],
    [OPTION.instance, Buffer.from([0])],
    [OPTION.threadId, Buffer.alloc(0)],
    [OPTION.mars, Buffer.from([0])],
    [OPTION.traceId, Buffer.alloc(0)],
  ];
  if (fedAuthAsked) options.push([OPTION.fedAuth, Buffer.from([0])]);
  const index = Buffer.alloc(options.length * 5 + 1);
  let offset = index.length;
  options.forEach(([token, data], position) => {
    index[position * 5] = token;
    index.writeUInt16BE(offset, position * 5 + 1);
    index.writeUInt16BE(data.length, position * 5 + 3);
    offset += data.length;
  });
  index[index.length - 1] = OPTION.end;
  return Buffer.concat([index, ...options.map(([, data]) => data)]);
}
