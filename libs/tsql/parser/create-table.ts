import type { CreateTable, Option, StorageTarget } from '../ast/index.ts';
import { storage, tableElements } from './columns.ts';
import { objectName } from './names.ts';
import { withOptions } from './options.ts';
import { query } from './query.ts';
import type { Reader } from './reader.ts';

type Tail = Pick<CreateTable, 'on' | 'textimageOn' | 'filestreamOn' | 'options'>;

/** Reads what follows `CREATE [EXTERNAL] TABLE`. */
export function createTable(r: Reader, start: Reader['token'], external: boolean): CreateTable {
  const name = objectName(r);
  const early = asKind(r);
  const elements = r.is('(') ? tableElements(r) : [];
  const as = early ?? asKind(r);
  if (elements.length === 0 && as === undefined && !r.is('WITH')) r.fail();
  const tail = tableTail(r);
  const kind = as ?? asKind(r);
  const inner = r.accept('AS') ? query(r) : undefined;
  return {
    kind: 'createTable',
    name,
    elements,
    ...tail,
    ...(kind && { as: kind }),
    ...(inner && { query: inner }),
    ...(external && { external }),
    span: r.span(start),
  };
}

function asKind(r: Reader): CreateTable['as'] {
  if (!r.is('AS')) return undefined;
  const word = r.peek().upper;
  if (word !== 'NODE' && word !== 'EDGE' && word !== 'FILETABLE') return undefined;
  r.next();
  r.next();
  return word === 'NODE' ? 'node' : word === 'EDGE' ? 'edge' : 'filetable';
}

/** ON, TEXTIMAGE_ON, FILESTREAM_ON and WITH, in any order. */
function tableTail(r: Reader): Tail {
  let on: StorageTarget | undefined;
  let options: Option[] = [];
  const names: { textimageOn?: Tail['textimageOn']; filestreamOn?: Tail['filestreamOn'] } = {};
  for (;;) {
    if (r.is('ON')) on = storage(r);
    else if (r.accept('TEXTIMAGE_ON')) names.textimageOn = groupName(r);
    else if (r.accept('FILESTREAM_ON')) names.filestreamOn = groupName(r);
    else if (r.isSequence('WITH', '(')) options = withOptions(r);
    else break;
  }
  return { ...(on && { on }), ...names, options };
}

function groupName(r: Reader): NonNullable<Tail['textimageOn']> {
  return r.is('DEFAULT') || r.is('PRIMARY') ? r.anyName() : r.nameOrString();
}
