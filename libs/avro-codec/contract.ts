import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bug } from '#errors';

/** Any Avro schema as JSON. */
export type AvroSchema = string | AvroSchema[] | { readonly [property: string]: unknown };

/** The records of the wire contract, one `.avsc` each in `avro/`. */
export type ContractName =
  'source' | 'transaction' | 'reserved-key' | 'window-key' | 'window' | 'schema-change' | 'heartbeat' | 'dead-letter';

const loaded = new Map<ContractName, AvroSchema>();

/** A schema of `avro/`, read once. */
export function contractSchema(name: ContractName): AvroSchema {
  let schema = loaded.get(name);
  if (schema === undefined) {
    schema = JSON.parse(readFileSync(join(contractFolder(), `${name}.avsc`), 'utf8')) as AvroSchema;
    loaded.set(name, schema);
  }
  return schema;
}

/** `avro/` stands at the root of the checkout, above both sources and `dist`. */
function contractFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const candidate = join(folder, 'avro');
    if (existsSync(join(candidate, 'source.avsc'))) return candidate;
    if (folder === dirname(folder)) return bug('the folder avro/ is missing');
  }
}
