import { type CaseGroup, many } from './case-group.ts';

/** INSERT, UPDATE, DELETE, MERGE and result sets. */
export const CHANGES: CaseGroup = {
  name: 'changes and result sets',
  script: `
CREATE TABLE dbo.Account (AccountId int IDENTITY(1,1) NOT NULL PRIMARY KEY, Owner nvarchar(30) NOT NULL, Balance decimal(12,2) NOT NULL DEFAULT 0)
CREATE TABLE dbo.Booking (BookingId int IDENTITY(1,1) NOT NULL PRIMARY KEY, AccountId int NOT NULL, Amount decimal(12,2) NOT NULL, Note varchar(20) NULL)
CREATE TABLE dbo.Audit (What varchar(20) NULL, AccountId int NULL, Balance decimal(12,2) NULL)
GO
CREATE PROCEDURE dbo.OpenAccount @Owner nvarchar(30), @Id int OUTPUT AS
SET NOCOUNT ON;
INSERT INTO dbo.Account (Owner) VALUES (@Owner);
SET @Id = SCOPE_IDENTITY();
GO
CREATE PROCEDURE dbo.CopyAccounts @Id int OUTPUT AS
INSERT Account (Owner, Balance) SELECT Owner + ' 2', Balance FROM Account
SELECT @Id = @@IDENTITY
GO
CREATE PROCEDURE dbo.AddUp AS
UPDATE a SET Balance = a.Balance + b.Total
FROM Account a JOIN (SELECT AccountId, SUM(Amount) AS Total FROM Booking GROUP BY AccountId) b ON b.AccountId = a.AccountId
GO
CREATE PROCEDURE dbo.NextNumber @Next decimal(12,2) OUTPUT AS
UPDATE Account SET @Next = Balance = Balance + 1 WHERE AccountId = 1
GO
CREATE PROCEDURE dbo.Numbered AS
DECLARE @n decimal(12,2)
SET @n = 0
UPDATE Account SET @n = Balance = @n + 10
SELECT Owner, Balance FROM Account ORDER BY AccountId
GO
CREATE PROCEDURE dbo.Running @Total decimal(12,2) OUTPUT, @Rows int OUTPUT AS
SET @Total = 0
UPDATE Booking SET @Total = @Total + Amount, Note = CAST(@Total AS varchar(20)) WHERE AccountId = 1
SET @Rows = @@ROWCOUNT
GO
CREATE PROCEDURE dbo.DropPoor @Limit decimal(12,2) AS
DELETE a OUTPUT 'dropped', deleted.AccountId, deleted.Balance INTO Audit (What, AccountId, Balance) FROM Account a WHERE a.Balance < @Limit
GO
CREATE PROCEDURE dbo.InsertReturning @Owner nvarchar(30) AS
INSERT INTO Account (Owner, Balance) OUTPUT inserted.AccountId, inserted.Owner VALUES (@Owner, 7)
GO
CREATE PROCEDURE dbo.Merges @Owner nvarchar(30), @Amount decimal(12,2) AS
MERGE Account AS t
USING (SELECT @Owner AS Owner, @Amount AS Amount) AS s ON t.Owner = s.Owner
WHEN MATCHED THEN UPDATE SET Balance = t.Balance + s.Amount
WHEN NOT MATCHED THEN INSERT (Owner, Balance) VALUES (s.Owner, s.Amount);
GO
CREATE PROCEDURE dbo.ListAccounts @Least decimal(12,2) = 0 AS
SELECT AccountId, Owner, Balance, Owner + ':' AS Label FROM Account WHERE Balance >= @Least ORDER BY AccountId
GO
CREATE PROCEDURE dbo.EitherList @Short bit AS
IF @Short = 1
  SELECT Owner FROM Account ORDER BY Owner
ELSE
  SELECT UPPER(Owner) FROM Account ORDER BY Owner
GO
CREATE PROCEDURE dbo.TwoSets AS
SELECT AccountId FROM Account ORDER BY AccountId
SELECT COUNT(*) AS n FROM Booking
GO
CREATE PROCEDURE dbo.SetAndOutput @n int OUTPUT AS
SELECT Owner FROM Account ORDER BY Owner
SET @n = 5
GO
CREATE PROCEDURE dbo.EarlyReturn @Id int AS
IF @Id IS NULL
BEGIN
  SELECT 'none' AS What
  RETURN
END
SELECT Owner AS What FROM Account WHERE AccountId = @Id
GO
CREATE PROCEDURE dbo.Limited AS
SET ROWCOUNT 2
SELECT AccountId FROM Account ORDER BY AccountId DESC
SET ROWCOUNT 0
GO
CREATE PROCEDURE dbo.LimitedBy @n int AS
SET ROWCOUNT @n
SELECT AccountId FROM Account ORDER BY AccountId
SET ROWCOUNT 0
GO
CREATE PROCEDURE dbo.LimitedDelete AS
SET ROWCOUNT 1
DELETE FROM Account
SET ROWCOUNT 0
GO
CREATE PROCEDURE dbo.Paged @Skip int, @Take int AS
SELECT AccountId FROM Account ORDER BY AccountId OFFSET @Skip ROWS FETCH NEXT @Take ROWS ONLY
GO
CREATE PROCEDURE dbo.Unions AS
SELECT AccountId AS Id, Owner FROM Account UNION ALL SELECT 0, 'total' ORDER BY Id
GO
CREATE PROCEDURE dbo.WithCte AS
WITH rich AS (SELECT Owner, Balance FROM Account WHERE Balance > 5)
SELECT Owner FROM rich ORDER BY Balance DESC
GO
CREATE PROCEDURE dbo.EmptyTable AS
TRUNCATE TABLE Booking
INSERT INTO Booking (AccountId, Amount) VALUES (1, 1)
GO
CREATE PROCEDURE dbo.FromTemp AS
CREATE TABLE #t (Id int, Owner nvarchar(30))
INSERT #t SELECT AccountId, Owner FROM Account
SELECT Id, Owner FROM #t ORDER BY Id DESC
GO
CREATE PROCEDURE dbo.InLoop AS
DECLARE @i int = 0
WHILE @i < 2 BEGIN SELECT @i AS i SET @i = @i + 1 END
GO
CREATE PROCEDURE dbo.DeleteTop @n int AS
DELETE TOP (@n) FROM Account
GO
CREATE PROCEDURE dbo.CurrentRow AS
DECLARE @id int
DECLARE c CURSOR FOR SELECT AccountId FROM Account ORDER BY AccountId FOR UPDATE
OPEN c
FETCH NEXT FROM c INTO @id
UPDATE Account SET Balance = 99 WHERE CURRENT OF c
CLOSE c
DEALLOCATE c
GO`,
  issues: ['SL1041 dbo.InLoop'],
  cases: (() => {
    const rows = `INSERT INTO account (owner, balance) VALUES ('Ann', 10), ('Bob', 2.5); INSERT INTO booking (account_id, amount) VALUES (1, 5), (1, 1.25), (2, -1)`;
    const after = (name: string, run: readonly string[], ...expected: string[]) =>
      many(name, [rows, ...run], ...expected);
    const accounts =
      'SELECT account_id - (SELECT min(account_id) FROM account), owner, balance FROM account ORDER BY account_id';
    return [
      after(
        'UPDATE that counts its rows, in the order of the key',
        ['SELECT * FROM numbered()'],
        'Ann|10.00',
        'Bob|20.00',
      ),
      after('UPDATE with a running total', ['CALL running(NULL, NULL)'], '6.25|2'),
      after(
        'which each row takes',
        ['CALL running(NULL, NULL)', 'SELECT note FROM booking ORDER BY booking_id'],
        '5.00',
        '6.25',
        'NULL',
      ),
      after(
        'SCOPE_IDENTITY() after an INSERT',
        [`ALTER SEQUENCE account_account_id_seq RESTART WITH 40`, `CALL open_account('Cid', NULL)`],
        '40',
      ),
      after(
        '@@IDENTITY after INSERT … SELECT is the last one',
        [`ALTER SEQUENCE account_account_id_seq RESTART WITH 40`, `CALL copy_accounts(NULL)`],
        '41',
      ),
      after(
        'a default where the column is left out',
        [`CALL open_account('Cid', NULL)`, `SELECT balance FROM account WHERE owner = 'Cid'`],
        '0.00',
      ),
      many(
        'UPDATE … FROM with a grouped subquery',
        [
          `INSERT INTO account OVERRIDING SYSTEM VALUE VALUES (1, 'Ann', 10), (2, 'Bob', 2.5)`,
          `INSERT INTO booking (account_id, amount) VALUES (1, 5), (1, 1.25), (2, -1)`,
          'CALL add_up()',
          accounts,
        ],
        '0|Ann|16.25',
        '1|Bob|1.50',
      ),
      many(
        'UPDATE SET @v = column = expression',
        [`INSERT INTO account VALUES (1, 'Ann', 10)`, 'CALL next_number(NULL)'],
        '11.00',
      ),
      many('UPDATE SET @v = of no row keeps the value', ['CALL next_number(3)'], '3'),
      after('DELETE with OUTPUT INTO', ['CALL drop_poor(5)', 'SELECT what, balance FROM audit'], 'dropped|2.50'),
      after('INSERT with OUTPUT is a result set', [`SELECT owner FROM insert_returning('Dan')`], 'Dan'),
      after('MERGE, matched', [`CALL merges('Ann', 1)`, accounts], '0|Ann|11.00', '1|Bob|2.50'),
      after('MERGE matches without case', [`CALL merges('ANN', 1)`, 'SELECT count(*) FROM account'], '2'),
      after('MERGE, not matched', [`CALL merges('Eve', 3)`, accounts], '0|Ann|10.00', '1|Bob|2.50', '2|Eve|3.00'),
      after(
        'a procedure with one result set is a function',
        ['SELECT owner, balance, label FROM list_accounts()'],
        'Ann|10.00|Ann:',
        'Bob|2.50|Bob:',
      ),
      after('its parameter by name', ['SELECT owner FROM list_accounts(p_least => 5)'], 'Ann'),
      after('result sets in two branches, one function', ['SELECT * FROM either_list(true)'], 'Ann', 'Bob'),
      after('the other branch', ['SELECT * FROM either_list(false)'], 'ANN', 'BOB'),
      after('two result sets are two refcursors', [`CALL two_sets('a', 'b')`, 'FETCH ALL FROM b'], '3'),
      after(
        'the first of two result sets',
        [`CALL two_sets('a', 'b')`, 'SELECT 1', 'MOVE 1 FROM a', 'FETCH ALL FROM a', 'SELECT count(*) FROM account'],
        '2',
      ),
      after(
        'a result set beside an OUTPUT parameter',
        [`CALL set_and_output(NULL, 'c')`, 'FETCH ALL FROM c'],
        'Ann',
        'Bob',
      ),
      after('the OUTPUT parameter beside a result set', [`CALL set_and_output(NULL, 'c')`], '5|c'),
      after('a result set and RETURN', ['SELECT * FROM early_return(NULL)'], 'none'),
      after('a result set behind an IF that returns', ['SELECT * FROM early_return(-1)']),
      after('SET ROWCOUNT', ['SELECT count(*) FROM limited()'], '2'),
      after('SET ROWCOUNT of a variable', ['SELECT count(*) FROM limited_by(1)'], '1'),
      after('SET ROWCOUNT 0 of a variable is no limit', ['SELECT count(*) FROM limited_by(0)'], '2'),
      after(
        'a change under SET ROWCOUNT touches that many rows',
        ['CALL limited_delete()', 'SELECT count(*) FROM account'],
        '1',
      ),
      after('OFFSET and FETCH', ['SELECT count(*) FROM paged(1, 10)'], '1'),
      after('UNION ALL with ORDER BY', ['SELECT owner FROM unions()'], 'total', 'Ann', 'Bob'),
      after('a common table expression', ['SELECT * FROM with_cte()'], 'Ann'),
      after('TRUNCATE begins identities anew', ['CALL empty_table()', 'SELECT booking_id FROM booking'], '1'),
      after('rows from a temporary table', ['SELECT owner FROM from_temp()'], 'Bob', 'Ann'),
      after(
        'a result set within a loop is raised',
        ['CALL in_loop()'],
        '!0A000 SL1041: A result set within a loop: the number of result sets is not known.',
      ),
      after('DELETE TOP', ['CALL delete_top(1)', 'SELECT count(*) FROM account'], '1'),
      after(
        'WHERE CURRENT OF',
        ['CALL current_row()', 'SELECT balance FROM account ORDER BY account_id LIMIT 1'],
        '99.00',
      ),
    ];
  })(),
};
