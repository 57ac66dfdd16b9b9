/** Length of a SQL Server log sequence number. */
export const LSN_BYTES = 10;

/** The LSN of a commit at a WAL position: eight bytes of it and slot 1, so that it grows with every commit. */
export function commitLsn(walPosition: bigint): Buffer {
  const lsn = Buffer.alloc(LSN_BYTES);
  lsn.writeBigUInt64BE(walPosition, 0);
  lsn.writeUInt16BE(1, 8);
  return lsn;
}

/** `0000002a:00000120:0001`, as sys.dm_cdc_log_scan_sessions shows LSNs. */
export function lsnText(lsn: Buffer): string {
  const hex = lsn.toString('hex');
  return `${hex.slice(0, 8)}:${hex.slice(8, 16)}:${hex.slice(16)}`;
}

/** PostgreSQL's text of a WAL position: `2A/120`. */
export function walText(position: bigint): string {
  return `${(position >> 32n).toString(16).toUpperCase()}/${(position & 0xffff_ffffn).toString(16).toUpperCase()}`;
}

/** Undoes {@link walText}. */
export function parseWal(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/**
 * The sequence values of one transaction: made from the WAL position of each change and a counter where several share one
 * (multi-row inserts), so they grow strictly and are the same when the transaction is read again.
 */
export class SequenceValues {
  private last = 0n;
  private sub = 0;

  start(): void {
    this.last = 0n;
    this.sub = 0;
  }

  /** Writes the next value for a change at `walPosition` into `target`. */
  next(walPosition: bigint, target: Buffer): void {
    if (walPosition > this.last) {
      this.last = walPosition;
      this.sub = 1;
    } else if (this.sub < 0xffff) {
      this.sub += 1;
    } else {
      this.last += 1n;
      this.sub = 0;
    }
    target.writeBigUInt64BE(this.last, 0);
    target.writeUInt16BE(this.sub, 8);
  }
}
