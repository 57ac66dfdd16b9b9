import sql from 'mssql';
import { connect, type SampleServer } from './connection.ts';
import { Random } from './random.ts';

export interface WorkloadOptions {
  readonly seed: number;
  /** Transactions a second over all connections; 0 = as fast as they go. */
  readonly transactionsPerSecond: number;
  readonly connections: number;
}

export interface WorkloadCounts {
  transactions: number;
  statements: number;
  /** Lost to deadlocks and dropped connections; they changed nothing. */
  failed: number;
  /** How often each message stood behind a failure, for tests and for people. */
  readonly failures: Map<string, number>;
}

type Step = (request: sql.Request, random: Random) => Promise<void>;

/**
 * What an application would do with the order-keeping sample, from a seed: inserts, updates, deletes, key changes, transactions over several tables, bursts. Each
 * connection works on its own; run until {@link stop}.
 */
export class Workload {
  readonly counts: WorkloadCounts = { transactions: 0, statements: 0, failed: 0, failures: new Map() };
  private stopped = false;
  private readonly running: Promise<void>[] = [];

  constructor(
    private readonly server: SampleServer,
    private readonly options: WorkloadOptions,
  ) {}

  start(): void {
    for (let connection = 0; connection < this.options.connections; connection++)
      this.running.push(this.work(connection));
  }

