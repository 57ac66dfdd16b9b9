import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import sql from 'mssql';
import type { TdsServer } from '../tds/index.ts';
import { hostileCase, type HostileCase } from './test-cases.ts';
import { driverConfig, record, type Login, type Recording } from './test-recording.ts';

const HEADER = 8;
const RPC = 3;
/** How long a client waits for an answer that is owed, or for the server's good-bye. */
const PATIENCE_MS = 20_000;
/** How long the server may take to forget clients that are gone. */
const FORGET_MS = 20_000;
const LOOK_EVERY = 100;

/** What a case did to the server. */
export interface Fault {
  readonly kind: 'escaped' | 'hang' | 'others' | 'left';
  readonly what: string;
}

/** Hostile clients of one server, one after another, while another client is served throughout. */
export class TdsFuzzer {
  private readonly escaped: unknown[] = [];
  private readonly onEscaped = (error: unknown): void => void this.escaped.push(error);
  private witness!: sql.ConnectionPool;
  private recording!: Recording;
  /** Answers that hostile clients got. */
  answers = 0;

  constructor(
    private readonly server: TdsServer,
    private readonly login: Login,
    private readonly seed: number,
  ) {}

  async open(): Promise<void> {
    this.recording = await record(this.login);
    this.witness = await new sql.ConnectionPool(driverConfig(this.login)).connect();
    process.on('uncaughtException', this.onEscaped);
    process.on('unhandledRejection', this.onEscaped);
  }

  async close(): Promise<void> {
    process.off('uncaughtException', this.onEscaped);
    process.off('unhandledRejection', this.onEscaped);
    await this.witness.close();
  }

  /** Kinds of messages that were recorded, by the type byte. */
  get recorded(): ReadonlySet<number> {
    return new Set(this.recording.messages.map((message) => message[0] ?? 0));
  }

  /** Runs the case of a number; undefined where all is well. */
  async run(number: number): Promise<Fault | undefined> {
    const fault = await this.attack(hostileCase(this.recording, this.seed, number));
    return fault ?? (number % LOOK_EVERY === 0 ? this.look() : undefined);
  }

  /** Whether the other client is served, and whether anybody is left of those who are gone. */
  async look(): Promise<Fault | undefined> {
    try {
      await this.witness.request().batch('SELECT 1 AS a');
    } catch (error) {
      return { kind: 'others', what: `another client is not served: ${String(error)}` };
    }
    const end = Date.now() + FORGET_MS;
    while (this.server.connectionCount > 1) {
      if (Date.now() > end) return { kind: 'left', what: `${this.server.connectionCount} connections are left` };
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.escapedFault();
  }

  /** The case with fewer parts and fewer bytes that does the same; as hexadecimal text, part by part. */
  async shrink(number: number, { kind }: Fault): Promise<string[]> {
    let smallest = hostileCase(this.recording, this.seed, number);
    const end = Date.now() + 30_000;
    for (let index = smallest.parts.length - 1; index > 0 && Date.now() < end; index--) {
      const less = {
        ...smallest,
        parts: smallest.parts.toSpliced(index, 1),
        answers: Math.max(0, smallest.answers - 1),
      };
      if ((await this.attack(less))?.kind === kind) smallest = less;
    }
    return smallest.parts.map((part) => part.subarray(0, 2_000).toString('hex'));
  }

  /** A login and one request, cut in two at each byte of them in turn, with a turn of the event loop between. */
  async everyBoundary(): Promise<Fault | undefined> {
    const { login, messages } = this.recording;
    const request = messages.find((message) => message[0] === RPC) ?? Buffer.alloc(0);
    const bytes = Buffer.concat([login, request]);
    for (let at = 1; at < bytes.length; at++) {
      const parts = [bytes.subarray(0, at), bytes.subarray(at)];
      const fault = await this.attack({ kind: 'split', parts, answers: 3, leaves: 'close' });
      if (fault !== undefined) return { ...fault, what: `cut at ${at}: ${fault.what}` };
    }
    return undefined;
  }

  private escapedFault(): Fault | undefined {
    const [first] = this.escaped.splice(0);
    if (first === undefined) return undefined;
    return { kind: 'escaped', what: first instanceof Error ? (first.stack ?? first.message) : String(first) };
  }

  private async attack(one: HostileCase): Promise<Fault | undefined> {
    const socket = createConnection(this.login.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const counter = new AnswerCounter(socket);
    const closed = new Promise<true>((resolve) => socket.once('close', () => resolve(true)));
    await Promise.race([once(socket, 'connect').catch(() => undefined), closed]);
    for (const part of one.parts) {
      if (socket.destroyed) break;
      socket.write(part);
      if (one.kind === 'split') await new Promise((resolve) => setImmediate(resolve));
    }
    const answered = await within(Promise.race([counter.reached(one.answers), closed]));
    this.answers += counter.count;
    if (one.leaves === 'drop') socket.destroy();
    else socket.end();
    const left = answered && (await within(closed));
    socket.destroy();
    if (!answered) return { kind: 'hang', what: `${counter.count} answers of ${one.answers} (${one.kind})` };
    // Nothing was wrong with what came in pieces: all of it is answered.
    if (one.kind === 'split' && counter.count < one.answers)
      return { kind: 'hang', what: `only ${counter.count} answers of ${one.answers} to whole messages in pieces` };
    if (!left) return { kind: 'hang', what: `the server does not let go of a client that has ended (${one.kind})` };
    return this.escapedFault();
  }
}

/** False where it took longer than a client waits. */
async function within(work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS);
  });
  const done = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return done;
}

/** Counts whole messages that come in. */
class AnswerCounter {
  count = 0;
  private bytes: Buffer = Buffer.alloc(0);
  private wanted = 0;
  private resolve: () => void = () => undefined;

  constructor(socket: Socket) {
    socket.on('data', (data: Buffer) => this.take(data));
  }

  reached(wanted: number): Promise<void> {
    return new Promise((resolve) => {
      this.wanted = wanted;
      this.resolve = resolve;
      this.check();
    });
  }

  private check(): void {
    if (this.count >= this.wanted) this.resolve();
  }

  private take(data: Buffer): void {
    this.bytes = this.bytes.length === 0 ? data : Buffer.concat([this.bytes, data]);
    let at = 0;
    while (at + HEADER <= this.bytes.length) {
      const end = at + Math.max(HEADER, this.bytes.readUInt16BE(at + 2));
      if (end > this.bytes.length) break;
      if (((this.bytes[at + 1] ?? 0) & 1) !== 0) this.count++;
      at = end;
    }
    this.bytes = this.bytes.subarray(at);
    this.check();
  }
}
