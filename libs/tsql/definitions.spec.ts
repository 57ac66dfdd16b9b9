import { describe, expect, test } from '@jest/globals';
import { parseExpression, printDefinition, type DefinitionPlace } from './index.ts';

function stored(text: string, place?: DefinitionPlace): string {
  const { expression } = parseExpression(text);
  if (expression === undefined) throw new Error(`not an expression: ${text}`);
  return printDefinition(expression, place);
}

// The right-hand forms are those of scripts that servers wrote: AdventureWorks, WideWorldImporters and their like.
const STORED: readonly (readonly [written: string, stored: string])[] = [
  ['0', '((0))'],
  ['-1', '((-1))'],
  ['(1.5)', '((1.5))'],
  ['0e0', '((0.0000000000000000e+000))'],
  ["''", "('')"],
  ["N'x'", "(N'x')"],
  ['NULL', '(NULL)'],
  ['GETDATE()', '(getdate())'],
  ['CURRENT_TIMESTAMP', '(getdate())'],
  ['SYSTEM_USER', '(suser_sname())'],
  ['NEWID()', '(newid())'],
  ['CAST(0 AS bit)', '(CONVERT([bit],(0)))'],
  ['NEXT VALUE FOR dbo.S', '(NEXT VALUE FOR [dbo].[S])'],
  ['d > 0', '([d]>(0))'],
  ['a != 1', '([a]<>(1))'],
  ['a+b', '([a]+[b])'],
  ['Status BETWEEN 0 AND 8', '([Status]>=(0) AND [Status]<=(8))'],
  ["UPPER(Gender) IN ('M', 'F')", "(upper([Gender])='F' OR upper([Gender])='M')"],
  [
    "PersonType IS NULL OR UPPER(PersonType) IN ('SC', 'VC')",
    "([PersonType] IS NULL OR (upper([PersonType])='VC' OR upper([PersonType])='SC'))",
  ],
  ["UPPER(Class) IN ('L', 'H') OR Class IS NULL", "(upper([Class])='H' OR upper([Class])='L' OR [Class] IS NULL)"],
  [
    "BirthDate BETWEEN '1930-01-01' AND DATEADD(YEAR, -18, GETDATE())",
    "([BirthDate]>='1930-01-01' AND [BirthDate]<=dateadd(year,(-18),getdate()))",
  ],
  ["(Shelf LIKE '[A-Za-z]') OR (Shelf = 'N/A')", "([Shelf] like '[A-Za-z]' OR [Shelf]='N/A')"],
  ["phone NOT LIKE '%[^0-9]%'", "(NOT [phone] like '%[^0-9]%')"],
  ['x NOT IN (33, 34)', '(NOT ([x]=(34) OR [x]=(33)))'],
  ['x NOT IN (5, 6) AND y IS NULL', '(NOT ([x]=(6) OR [x]=(5)) AND [y] IS NULL)'],
  ['NOT (a = 1 AND b = 1)', '(NOT ([a]=(1) AND [b]=(1)))'],
  [
    "phone NOT LIKE '%[^0-9]%' AND LEN(phone) BETWEEN 7 AND 8",
    "(NOT [phone] like '%[^0-9]%' AND (len([phone])>=(7) AND len([phone])<=(8)))",
  ],
  [
    '((a IS NULL) AND (l = 0)) OR ((a IS NOT NULL) AND (l >= 1))',
    '([a] IS NULL AND [l]=(0) OR [a] IS NOT NULL AND [l]>=(1))',
  ],
  ['(a = 1 OR b = 2) AND c = 3', '(([a]=(1) OR [b]=(2)) AND [c]=(3))'],
  ['ISNULL(SubTotal + TaxAmt + Freight, 0)', '(isnull(([SubTotal]+[TaxAmt])+[Freight],(0)))'],
  [
    'ISNULL(UnitPrice * (1.0 - UnitPriceDiscount) * OrderQty, 0.0)',
    '(isnull(([UnitPrice]*((1.0)-[UnitPriceDiscount]))*[OrderQty],(0.0)))',
  ],
  [
    "ISNULL(N'SO' + CONVERT(nvarchar(23), SalesOrderID), N'*** ERROR ***')",
    "(isnull(N'SO'+CONVERT([nvarchar](23),[SalesOrderID]),N'*** ERROR ***'))",
  ],
  ["ISNULL('AW' + [dbo].[ufnLeadingZeros](CustomerID), '')", "(isnull('AW'+[dbo].[ufnLeadingZeros]([CustomerID]),''))"],
  ['OrganizationNode.GetLevel()', '([OrganizationNode].[GetLevel]())'],
  [
    'CASE WHEN a IS NULL THEN 0 ELSE 1 END + CASE WHEN b IS NULL THEN 0 ELSE 1 END + CASE WHEN c IS NULL THEN 0 ELSE 1 END = 1',
    '(((case when [a] IS NULL then (0) else (1) end+case when [b] IS NULL then (0) else (1) end)+case when [c] IS NULL then (0) else (1) end)=(1))',
  ],
  ['ReturnedData IS NULL OR ISJSON(ReturnedData) <> 0', '([ReturnedData] IS NULL OR isjson([ReturnedData])<>(0))'],
  [
    "TRY_CONVERT(datetime2(7), JSON_VALUE(d, N'$.DeliveredWhen'), 126)",
    "(TRY_CONVERT([datetime2](7),json_value([d],N'$.DeliveredWhen'),(126)))",
  ],
  ['YEAR(d)', '(datepart(year,[d]))'],
  ['DATEDIFF(dd, a, b)', '(datediff(day,[a],[b]))'],
  ['CONVERT(varchar(8), GETDATE(), 112)', '(CONVERT([varchar](8),getdate(),(112)))'],
  ['COALESCE(a, b)', '(coalesce([a],[b]))'],
  [
    "GETUTCDATE() AT TIME ZONE 'UTC' AT TIME ZONE 'Pacific Standard Time'",
    "((getutcdate() AT TIME ZONE 'UTC') AT TIME ZONE 'Pacific Standard Time')",
  ],
  ['a - -b', '([a]- -[b])'],
];

describe('the definition that a server keeps', () => {
  test.each(STORED)('of %s is %s', (written, expected) => {
    expect(stored(written)).toBe(expected);
  });

  test.each(STORED)('is not changed by being read again: %s', (_, expected) => {
    expect(stored(expected)).toBe(expected);
  });

  test.each([
    ['Status IN (1, 2)', '([Status] IN ((1), (2)))'],
    ["Status IN ('Pending', 'Failed')", "([Status] IN ('Pending', 'Failed'))"],
    ['id_post IN (1, 2) AND status <> 2', '(([id_post] IN ((1), (2))) AND [status]<>(2))'],
    ['x IS NOT NULL', '([x] IS NOT NULL)'],
  ])('of a filter keeps its list: %s', (written, expected) => {
    expect(stored(written, 'filter')).toBe(expected);
    expect(stored(expected, 'filter')).toBe(expected);
  });

  test('of a chain of thousands is printed', () => {
    const terms = Array.from({ length: 5_000 }, (_, index) => `a${index}`);
    expect(stored(terms.join(' + ')).startsWith('((((')).toBe(true);
    expect(stored(terms.map((term) => `${term} = 1`).join(' OR ')).split(' OR ')).toHaveLength(5_000);
  });
});
