import { afterEach, describe, expect, test } from '@jest/globals';
import type { EventTable } from '#events';
import { canonicalFromSource, canonicalFromTarget, pgTypeOf, type SourceValue, type ValueType } from '#values';
import { SpecTarget } from './spec-target.ts';

let target: SpecTarget | undefined;

afterEach(async () => {
  await target?.close();
  target = undefined;
});

const ID: ValueType = { kind: 'int', bits: 32 };

/** One column of a type beside the key. */
async function open(type: ValueType): Promise<SpecTarget> {
  const event: EventTable = {
    job: 'spec',
    database: 'db',
    schema: 'dbo',
    name: 't',
    version: 1,
    columns: [
      { id: 1, name: 'id', type: ID, nullable: false },
      { id: 2, name: 'v', type, nullable: true },
    ],
    key: [{ index: 0, fold: 'exact' }],
  };
  target = await SpecTarget.open({ event, ddl: `create table t (id integer primary key, v ${pgTypeOf(type)})` });
  return target;
}

/** Values go once through COPY into the table and once through the merge; PostgreSQL's text of each must be the source's. */
async function expectExact(type: ValueType, values: readonly Exclude<SourceValue, undefined>[]): Promise<void> {
  const t = await open(type);
  const expected = values.map((value) => canonicalFromSource(type, value));
  const read = async (): Promise<(string | null)[]> =>
    (await t.rows('select v::text from t order by id')).map(([text]) =>
      canonicalFromTarget(type, text as string | null),
    );
  const loaded = await t.apply(values.map((value, id) => ({ op: 'r' as const, after: [id, value] })));
  expect(loaded.path).toBe('append');
  expect(await read()).toEqual(expected);
  await t.apply(values.map((value, id) => ({ op: 'u' as const, before: [id, null], after: [id, value] })));
  expect(await read()).toEqual(expected);
}

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const random = generator(99);
const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const digits = (count: number): string => many(count, () => String(random(10))).join('') || '0';
const sign = (): string => (random(2) === 0 ? '-' : '');
const pad = (value: number, width: number): string => String(value).padStart(width, '0');
const date = (): string => `${pad(1 + random(9999), 4)}-${pad(1 + random(12), 2)}-${pad(1 + random(28), 2)}`;
const time = (): string => `${pad(random(24), 2)}:${pad(random(60), 2)}:${pad(random(60), 2)}.${digits(7)}`;

