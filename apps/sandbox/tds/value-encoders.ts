import type { TdsType } from '../session.ts';
import { collationOf } from './collation.ts';
import { codePageOf } from './code-page.ts';
import type { Encoder } from './encoder.ts';
import { fixedEncoder } from './fixed-encoders.ts';
import { binaryEncoder, charEncoder, lobEncoder, ncharEncoder, plpEncoder } from './long-encoders.ts';
import { byteLength, isMax } from './type-info.ts';
import { variantEncoder } from './variant.ts';

/** The encoder of a column and the bytes that stand for NULL in a ROW (an NBCROW leaves a NULL out). */
export interface ColumnEncoder {
  readonly encode: Encoder;
  readonly nullBytes: Buffer;
}

const NULL_BYTE = Buffer.from([0]);
const NULL_SHORT = Buffer.from([0xff, 0xff]);
const NULL_LONG = Buffer.alloc(4);
const NULL_PLP = Buffer.alloc(8, 0xff);

/** Chooses the encoder of a column once per result set. */
export function encoderOf(type: TdsType): ColumnEncoder {
  switch (type.name) {
    case 'char':
    case 'varchar':
    case 'nchar':
    case 'nvarchar':
    case 'binary':
    case 'varbinary':
      return isMax(type)
        ? { encode: plpEncoder(type), nullBytes: NULL_PLP }
        : { encode: shortEncoder(type), nullBytes: NULL_SHORT };
    case 'rowversion':
      return { encode: binaryEncoder('binary', 8), nullBytes: NULL_SHORT };
    case 'text':
    case 'ntext':
    case 'image':
      return { encode: lobEncoder(type), nullBytes: NULL_BYTE };
    case 'xml':
    case 'hierarchyid':
    case 'geography':
    case 'geometry':
      return { encode: plpEncoder(type), nullBytes: NULL_PLP };
    case 'sql_variant':
      return { encode: variantEncoder, nullBytes: NULL_LONG };
    default: {
      const { size, write } = fixedEncoder(type);
      return { encode: withLength(size, write), nullBytes: NULL_BYTE };
    }
  }
}

function shortEncoder(type: TdsType): Encoder {
  const length = byteLength(type);
  if (type.name === 'binary' || type.name === 'varbinary') return binaryEncoder(type.name, length);
  if (type.name === 'nchar' || type.name === 'nvarchar') return ncharEncoder(type.name, length);
  return charEncoder(
    type.name === 'char' ? 'char' : 'varchar',
    length,
    codePageOf(collationOf(type.collation).codePage),
  );
}

function withLength(size: number, write: Encoder): Encoder {
  return (out, value) => {
    out.ensure(size + 1);
    out.bytes[out.position++] = size;
    write(out, value);
  };
}
