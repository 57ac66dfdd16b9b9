import { X509Certificate, createPrivateKey, generateKeyPair, randomBytes, sign, type KeyObject } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Key and certificate in PEM. */
export interface TlsKeys {
  readonly key: string;
  readonly cert: string;
}

const KEY_FILE = 'tds-key.pem';
const CERT_FILE = 'tds-cert.pem';
const YEAR_MS = 365 * 86_400_000;

/**
 * The server's own certificate: read from `directory` where an earlier start left it and it is still valid for a month, else made and kept there.
 * Without a directory it lives as long as the process.
 */
export async function selfSignedKeys(directory?: string): Promise<TlsKeys> {
  const stored = directory === undefined ? undefined : await readKeys(directory);
  if (stored) return stored;
  const keys = await makeKeys(new Date());
  if (directory !== undefined) await storeKeys(directory, keys);
  return keys;
}

async function readKeys(directory: string): Promise<TlsKeys | undefined> {
  try {
    const key = await readFile(join(directory, KEY_FILE), 'utf8');
    const cert = await readFile(join(directory, CERT_FILE), 'utf8');
    const parsed = new X509Certificate(cert);
    const fresh = Date.parse(parsed.validTo) > Date.now() + YEAR_MS / 12;
    return fresh && parsed.checkPrivateKey(createPrivateKey(key)) ? { key, cert } : undefined;
  } catch {
    // Absent, cut short or not a certificate: a new one takes its place.
    return undefined;
  }
}

async function storeKeys(directory: string, keys: TlsKeys): Promise<void> {
  await mkdir(directory, { recursive: true });
  const files: [string, string][] = [
    [KEY_FILE, keys.key],
    [CERT_FILE, keys.cert],
  ];
  for (const [name, text] of files) {
    const temporary = join(directory, `${name}.${process.pid}`);
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, join(directory, name));
  }
}

// DER (X.690): tag, length, content.

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? 1 : 2;
  const header = Buffer.alloc(2 + size);
  header[0] = tag;
  header[1] = 0x80 | size;
  header.writeUIntBE(length, 2, size);
  return Buffer.concat([header, content]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts);
const integer = (bytes: Buffer): Buffer => der(0x02, bytes);
const objectId = (...bytes: number[]): Buffer => der(0x06, Buffer.from(bytes));

function utcTime(date: Date): Buffer {
  const text = date.toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${text}Z`));
}

/** commonName (2.5.4.3) as UTF8String, alone in its set. */
function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(objectId(0x55, 0x04, 0x03), der(0x0c, Buffer.from(name)))));
}

/** subjectAltName (2.5.29.17): localhost by name and by both addresses. */
function alternativeNames(): Buffer {
  const loopback6 = Buffer.alloc(16);
  loopback6[15] = 1;
  const names = sequence(
    der(0x82, Buffer.from('localhost')),
    der(0x87, Buffer.from([127, 0, 0, 1])),
    der(0x87, loopback6),
  );
  return sequence(objectId(0x55, 0x1d, 0x11), der(0x04, names));
}

async function makeKeys(now: Date): Promise<TlsKeys> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
  return { key: key.toString(), cert: certificatePem(pair.privateKey, pair.publicKey, now) };
}

/** A version 3 certificate signed with its own key (RFC 5280 4.1), under the name that SQL Server gives to its fallback certificate. */
function certificatePem(privateKey: KeyObject, publicKey: KeyObject, now: Date): string {
  const sha256WithRsa = sequence(objectId(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b), der(0x05));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01;
  const name = commonName('SSL_Self_Signed_Fallback');
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    sha256WithRsa,
    name,
    sequence(utcTime(new Date(now.getTime() - 86_400_000)), utcTime(new Date(now.getTime() + 10 * YEAR_MS))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(alternativeNames())),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, sha256WithRsa, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
