import { Position } from '#events';
import { SluiceError } from '#errors';
import type { Quiesce } from '#source';
import { sleep } from '#telemetry';
import { qualifiedName, quoteString } from '#tsql';
import { readCaptureInstances } from './capture-instances.ts';
import type { SqlServerClient } from './client.ts';
import { listWriters } from './open-transactions.ts';

/** The CDC-enabled table whose rows mark positions (rule 14). One row a marker; old rows are removed by the next. */
export const MARKER_TABLE = { schema: 'sluice', name: 'marker' } as const;

const changeTable = (instance: string): string => qualifiedName('cdc', `${instance}_CT`);

const MARKER_SEEN = (instance: string): string =>
  `SELECT TOP (1) __$start_lsn FROM ${changeTable(instance)} WHERE [text] = @text AND __$operation = 2`;

const FOREIGN = (instance: string): string =>
  `SELECT COUNT_BIG(*) FROM cdc.lsn_time_mapping AS m WHERE m.start_lsn > CAST(@l AS binary(10)) AND m.tran_id <> 0x00
   AND NOT EXISTS (SELECT 1 FROM ${changeTable(instance)} AS x WHERE x.__$start_lsn = m.start_lsn)`;

/** Markers, writers and foreign commits of a SQL Server database. */
export class SqlServerQuiesce implements Quiesce {
  constructor(private readonly client: SqlServerClient) {}

  /** Waits until the capture has read the marker; a stopped capture job is named after `timeoutMs`. */
  async writeMarker(text: string, timeoutMs = 60_000): Promise<Position> {
    await this.client.query(`DELETE FROM sluice.marker; INSERT INTO sluice.marker ([text]) VALUES (@text)`, { text });
    return this.positionOf(text, timeoutMs);
  }

  /** The end of the commit that wrote the marker, once the capture has read it. @throws SluiceError CaptureStalled */
  async positionOf(text: string, timeoutMs = 60_000): Promise<Position> {
    const instance = await this.markerInstance();
    for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(50)) {
      const [row] = await this.client.query(MARKER_SEEN(instance), { text });
      if (row) return Position.endOfCommit((row[0] as Buffer).toString('hex'));
    }
    throw new SluiceError(
      'CaptureStalled',
      `The capture job has not read the marker ${quoteString(text)} within ${timeoutMs / 1000} s.`,
    );
  }

  async openWriters(): Promise<readonly string[]> {
    const open = await listWriters(this.client);
    return open.map((id) => `transaction ${id} is open`);
  }

  async hasForeignCommitAfter(position: Position): Promise<boolean> {
    const [row] = await this.client.query(FOREIGN(await this.markerInstance()), {
      l: Buffer.from(position.commitLsn, 'hex'),
    });
    return Number(row?.[0] ?? 0) > 0;
  }

  private async markerInstance(): Promise<string> {
    const [instance] =
      (await readCaptureInstances(this.client)).get(`${MARKER_TABLE.schema}.${MARKER_TABLE.name}`) ?? [];
    if (!instance)
      throw new SluiceError('CdcDisabled', 'The table sluice.marker has no capture instance.', {
        table: 'sluice.marker',
      });
    return instance.name;
  }
}
