import { createHash } from 'node:crypto';
import type { EventTable } from '#events';
import { canonicalFromSource, canonicalFromTarget, canonicalKeyValue, type SourceRow, type ValuePolicy } from '#values';

/** A row in canonical form: one text per column (null = NULL), and its key. */
export interface CanonicalRow {
  /** Canonical key, JSON text: equal exactly where the target's key equality holds. */
  readonly key: string;
  /** Key values as boundary texts of the source, for look-ups. */
  readonly keyTexts: readonly string[];
  readonly values: readonly (string | null)[];
}

/** Makes canonical rows of one table from both sides (rule 13): one form per type, made from the declared policy. */
export class RowForm {
  constructor(
    private readonly table: EventTable,
    private readonly policy: ValuePolicy,
  ) {}

  fromSource(row: SourceRow): CanonicalRow {
    const values = this.table.columns.map((column, index) =>
      canonicalFromSource(column.type, row[index] ?? null, this.policy),
    );
    const key = this.keyIndexes().map((index) => row[index] ?? null);
    return { key: this.keyText(row), keyTexts: key.map(boundaryText), values };
  }

  /** `texts`: what PostgreSQL prints, in the order of the event columns. */
  fromTarget(texts: readonly (string | null)[]): CanonicalRow {
    const values = this.table.columns.map((column, index) => canonicalFromTarget(column.type, texts[index] ?? null));
    const row = this.table.columns.map((column, index) => sourceForm(column.type.kind, texts[index] ?? null));
    return {
      key: this.keyText(row),
      keyTexts: this.keyIndexes().map((index) => boundaryText(row[index] ?? null)),
      values,
    };
  }

  /** Names of the columns in which two rows of one key differ. */
  differing(source: CanonicalRow, target: CanonicalRow): string[] {
    return this.table.columns
      .filter((_, index) => source.values[index] !== target.values[index])
      .map((column) => column.name);
  }

  private keyIndexes(): number[] {
    return this.table.key.length > 0
      ? this.table.key.map((key) => key.index)
      : this.table.columns.map((_, index) => index);
  }

  private keyText(row: SourceRow): string {
    if (this.table.key.length === 0) return '';
    const parts = this.table.key.map(({ index, fold }) => {
      const column = this.table.columns[index];
      const value = column ? canonicalKeyValue(column.type, fold, row[index] ?? null) : null;
      return Buffer.isBuffer(value) ? value.toString('hex') : String(value);
    });
    return JSON.stringify(parts);
  }
}

/** PostgreSQL's text in the form in which a source hands values over; only what keys need. */
function sourceForm(kind: string, text: string | null): string | boolean | Buffer | null {
  if (text === null) return null;
  if (kind === 'boolean') return text.startsWith('t');
  if (kind === 'bytes') return Buffer.from(text.slice(2), 'hex');
  return text;
}

/** A key value as the source's chunk reader takes it back. */
function boundaryText(value: unknown): string {
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex')}`;
  if (typeof value === 'boolean') return value ? '1' : '0';
  return String(value);
}

/** 128 bits of a text, in base64. */
export function digest(text: string): string {
  return createHash('md5').update(text).digest('base64');
}
