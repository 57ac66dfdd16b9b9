import { Random } from '#samples';
import type { Recording } from './test-recording.ts';

const HEADER = 8;
const ATTENTION = Buffer.from([0x06, 1, 0, 8, 0, 0, 1, 0]);

/** What a hostile client does: parts that it sends one after another, and how it leaves. */
export interface HostileCase {
  readonly kind: 'noise' | 'login' | 'requests' | 'split' | 'headers' | 'deserter';
  readonly parts: readonly Buffer[];
  /** Answers that are owed before it leaves; 0: it leaves at once, or is thrown out. */
  readonly answers: number;
  /** `close`: says good-bye and waits for the server's; `drop`: is gone, its answers unread. */
  readonly leaves: 'close' | 'drop';
}

/** The case of one number. The same recording, seed and number give the same bytes. */
export function hostileCase({ login, messages }: Recording, seed: number, number: number): HostileCase {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const way = random.next();
  // An attention is acknowledged with the answer before it or alone: what is owed is not known, so it comes from deserters only.
  const countable = messages.filter((message) => message[0] !== ATTENTION[0]);
  const some = (most: number): Buffer[] => Array.from({ length: random.int(1, most) }, () => random.pick(countable));
  if (way < 0.05) return { kind: 'noise', parts: [noise(random)], answers: 0, leaves: 'close' };
  if (way < 0.2) return { kind: 'login', parts: [damage(login, random)], answers: 0, leaves: 'close' };
  if (way < 0.3) return pieces([login, ...some(3)], random);
  if (way < 0.4)
    return { kind: 'headers', parts: [login, ...some(2).map((m) => damage(m, random))], answers: 0, leaves: 'close' };
  if (way < 0.5) {
    const parts = [login, ...some(3)];
    if (random.chance(0.5)) parts.push(ATTENTION);
    return { kind: 'deserter', parts, answers: random.int(0, 2), leaves: 'drop' };
  }
  const requests = some(3).map((message) => repacked(message, damagedBody(message, random), random));
  return { kind: 'requests', parts: [login, ...requests], answers: 2 + requests.length, leaves: 'close' };
}

/** Whole messages, cut anywhere: between any two bytes there is a turn of the event loop. */
function pieces(whole: readonly Buffer[], random: Random): HostileCase {
  const bytes = Buffer.concat([...whole]);
  const parts: Buffer[] = [];
  const least = random.pick([1, 7, 200, 1400]);
  for (let at = 0; at < bytes.length;) {
    const end = at + random.int(1, Math.max(least, Math.ceil(bytes.length / 300)));
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return { kind: 'split', parts, answers: 1 + whole.length, leaves: 'close' };
}

function noise(random: Random): Buffer {
  return Buffer.from(Array.from({ length: random.int(1, 400) }, () => random.int(0, 255)));
}

/** Flips, cuts, doubles anything, headers too. */
function damage(bytes: Buffer, random: Random): Buffer {
  let damaged = Buffer.from(bytes);
  for (let edits = random.int(1, 6); edits > 0; edits--) {
    const at = random.int(0, Math.max(0, damaged.length - 1));
    const way = random.next();
    if (way < 0.7) damaged[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.int(0, 255)]);
    else if (way < 0.85) damaged = Buffer.from(damaged.subarray(0, Math.max(HEADER, at)));
    else damaged = Buffer.concat([damaged.subarray(0, at), damaged.subarray(at >> 1)]);
  }
  return damaged;
}

/** The content of a message, its packets' headers taken off, damaged: the damage reaches the reader of requests. */
function damagedBody(message: Buffer, random: Random): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at + HEADER <= message.length; at += message.readUInt16BE(at + 2))
    parts.push(message.subarray(at + HEADER, at + message.readUInt16BE(at + 2)));
  return damage(Buffer.concat(parts), random);
}

/** A message of whole packets of some size, the last with the end bit. */
function repacked(message: Buffer, body: Buffer, random: Random): Buffer {
  const room = random.pick([504, 4088, 32_759]);
  const parts: Buffer[] = [];
  for (let at = 0, id = 1; at === 0 || at < body.length; at += room, id++) {
    const part = body.subarray(at, at + room);
    const reset = at === 0 ? (message[1] ?? 0) & 0x18 : 0;
    const header = Buffer.from([message[0] ?? 1, (at + room >= body.length ? 1 : 0) | reset, 0, 0, 0, 0, id & 0xff, 0]);
    header.writeUInt16BE(part.length + HEADER, 2);
    parts.push(header, part);
  }
  return Buffer.concat(parts);
}