  /** Lets the transactions at hand end, as an operator would stop the application. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running);
  }

  private async work(connection: number): Promise<void> {
    const random = new Random(this.options.seed * 1009 + connection);
    let pool = await this.connect();
    const pauseMs =
      this.options.transactionsPerSecond > 0
        ? (1000 * this.options.connections) / this.options.transactionsPerSecond
        : 0;
    let dueMs = Date.now();
    while (!this.stopped) {
      const burst = random.chance(0.01) ? random.int(20, 60) : 1;
      for (let n = 0; n < burst && !this.stopped; n++) {
        try {
          await this.transaction(pool, random, connection);
        } catch (error) {
          this.counts.failed++;
          if (!(error instanceof Error)) throw error;
          this.counts.failures.set(error.message, (this.counts.failures.get(error.message) ?? 0) + 1);
          if (/clos|socket|connection|ECONN/i.test(error.message)) {
            await pool.close().catch(() => undefined);
            pool = await this.connect();
          }
        }
      }
      dueMs = Math.max(dueMs + pauseMs * burst, Date.now() - 1000);
      const waitMs = dueMs - Date.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    await pool.close();
  }

  private async connect(): Promise<sql.ConnectionPool> {
    for (;;) {
      try {
        return await connect(this.server, 1);
      } catch (error) {
        if (this.stopped) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  private async transaction(pool: sql.ConnectionPool, random: Random, connection: number): Promise<void> {
    const steps = random.chance(0.3)
      ? Array.from({ length: random.int(2, 5) }, () => this.step(random, connection))
      : [this.step(random, connection)];
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    try {
      for (const step of steps) {
        await step(new sql.Request(transaction), random);
        this.counts.statements++;
      }
      if (random.chance(0.03)) await transaction.rollback();
      else await transaction.commit();
      this.counts.transactions++;
    } catch (error) {
      await transaction.rollback().catch(() => undefined);
      throw error;
    }
  }

  private step(random: Random, connection: number): Step {
    const roll = random.next();
    let sum = 0;
    for (const [share, make] of STEPS) {
      sum += share;
      if (roll < sum) return make(connection);
    }
    return newOrder;
  }
}

const newOrder: Step = async (request, random) => {
  request
    .input('status', sql.TinyInt, random.int(0, 8))
    .input('note', sql.NVarChar(400), random.chance(0.5) ? null : `note ${random.int(1, 1e6)}`);
  request
    .input('n', sql.Int, random.int(1, 1_000_000))
    .input('q', sql.Int, random.int(1, 50))
    .input('p', sql.Decimal(19, 4), random.int(1, 99_999) / 100);
  await request.query(`
    DECLARE @customer int = (SELECT TOP (1) CustomerId FROM dbo.Customer WHERE CustomerId >= @n % (SELECT MAX(CustomerId) FROM dbo.Customer) ORDER BY CustomerId);
    DECLARE @product uniqueidentifier = (SELECT TOP (1) ProductId FROM dbo.Product ORDER BY ProductId);
    INSERT INTO dbo.[Order] (CustomerId, Status, Note) VALUES (@customer, @status, @note);
    DECLARE @order bigint = SCOPE_IDENTITY();
    INSERT INTO dbo.OrderLine (OrderId, LineNumber, ProductId, Quantity, UnitPrice) VALUES (@order, 1, @product, @q, @p), (@order, 2, @product, @q + 1, @p);`);
};

const updateOrders: Step = async (request, random) => {
  request.input('n', sql.Int, random.int(0, 1_000_000)).input('status', sql.TinyInt, random.int(0, 9));
  await request.query(`
    DECLARE @first bigint = (SELECT MIN(OrderId) FROM dbo.[Order]), @last bigint = (SELECT MAX(OrderId) FROM dbo.[Order]);
    UPDATE dbo.[Order] SET Status = @status, ShipBy = '2025-01-01' WHERE OrderId BETWEEN @first + @n % (@last - @first + 1) AND @first + @n % (@last - @first + 1) + 3;`);
};

const updateLines: Step = async (request, random) => {
  request.input('n', sql.Int, random.int(0, 1_000_000)).input('q', sql.Int, random.int(1, 60));
  await request.query(`
    DECLARE @first bigint = (SELECT MIN(OrderId) FROM dbo.[Order]), @last bigint = (SELECT MAX(OrderId) FROM dbo.[Order]);
    UPDATE dbo.OrderLine SET Quantity = @q WHERE OrderId = @first + @n % (@last - @first + 1);`);
};

const deleteOrder: Step = async (request, random) => {
  request.input('n', sql.Int, random.int(0, 1_000_000));
  await request.query(`
    DECLARE @first bigint = (SELECT MIN(OrderId) FROM dbo.[Order]), @last bigint = (SELECT MAX(OrderId) FROM dbo.[Order]);
    DECLARE @victim bigint = @first + @n % (@last - @first + 1);
    DELETE FROM dbo.OrderLine WHERE OrderId = @victim;
    DELETE FROM dbo.[Order] WHERE OrderId = @victim;`);
};

const changeCustomer: Step = async (request, random) => {
  request
    .input('n', sql.Int, random.int(0, 1_000_000))
    .input('limit', sql.Int, random.int(0, 100_000))
    .input('active', sql.Bit, random.chance(0.5));
  await request.query(
    `UPDATE dbo.Customer SET CreditLimit = @limit, IsActive = @active WHERE CustomerId = 1 + @n % (SELECT MAX(CustomerId) FROM dbo.Customer);`,
  );
};

const changeProduct: Step = async (request, random) => {
  request
    .input('price', sql.Decimal(19, 4), random.int(1, 9_999_999) / 10_000)
    .input('sku', sql.VarChar(30), `SKU-${random.int(0, 400)}`);
  await request.query(`UPDATE dbo.Product SET Price = @price WHERE Sku = @sku;`);
};

/** Key changes: of case only, to a new value, and back again. */
const moveVoucher =
  (connection: number): Step =>
  async (request, random) => {
    const name = `V${connection}-${random.int(1, 12)}`;
    request
      .input('code', sql.VarChar(40), random.chance(0.5) ? name.toLowerCase() : name)
      .input('amount', sql.Int, random.int(1, 500));
    request.input('other', sql.VarChar(40), `${random.chance(0.5) ? 'v' : 'V'}${connection}-${random.int(1, 12)}`);
    await request.query(`
    IF EXISTS (SELECT 1 FROM sales.Voucher WHERE VoucherCode = @code)
    BEGIN
      IF EXISTS (SELECT 1 FROM sales.Voucher WHERE VoucherCode = @other) AND @other <> @code
        DELETE FROM sales.Voucher WHERE VoucherCode = @other;
      UPDATE sales.Voucher SET VoucherCode = @other, Amount = @amount WHERE VoucherCode = @code;
    END
    ELSE INSERT INTO sales.Voucher (VoucherCode, Amount, Used) VALUES (@code, @amount, 0);`);
  };

const moveReading =
  (connection: number): Step =>
  async (request, random) => {
    request
      .input('meter', sql.Int, connection * 100 + random.int(1, 9))
      .input('to', sql.Int, connection * 100 + random.int(1, 9))
      .input('n', sql.Int, random.int(1, 1000));
    await request.query(`
    IF NOT EXISTS (SELECT 1 FROM sales.Reading WHERE Meter = @meter) INSERT INTO sales.Reading (Meter, TakenAt, Amount) VALUES (@meter, '2024-05-05 05:05:05.1234567', @n);
    ELSE IF @to = @meter UPDATE sales.Reading SET Amount = @n WHERE Meter = @meter;
    ELSE BEGIN DELETE FROM sales.Reading WHERE Meter = @to; UPDATE sales.Reading SET Meter = @to WHERE Meter = @meter; END;`);
  };

const editDocument =
  (connection: number): Step =>
  async (request, random) => {
    request
      .input('id', sql.Int, 1000 + connection * 10 + random.int(0, 9))
      .input('body', sql.NVarChar(sql.MAX), 'long '.repeat(random.int(1, 4000)));
    const isNew = random.chance(0.3);
    await request.query(
      isNew
        ? `DELETE FROM dbo.Document WHERE DocumentId = @id; INSERT INTO dbo.Document (DocumentId, Title, Body, Content, Meta) VALUES (@id, N'doc', @body, 0x0102FF, N'<d/>');`
        : `UPDATE dbo.Document SET Revision = Revision + 1, Title = N'revised' WHERE DocumentId = @id;`,
    );
  };

const audit =
  (connection: number): Step =>
  async (request, random) => {
    request
      .input('who', sql.NVarChar(60), `c${connection}`)
      .input('what', sql.VarChar(200), random.pick(['login', 'logout', 'view']));
    await request.query(
      random.chance(0.7)
        ? `INSERT INTO dbo.AuditLog (At, Who, What) VALUES ('2024-06-01', @who, @what);`
        : `DELETE TOP (1) FROM dbo.AuditLog WHERE Who = @who AND What = @what;`,
    );
  };

const hostile =
  (connection: number): Step =>
  async (request, random) => {
    request
      .input('id', sql.Int, 1000 + connection * 100 + random.int(0, 30))
      .input('text', sql.NVarChar(50), `"'😀${random.int(0, 99)}`);
    await request.query(`
    UPDATE dbo.[We]]ird "table's" name 😀] SET [a "quoted" column] = @text, [SELECT] = ISNULL([SELECT], 0) + 1 WHERE [the ]]key]]] = @id;
    IF @@ROWCOUNT = 0 INSERT INTO dbo.[We]]ird "table's" name 😀] VALUES (@id, @text, 1, 'new');`);
  };

/** Shares of the steps; they sum to one. */
const STEPS: readonly (readonly [number, (connection: number) => Step])[] = [
  [0.28, () => newOrder],
  [0.2, () => updateOrders],
  [0.1, () => updateLines],
  [0.08, () => deleteOrder],
  [0.07, () => changeCustomer],
  [0.05, () => changeProduct],
  [0.07, moveVoucher],
  [0.05, moveReading],
  [0.03, editDocument],
  [0.04, audit],
  [0.03, hostile],
];
