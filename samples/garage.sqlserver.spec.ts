import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SourceDatabase } from '#testing';

const FOLDER = join(import.meta.dirname, 'garage');
const GO = /^\s*GO\s*$/im;

/** The batches of all scripts, in their order, with where they begin. */
function batches(): { place: string; text: string }[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .flatMap((name) =>
      readFileSync(join(FOLDER, name), 'utf8')
        .split(GO)
        .filter((text) => text.trim() !== '')
        .map((text) => ({ place: `${name}: ${text.trim().slice(0, 80)}`, text })),
    );
}

describe('the sample of the workshops', () => {
  let database: SourceDatabase;
  const one = async (text: string): Promise<unknown> => (await database.run(text))[0]?.[0];

  beforeAll(async () => {
    database = await SourceDatabase.create();
    const refused: string[] = [];
    for (const { place, text } of batches()) {
      await database.run(text).catch((error: Error) => refused.push(`${place} → ${error.message}`));
    }
    expect(refused).toEqual([]);
  }, 120_000);

  afterAll(() => database.drop());

  test('has 68 tables, 11 views and 164 routines', async () => {
    const counts = await database.run(
      `SELECT CASE WHEN type = 'U' THEN 'tables' WHEN type = 'V' THEN 'views' ELSE 'routines' END, COUNT(*) FROM sys.objects
       WHERE type IN ('U', 'V', 'P', 'FN', 'IF', 'TF', 'TR') AND SCHEMA_NAME(schema_id) IN ('dbo', 'stock', 'billing', 'staff', 'report') AND is_ms_shipped = 0
       GROUP BY CASE WHEN type = 'U' THEN 'tables' WHEN type = 'V' THEN 'views' ELSE 'routines' END ORDER BY 1`,
    );
    expect(counts).toEqual([
      ['routines', 164],
      ['tables', 68],
      ['views', 11],
    ]);
  });

  test('functions answer', async () => {
    expect(await one(`SELECT dbo.ProperCase(N'o''BRIEN-smith')`)).toBe("O'Brien-Smith");
    expect(await one(`SELECT dbo.OnlyDigits('+44 (0)113 49')`)).toBe('44011349');
    expect(await one(`SELECT dbo.MinutesAsText(125)`)).toBe('2:05');
    expect(await one(`SELECT dbo.AgeInYears('2000-02-29', '2023-02-28')`)).toBe(23);
    expect(await one(`SELECT CONVERT(varchar(10), dbo.AddWorkingDays('2024-12-24', 2, 1), 120)`)).toBe('2024-12-30');
    expect(await one(`SELECT CAST(dbo.Rate('EUR', 'GBP', '2024-07-01') AS varchar(20))`)).toBe('0.85000000');
    expect(await one(`SELECT CAST(billing.RoundToFive(12.33) AS varchar(20))`)).toBe('12.35');
    expect(await one(`SELECT dbo.SettingAsInt(N'reminder.fee', 1) + dbo.SettingAsInt(N'nothing', 1)`)).toBe(6);
    expect(await one(`SELECT Path FROM stock.CategoryTree(1) WHERE Depth = 2`)).toBe('All / Engine / Filters');
    expect(
      await database.run(`SELECT Position, Part FROM dbo.SplitText(N'a,b,,c', DEFAULT) ORDER BY Position`),
    ).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, ''],
      [4, 'c'],
    ]);
    expect(await database.run(`SELECT EmployeeId, Depth FROM staff.TeamOf(1) ORDER BY EmployeeId`)).toEqual([
      [2, 0],
      [3, 1],
    ]);
  });

  test('a car comes in, is mended, billed and paid for', async () => {
    await database.run(`DECLARE @c int, @v int, @w int, @lines stock.PartLines
      EXEC dbo.Customer_Insert @LastName = N'HOPPER', @FirstName = N'grace', @Email = 'Grace@Example.org', @GroupId = 2, @CustomerId = @c OUTPUT
      EXEC dbo.Vehicle_Save @VehicleId = @v OUTPUT, @Registration = 'ab12 cde', @CustomerId = @c, @ModelId = 2
      EXEC dbo.WorkOrder_Open @WorkshopId = 1, @VehicleId = @v, @Complaint = N'noise', @ResponsibleId = 2, @WorkOrderId = @w OUTPUT
      EXEC dbo.WorkOrder_AddLabour @WorkOrderId = @w, @ServiceCode = 'OIL', @EmployeeId = 2
      INSERT @lines (PartId, Quantity) VALUES (2, 2)
      EXEC dbo.WorkOrder_AddParts @w, @lines, 1`);
    expect(await database.run(`SELECT CustomerNumber, FullName, Email FROM dbo.Customer`)).toEqual([
      ['C-00001', 'Grace Hopper', 'grace@example.org'],
    ]);
    // 30 minutes at 72 an hour, one oil filter at 9.99, two air filters at 15 less 10 %.
    expect(await one(`SELECT CAST(Total AS varchar(20)) FROM dbo.WorkOrder`)).toBe('72.99');
    const closed = await one(`DECLARE @i int, @n varchar(40)
      EXEC dbo.WorkOrder_Close 1, 1, @i OUTPUT
      EXEC billing.Invoice_Issue @i, @n OUTPUT
      SELECT @n`);
    expect(closed).toBe('R2024-0001');
    expect(
      await database.run(`SELECT CAST(Net AS varchar(20)), CAST(Tax AS varchar(20)), Status FROM billing.Invoice`),
    ).toEqual([['72.9900', '14.6000', 'open']]);
    const left = await one(
      `DECLARE @p int, @left money EXEC billing.Payment_Receive @CustomerId = 1000, @Amount = 100, @PaymentId = @p OUTPUT, @Left = @left OUTPUT SELECT CAST(@left AS varchar(20))`,
    );
    expect(left).toBe('12.41');
    expect(await one(`SELECT Status FROM billing.Invoice`)).toBe('paid');
    expect(
      await database.run(`SELECT OldStatusId, NewStatusId FROM dbo.WorkOrderHistory ORDER BY WorkOrderHistoryId`),
    ).toEqual([
      [null, 0],
      [0, 2],
    ]);
    await expect(database.run(`UPDATE billing.Invoice SET Net = 1`)).rejects.toThrow(
      'A paid invoice is not changed any more.',
    );
  });

  test('the stock is proposed for purchase, counted and moved', async () => {
    const short = await database.run(`EXEC stock.Stock_Shortages 1`);
    expect(short.map((row) => row[1])).toEqual(['SP-300', 'AF-200']);
    await database.run(`EXEC stock.Purchase_Propose 1`);
    expect(await database.run(`SELECT OrderNumber, SupplierId, Status FROM stock.PurchaseOrder ORDER BY 1`)).toEqual([
      ['P00001', 1, 'N'],
    ]);
    expect(await one(`DECLARE @rc int EXEC @rc = stock.Stock_Transfer 1, 1, 2, 500 SELECT @rc`)).toBe(1);
    expect(
      await one(`SELECT CAST(Quantity AS varchar(20)) FROM stock.StockLevel WHERE WarehouseId = 2 AND PartId = 1`),
    ).toBe('1.000');
  });

  test('triggers keep to many rows at once', async () => {
    await database.run(`DELETE dbo.Country WHERE CountryCode IN ('DE', 'FR')`);
    expect(await database.run(`SELECT CountryCode, IsActive FROM dbo.Country ORDER BY 1`)).toEqual([
      ['DE', false],
      ['FR', false],
      ['GB', true],
      ['IE', true],
    ]);
    await database.run(
      `INSERT dbo.EditableContact (CustomerNumber, Kind, [Value]) VALUES ('C-00001', 'phone', N'1'), ('C-00001', 'fax', N'2')`,
    );
    expect(await one(`SELECT COUNT(*) FROM dbo.CustomerContact`)).toBe(2);
    await expect(database.run(`UPDATE dbo.Customer SET CreditLimit = 200000`)).rejects.toThrow('ended in the trigger');
    expect(await one(`SELECT CAST(CreditLimit AS varchar(20)) FROM dbo.Customer`)).toBe('0.00');
  });
});
