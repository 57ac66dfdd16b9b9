import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import {
  canonicalFromSource,
  canonicalFromTarget,
  foldExpression,
  foldText,
  pgTypeOf,
  timestamptzIso,
  type SourceValue,
  type ValueType,
} from '#values';
import { freshDatabase, type FreshDatabase } from '#testing';

let database: FreshDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await freshDatabase();
  pool = database.pool();
});

afterAll(async () => {
  await database.drop();
});

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('folds', () => {
  test.each(['rtrim', 'rtrim-lower', 'exact'] as const)(
    'PostgreSQL folds every string by %s as JavaScript does',
    async (fold) => {
      const random = generator(17);
      const special = [
        ' ',
        '  ',
        '\t',
        '\u00a0',
        '\u3000',
        'A',
        'Z',
        'a',
        '[',
        '@',
        'É',
        'ß',
        'İ',
        'ı',
        'Σ',
        'ς',
        '😀',
        'K',
        'Å',
      ];
      const strings = Array.from({ length: 2000 }, () =>
        Array.from({ length: random(10) }, () =>
          random(2) === 0 ? special[random(special.length)]! : String.fromCodePoint(1 + random(0xd7fe)),
        ).join(''),
      );
      const expression = foldExpression(fold, 's');
      const result = await pool.query<{ folded: string }>(
        `select ${expression} as folded from unnest($1::text[]) with ordinality as t(s, n) order by n`,
        [strings],
      );
      expect(result.rows.map((row) => row.folded)).toEqual(strings.map((text) => foldText(text, fold)));
    },
  );

  test('char(n) columns fold like varchar', async () => {
    const result = await pool.query<{ folded: string }>(
      `select ${foldExpression('rtrim-lower', 's')} as folded from (select 'AB'::char(8) as s) t`,
    );
    expect(result.rows[0]?.folded).toBe('ab');
  });
});

describe('canonical texts', () => {
  const cases: [ValueType, SourceValue][] = [
    [{ kind: 'boolean' }, true],
    [{ kind: 'long' }, '-9223372036854775808'],
    [{ kind: 'decimal', precision: 38, scale: 10 }, '-9999999999999999999999999999.0123456789'],
    [{ kind: 'decimal', precision: 19, scale: 4 }, '922337203685477.5807'],
    [{ kind: 'float' }, Math.fround(0.1)],
    [{ kind: 'float' }, 3.4028234663852886e38],
    [{ kind: 'double' }, 1.7976931348623157e308],
    [{ kind: 'double' }, 5e-324],
    [{ kind: 'double' }, -0],
    [{ kind: 'double' }, Number.NaN],
    [{ kind: 'double' }, Number.NEGATIVE_INFINITY],
    [{ kind: 'string', length: 5, fixed: true }, 'ab '],
    [{ kind: 'string' }, ' é😀\\N\t '],
    [{ kind: 'bytes' }, Buffer.from([0, 1, 255, 92])],
    [{ kind: 'bytes' }, Buffer.alloc(0)],
    [{ kind: 'uuid' }, 'ABCDEF00-0000-0000-0000-00000000000A'],
    [{ kind: 'date' }, '0001-01-01'],
    [{ kind: 'date' }, '9999-12-31'],
    [{ kind: 'time', digits: 7 }, '23:59:59.9999999'],
    [{ kind: 'timestamp', digits: 7 }, '9999-12-31 23:59:59.9999999'],
    [{ kind: 'timestamp', digits: 3 }, '1753-01-01 00:00:00.003'],
    [{ kind: 'timestamptz', digits: 7 }, '0001-01-01 00:00:00.1234567 +14:00'],
    [{ kind: 'timestamptz', digits: 7 }, '9999-12-31 23:59:59.9999999 -14:00'],
    [{ kind: 'xml' }, '<a b="1"> x </a>'],
    [{ kind: 'json' }, '{"a" : 1}'],
    [{ kind: 'text', of: 'hierarchyid' }, '/1/2/'],
  ];

  test.each(cases)(
    '%j: %p is the same text from the source and from PostgreSQL in any time zone',
    async (type, value) => {
      const source = canonicalFromSource(type, value as Exclude<SourceValue, undefined>)!;
      const iso = type.kind === 'timestamptz' ? timestamptzIso(value as string) : source;
      const written = type.kind === 'bytes' ? `\\x${source}` : iso;
      for (const zone of ['UTC', 'Asia/Kathmandu', 'America/St_Johns']) {
        const client = await pool.connect();
        try {
          await client.query(`set timezone = '${zone}'`);
          const result = await client.query<{ text: string }>(`select ($1::text::${pgTypeOf(type)})::text as text`, [
            written,
          ]);
          expect(canonicalFromTarget(type, result.rows[0]!.text)).toBe(source);
        } finally {
          client.release();
        }
      }
    },
  );
});
