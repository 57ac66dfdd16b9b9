import { expect, test } from '@jest/globals';
import { convertScript } from './test-target.ts';

test('the variable of a cursor that became a FOR loop is not declared', () => {
  const { steps } = convertScript(`CREATE TABLE dbo.t (a int)
GO
CREATE PROCEDURE dbo.p AS
DECLARE @rows CURSOR, @a int
SET @rows = CURSOR FOR SELECT a FROM dbo.t
OPEN @rows
FETCH NEXT FROM @rows INTO @a
WHILE @@FETCH_STATUS = 0
BEGIN
  PRINT @a
  FETCH NEXT FROM @rows INTO @a
END
CLOSE @rows
DEALLOCATE @rows`);
  const text = steps.find((one) => one.object === 'dbo.p')?.sql ?? '';
  expect(text).toContain('FOR v_rows_row IN');
  expect(text).not.toContain('refcursor');
});
