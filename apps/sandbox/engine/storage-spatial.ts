import { SqlError } from '../session.ts';

type Spatial = 'geography' | 'geometry';

const VERSION = 1;
/** Properties of the CLR serialization: valid (4), single point (8). */
const VALID_POINT = 0x0c;

function unsupported(kind: string): SqlError {
  return new SqlError(
    40515,
    `Reference to a ${kind} value other than a point is not supported in this version of SQL Server.`,
  );
}

/** The stored text 'SRID=n;WKT' of a CLR-serialized value ([MS-SSCLRT] 2.1.1). Points in the plane only; others are refused. */
export function spatialToText(value: Buffer, kind: Spatial): string {
  if (value.length !== 22 || value[4] !== VERSION || value[5] !== VALID_POINT) throw unsupported(kind);
  const [first, second] = [value.readDoubleLE(6), value.readDoubleLE(14)];
  const [x, y] = kind === 'geography' ? [second, first] : [first, second];
  return `SRID=${value.readInt32LE(0)};POINT (${x} ${y})`;
}

/** The CLR serialization of a stored text; geography keeps latitude before longitude. */
export function spatialFromText(text: string, kind: Spatial): Buffer {
  const match = /^SRID=(-?\d+);POINT ?\(([^ ]+) ([^ )]+)\)$/i.exec(text);
  if (match === null) throw unsupported(kind);
  const out = Buffer.alloc(22);
  out.writeInt32LE(Number(match[1]), 0);
  out[4] = VERSION;
  out[5] = VALID_POINT;
  const [x, y] = [Number(match[2]), Number(match[3])];
  out.writeDoubleLE(kind === 'geography' ? y : x, 6);
  out.writeDoubleLE(kind === 'geography' ? x : y, 14);
  return out;
}
