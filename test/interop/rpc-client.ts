import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

/** A value of a call: whole numbers go as int, texts as nvarchar. */
export type RpcValue = readonly [name: string, value: number | string | null, output?: 'output'];

/** What a call answered. */
export interface Called {
  readonly rows: (readonly (number | string | null)[])[];
  columns: string[];
  /** Of COLINFO: number of the table, status and name in the table, for each column. */
  origins: { readonly table: number; readonly status: number; readonly name?: string }[];
  /** Of TABNAME. */
  tables: string[];
  readonly outputs: Record<string, number | string | null>;
  readonly infos: number[];
  readonly counts: number[];
  status: number | undefined;
}

/** A fault that the server told. */
export class RpcFault extends Error {
  constructor(
    readonly number: number,
    message: string,
  ) {
    super(message);
  }
}

interface Server {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

const PRELOGIN = Buffer.from('000010000601001600010400170001ff' + '100000000000' + '02' + '00', 'hex');
const HEADERS = Buffer.from('16000000' + '12000000' + '0200' + '0000000000000000' + '01000000', 'hex');
const wide = (text: string): Buffer => Buffer.from(text, 'utf16le');

/** A client of TDS 7.4 that knows the tokens of cursors, which tedious does not: calls of procedures with numbers and texts, in the clear. */
export class RpcClient {
  private chunks: Buffer[] = [];
  private wake: () => void = () => undefined;
  /** The columns that were told last. */
  private forms: readonly Form[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on('data', (data: Buffer) => {
      this.chunks.push(data);
      this.wake();
    });
    socket.on('close', () => this.wake());
  }