describe('values in the target are the source’s', () => {
  test('C3: bigint and int, at their ends and at random', async () => {
    const ends = [
      '9223372036854775807',
      '-9223372036854775808',
      '0',
      '-1',
      '9007199254740993',
      '-9007199254740993',
      '72057594037927935',
      '-72057594037927936',
      null,
    ];
    await expectExact({ kind: 'long' }, [...ends, ...many(500, () => `${sign()}${BigInt(digits(1 + random(18)))}`)]);
  });

  test('int by width', async () => {
    await expectExact(ID, [
      2147483647,
      -2147483648,
      0,
      -1,
      999999999,
      1000000000,
      ...many(200, () => random(2 ** 32) - 2 ** 31),
    ]);
  });

  test.each([
    [38, 10],
    [38, 38],
    [38, 0],
    [19, 4],
    [9, 2],
  ])('C1, C2: decimal(%i,%i)', async (precision, scale) => {
    const number = (): string => {
      const whole = digits(random(precision - scale + 1));
      const fraction = digits(random(scale + 1));
      return `${sign()}${scale === 0 ? whole : precision === scale ? `0.${fraction}` : `${whole}.${fraction}`}`;
    };
    const nines = `${precision === scale ? '0' : '9'.repeat(precision - scale)}${scale === 0 ? '' : `.${'9'.repeat(scale)}`}`;
    await expectExact({ kind: 'decimal', precision, scale }, [nines, `-${nines}`, '0', null, ...many(500, number)]);
  });

  test('C9: double, NaN, infinities and minus zero among them', async () => {
    const special = [0, -0, Number.NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 0.1, 1e21, 1e-7];
    await expectExact({ kind: 'double' }, [
      ...special,
      ...many(300, () => (random(2 ** 31) - 2 ** 30) * 10 ** (random(40) - 20)),
    ]);
  });

  test('C9: real', async () => {
    await expectExact(
      { kind: 'float' },
      [
        0.1,
        3.4028234663852886e38,
        1.401298464324817e-45,
        -0,
        ...many(300, () => random(2 ** 31) * 10 ** (random(30) - 15)),
      ].map(Math.fround),
    );
  });

  test('C4, C5: timestamps from 0001-01-01 to 9999-12-31 23:59:59.9999999', async () => {
    const ends = [
      '0001-01-01 00:00:00',
      '9999-12-31 23:59:59.9999999',
      '1969-12-31 23:59:59.999999',
      '1753-01-01 00:00:00.003',
      '2000-02-29 00:00:00',
    ];
    await expectExact({ kind: 'timestamp', digits: 7 }, [...ends, ...many(500, () => `${date()} ${time()}`)]);
  });

  test('C6: datetime keeps its three digits', async () => {
    await expectExact(
      { kind: 'timestamp', digits: 3 },
      many(300, () => `${date()} ${time().slice(0, 12)}`),
    );
  });

  test('C7: datetimeoffset keeps its instant', async () => {
    const offset = (): string => `${random(2) === 0 ? '+' : '-'}${pad(random(14), 2)}:${pad(random(60), 2)}`;
    const ends = ['0001-01-01 00:00:00 +14:00', '9999-12-31 23:59:59.9999999 -14:00'];
    await expectExact({ kind: 'timestamptz', digits: 7 }, [
      ...ends,
      ...many(500, () => `${date()} ${time()} ${offset()}`),
    ]);
  });

  test('date and time', async () => {
    await expectExact({ kind: 'date' }, ['0001-01-01', '9999-12-31', '1970-01-01', null, ...many(500, date)]);
  });

  test('time to its last microsecond', async () => {
    await expectExact({ kind: 'time', digits: 7 }, ['00:00:00', '23:59:59.9999999', ...many(500, time)]);
  });

  test('C15: every character that PostgreSQL can hold, escapes among them, short and long', async () => {
    const letters = [
      9, 10, 13, 8, 11, 12, 92, 39, 34, 36, 46, 32, 127, 0xe9, 0x7ff, 0x800, 0xfffd, 0xffff, 0x1f600, 0x10ffff,
    ];
    const text = (length: number): string =>
      many(length, () =>
        String.fromCodePoint(random(3) === 0 ? letters[random(letters.length)]! : 1 + random(126)),
      ).join('');
    await expectExact({ kind: 'string' }, [
      '',
      null,
      '\\N',
      '\\.',
      'NULL',
      '\\',
      '\n',
      ...many(300, () => text(random(20))),
      ...many(50, () => text(65 + random(500))),
    ]);
  });

  test('C18: binaries, empty and large', async () => {
    await expectExact({ kind: 'bytes' }, [
      Buffer.alloc(0),
      null,
      Buffer.from(many(256, () => random(256))),
      Buffer.alloc(70_000, 92),
      ...many(50, () => Buffer.from(many(random(40), () => random(256)))),
    ]);
  });

  test('boolean', async () => {
    await expectExact({ kind: 'boolean' }, [true, false, null]);
  });

  test.each<[ValueType, Exclude<SourceValue, undefined>[]]>([
    [{ kind: 'uuid' }, ['ABCDEF00-1234-5678-9abc-DEF012345678', null]],
    [{ kind: 'string', length: 6, fixed: true }, ['ab    ', '      ', 'abcdef', null]],
    [{ kind: 'xml' }, ['<a b="\t">é\n</a>', '<?xml version="1.0"?><x/>', null]],
    [{ kind: 'json' }, ['{"a" : 1.50, "a":2}', 'null', null]],
    [{ kind: 'text', of: 'sql_variant' }, ['int:5', '', null]],
  ])('%j', async (type, values) => {
    await expectExact(type, values);
  });

  test('C10: U+0000 that another writer put into the topic is rejected, stripped or replaced', async () => {
    const event: EventTable = {
      job: 'spec',
      database: 'db',
      schema: 'dbo',
      name: 't',
      version: 1,
      columns: [
        { id: 1, name: 'id', type: ID, nullable: false },
        { id: 2, name: 'v', type: { kind: 'bytes' }, nullable: true },
      ],
      key: [{ index: 0, fold: 'exact' }],
    };
    // The bytes of a `bytes` value lie in Avro as those of a string: a plan for text reads them as one with U+0000.
    for (const [nul, expected] of [
      ['strip', 'ab'],
      ['replace', 'a\ufffdb'],
    ] as const) {
      target = await SpecTarget.open({ event, ddl: 'create table t (id integer primary key, v text)', nul });
      const batch = target.batch([{ op: 'c', after: [1, Buffer.from('a\u0000b')] }]);
      const text = batch.plan.reader!.fields.map((field) => ({
        ...field,
        kind: field.kind === 'bytes' ? ('string' as const) : field.kind,
      }));
      Object.assign(batch.plan.reader!, { fields: text });
      const { RowPlan } = await import('./row-plan.ts');
      const plan = new RowPlan(target.table, batch.plan.reader, batch.plan.keyReader);
      const out = target.session.stage;
      out.clear();
      out.ensureRow(100, 2);
      plan.reader!.read(batch.buffers[0]!, batch.valueStarts[0]!);
      plan.writeRow(out, batch.buffers[0]!, plan.reader!.after);
      expect(out.view().toString()).toBe(`1\t${expected}`);
      await target.close();
      target = undefined;
    }
  });
});
