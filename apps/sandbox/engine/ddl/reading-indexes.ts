import type { CreateIndex, InlineIndex } from '#tsql';
import type { CatalogObject, IndexModel } from '../../catalog/index.ts';
import { SqlError } from '../../session.ts';
import type { Run } from '../run.ts';
import { storageOf } from './partitions.ts';
import { settingsOf } from './settings.ts';

const unbuilt = (what: string): SqlError =>
  new SqlError(40_515, `${what} is not supported in this version of SQL Server.`);

/** A columnstore index: its columns in the order of the table, of a clustered one all that the table has or gets. */
export function columnstoreModel(index: CreateIndex | InlineIndex, filter: string | undefined): IndexModel {
  const settings = settingsOf(index.options);
  if (index.order.length > 0) throw unbuilt('ORDER of a columnstore index');
  const clustered = index.clustered ?? false;
  return {
    name: index.name.name,
    unique: false,
    clustered,
    columns: [],
    included: clustered ? [] : index.columns.map((one) => one.name.name),
    kind: 'columnstore',
    ...(settings && { options: { settings } }),
    ...(filter === undefined ? {} : { filter }),
    ...storageOf(index.on),
  };
}

/** 6332: an XML or spatial index rests on a clustered primary key. */
function requireKey(object: CatalogObject, kind: 'XML' | 'spatial'): void {
  if (object.indexes.some((one) => one.primaryKey && one.clustered)) return;
  const message =
    kind === 'XML'
      ? `Table '${object.name}' needs to have a clustered primary key with less than 16 columns in it in order to create a primary XML index on it.`
      : `Table '${object.name}' does not have a clustered primary key as required by the spatial index. Make sure that the primary key column exists on the table before creating a spatial index.`;
  throw new SqlError(kind === 'XML' ? 6332 : 12_008, message);
}

function columnOf(object: CatalogObject, statement: CreateIndex): CatalogObject['columns'][number] {
  const name = statement.columns[0]?.name.name ?? '';
  const column = object.columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (column === undefined)
    throw new SqlError(1911, `Column name '${name}' does not exist in the target table or view.`);
  return column;
}

function xmlModel(object: CatalogObject, statement: CreateIndex): IndexModel {
  const { xml } = statement;
  const column = columnOf(object, statement);
  if (xml === undefined || xml.path !== undefined) throw unbuilt('A selective XML index');
  if (column.type.name !== 'xml') {
    const message = `Column '${column.name}' in table '${object.name}' is not of type XML, which cannot be indexed by an XML index.`;
    throw unbuilt(message);
  }
  requireKey(object, 'XML');
  const base = { name: statement.name.name, unique: false, clustered: false, columns: [{ name: column.name }] };
  if (xml.primary) return { ...base, kind: 'xml' };
  if (xml.using === undefined || xml.for === undefined) throw unbuilt('A selective XML index');
  const type = xml.for.toUpperCase() as 'PATH' | 'VALUE' | 'PROPERTY';
  return { ...base, kind: 'xml', secondary: { using: xml.using.name, type } };
}

function spatialModel(object: CatalogObject, statement: CreateIndex): IndexModel {
  const column = columnOf(object, statement);
  if (!/^(geometry|geography)$/.test(column.type.name)) throw unbuilt('A spatial index of another type');
  requireKey(object, 'spatial');
  const { name } = statement.name;
  return { name, unique: false, clustered: false, columns: [{ name: column.name }], kind: 'spatial' };
}

/** CREATE COLUMNSTORE, XML and SPATIAL INDEX: they change how fast rows are found, never which; here the catalog alone has them. */
export async function createReadingIndex(
  run: Run,
  object: CatalogObject,
  statement: CreateIndex,
  filter: string | undefined,
): Promise<void> {
  if (statement.type === 'columnstore' && object.trackedByCdc && statement.clustered === true)
    throw unbuilt('A clustered columnstore index of a table with Change Data Capture');
  const model =
    statement.type === 'columnstore'
      ? columnstoreModel(statement, filter)
      : statement.type === 'xml'
        ? xmlModel(object, statement)
        : spatialModel(object, statement);
  await run.session.ddl(async (writer) => void (await writer.createIndex(object.id, model)));
}
