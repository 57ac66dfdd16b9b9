import sql from 'mssql';

/** Where a sample is installed and a workload runs. */
export interface SampleServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Opens a pool to the database. */
export async function connect(server: SampleServer, maxConnections = 4): Promise<sql.ConnectionPool> {
  const pool = new sql.ConnectionPool({
    server: server.host,
    port: server.port,
    user: server.user,
    password: server.password,
    database: server.database,
    requestTimeout: 300_000,
    pool: { min: 0, max: maxConnections },
    options: { encrypt: true, trustServerCertificate: true, packetSize: 16_384, serverName: 'localhost' },
  });
  pool.on('error', () => undefined);
  return pool.connect();
}
