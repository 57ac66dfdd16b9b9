import type { EventTable } from '#events';
import type {
  CatalogReader,
  ChangeReader,
  ChunkReader,
  Preflight,
  Quiesce,
  Source,
  SourceTrial,
  Survey,
} from '#source';
import { SqlServerCatalogReader } from './catalog-reader.ts';
import { SqlServerChangeReader } from './change-reader.ts';
import { SqlServerChunkReader } from './chunk-reader.ts';
import { SqlServerClient, type SqlServerSettings } from './client.ts';
import { SqlServerPreflight } from './preflight.ts';
import { SqlServerQuiesce } from './quiesce.ts';
import { SqlServerSurvey } from './survey.ts';
import { SqlServerTrial } from './trial.ts';

/** A SQL Server database as a source. */
export class SqlServerSource implements Source {
  readonly kind = 'sqlserver';
  readonly catalog: CatalogReader;
  readonly preflight: Preflight;
  readonly survey: Survey;
  readonly quiesce: Quiesce;
  private readonly client: SqlServerClient;

  constructor(
    private readonly settings: SqlServerSettings,
    private readonly blockBytes?: number,
  ) {
    this.client = new SqlServerClient(settings);
    this.catalog = new SqlServerCatalogReader(this.client);
    this.preflight = new SqlServerPreflight(this.client);
    this.survey = new SqlServerSurvey(this.client);
    this.quiesce = new SqlServerQuiesce(this.client);
  }

  openChunkReader(): Promise<ChunkReader> {
    return Promise.resolve(new SqlServerChunkReader(new SqlServerClient(this.settings, 3), this.blockBytes));
  }

  openChangeReader(tables: readonly EventTable[]): Promise<ChangeReader> {
    return new SqlServerChangeReader(new SqlServerClient(this.settings, 2), tables).open();
  }

  openTrial(): SourceTrial {
    return new SqlServerTrial(this.settings);
  }

  async close(): Promise<void> {
    await this.client.close();
  }
}