  static async connect({ host, port, user, password, database }: Server): Promise<RpcClient> {
    const socket = createConnection(port, host);
    await once(socket, 'connect');
    const client = new RpcClient(socket);
    await client.ask(0x12, PRELOGIN);
    new Reader(await client.ask(0x10, loginOf(user, password, database)), []).all();
    return client;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Calls a procedure with parameters in their order. Throws the first fault. `bare`: it asks for no metadata, and the columns are those of the answer before. */
  async call(procedure: string, values: readonly RpcValue[], bare = false): Promise<Called> {
    const name = Buffer.concat([Buffer.from([procedure.length, 0]), wide(procedure)]);
    const options = Buffer.from([bare ? 2 : 0, 0]);
    const body = Buffer.concat([HEADERS, name, options, ...values.map(parameterOf)]);
    return this.read(await this.ask(0x03, body));
  }

  /** Runs a batch. */
  async batch(text: string): Promise<Called> {
    return this.read(await this.ask(0x01, Buffer.concat([HEADERS, wide(text)])));
  }

  private read(answer: Buffer): Called {
    const reader = new Reader(answer, this.forms);
    const called = reader.all();
    if (reader.forms.length > 0) this.forms = reader.forms;
    return called;
  }

  private async ask(type: number, body: Buffer): Promise<Buffer> {
    const room = 4096 - 8;
    for (let at = 0; at === 0 || at < body.length; at += room) {
      const part = body.subarray(at, at + room);
      const header = Buffer.from([type, at + room >= body.length ? 1 : 0, 0, 0, 0, 0, 1, 0]);
      header.writeUInt16BE(part.length + 8, 2);
      this.socket.write(Buffer.concat([header, part]));
    }
    const parts: Buffer[] = [];
    for (;;) {
      const header = await this.take(8);
      parts.push(await this.take(header.readUInt16BE(2) - 8));
      if ((header.readUInt8(1) & 1) !== 0) return Buffer.concat(parts);
    }
  }

  private async take(length: number): Promise<Buffer> {
    for (;;) {
      const all = Buffer.concat(this.chunks);
      this.chunks = [all];
      if (all.length >= length) {
        this.chunks = [all.subarray(length)];
        return all.subarray(0, length);
      }
      if (this.socket.destroyed) throw new Error('the connection has ended');
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

function parameterOf([name, value, output]: RpcValue): Buffer {
  const full = name === '' ? '' : `@${name}`;
  const head = Buffer.concat([Buffer.from([full.length]), wide(full), Buffer.from([output ? 1 : 0])]);
  if (typeof value !== 'string') {
    const bytes = Buffer.alloc(value === null ? 0 : 4);
    if (value !== null) bytes.writeInt32LE(value);
    return Buffer.concat([head, Buffer.from([0x26, 4, bytes.length]), bytes]);
  }
  const bytes = wide(value);
  const lengths = Buffer.alloc(9);
  lengths.writeUInt16LE(8000, 0);
  Buffer.from('0904d00034', 'hex').copy(lengths, 2);
  lengths.writeUInt16LE(bytes.length, 7);
  return Buffer.concat([head, Buffer.from([0xe7]), lengths, bytes]);
}

function loginOf(user: string, password: string, database: string): Buffer {
  const fixed = Buffer.alloc(94);
  fixed.writeUInt32LE(0x74000004, 4);
  fixed.writeUInt32LE(4096, 8);
  const hidden = Buffer.from(wide(password).map((byte) => (((byte << 4) | (byte >> 4)) & 0xff) ^ 0xa5));
  const texts = [
    wide('test'),
    wide(user),
    hidden,
    wide('rpc'),
    wide(''),
    Buffer.alloc(0),
    wide('rpc'),
    wide(''),
    wide(database),
  ];
  let at = fixed.length;
  texts.forEach((text, index) => {
    fixed.writeUInt16LE(at, 36 + index * 4);
    fixed.writeUInt16LE(text.length / 2, 38 + index * 4);
    at += text.length;
  });
  fixed.writeUInt32LE(at, 0);
  return Buffer.concat([fixed, ...texts]);
}

/** How a column's values are written. */
type Form = 'int4' | 'intN' | 'nvarchar';

/** Reads the tokens of one answer. */
class Reader {
  private at = 0;
  forms: readonly Form[] = [];
  private fault: RpcFault | undefined;
  private readonly called: Called = {
    rows: [],
    columns: [],
    origins: [],
    tables: [],
    outputs: {},
    infos: [],
    counts: [],
    status: undefined,
  };

  /** `known`: the columns of an answer without metadata. */
  constructor(
    private readonly bytes: Buffer,
    private readonly known: readonly Form[],
  ) {}

  all(): Called {
    while (this.at < this.bytes.length) this.token(this.u8());
    if (this.fault !== undefined) throw this.fault;
    return this.called;
  }

  private token(type: number): void {
    const { called } = this;
    switch (type) {
      case 0x81:
        return this.columns();
      case 0xa4:
        return this.sized((end) => {
          while (this.at < end)
            called.tables.push(Array.from({ length: this.u8() }, () => this.text(this.u16())).join('.'));
        });
      case 0xa5:
        return this.sized((end) => {
          while (this.at < end) this.origin();
        });
      case 0xd1:
        called.rows.push(this.forms.map((form) => this.value(form)));
        return;
      case 0xd2: {
        const bits = this.raw((this.forms.length + 7) >> 3);
        const isNull = (index: number): boolean => (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
        called.rows.push(this.forms.map((form, index) => (isNull(index) ? null : this.value(form))));
        return;
      }
      case 0x79:
        called.status = this.raw(4).readInt32LE();
        return;
      case 0xac:
        return this.output();
      case 0xaa:
      case 0xab:
        return this.message(type === 0xaa);
      case 0xfd:
      case 0xfe:
      case 0xff: {
        const status = this.u16();
        this.raw(2);
        const count = Number(this.raw(8).readBigUInt64LE());
        if ((status & 0x10) !== 0) called.counts.push(count);
        return;
      }
      default:
        return this.sized(() => undefined);
    }
  }

  private columns(): void {
    const count = this.u16();
    if (count === 0xffff) {
      this.forms = this.known;
      return;
    }
    this.called.columns = [];
    this.called.origins = [];
    this.called.tables = [];
    const forms: Form[] = [];
    for (let index = 0; index < count; index += 1) {
      this.raw(6);
      forms.push(this.form());
      this.called.columns.push(this.text(this.u8()));
    }
    this.forms = forms;
  }

  private form(): Form {
    const type = this.u8();
    if (type === 0x38) return 'int4';
    if (type === 0x26) {
      this.u8();
      return 'intN';
    }
    if (type !== 0xe7) throw new Error(`a column of the type ${type}`);
    this.raw(7);
    return 'nvarchar';
  }

  private value(form: Form): number | string | null {
    if (form === 'int4') return this.raw(4).readInt32LE();
    if (form === 'intN') {
      const length = this.u8();
      return length === 0 ? null : this.raw(length).readIntLE(0, length);
    }
    const length = this.u16();
    return length === 0xffff ? null : this.raw(length).toString('utf16le');
  }

  private origin(): void {
    this.u8();
    const table = this.u8();
    const status = this.u8();
    this.called.origins.push({ table, status, ...((status & 0x20) !== 0 && { name: this.text(this.u8()) }) });
  }

  private output(): void {
    this.u16();
    const name = this.text(this.u8()).replace('@', '');
    this.raw(7);
    this.called.outputs[name] = this.value(this.form());
  }

  private message(isError: boolean): void {
    this.sized(() => {
      const number = this.raw(4).readInt32LE();
      this.raw(2);
      const text = this.text(this.u16());
      if (isError) this.fault ??= new RpcFault(number, text);
      else this.called.infos.push(number);
    });
  }

  private sized(read: (end: number) => void): void {
    const end = this.u16() + this.at;
    read(end);
    this.at = end;
  }

  private text(characters: number): string {
    return this.raw(characters * 2).toString('utf16le');
  }

  private u8(): number {
    return this.raw(1).readUInt8();
  }

  private u16(): number {
    return this.raw(2).readUInt16LE();
  }

  private raw(length: number): Buffer {
    const part = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }
}
