import { type CaseGroup, many } from './case-group.ts';

/** Blank texts as numbers: 0 in T-SQL, where PostgreSQL refuses them. What cuts lists apart meets them at their ends. */
export const BLANK_NUMBERS: CaseGroup = {
  name: 'blank texts as numbers',
  script: `
CREATE TABLE dbo.Answer (AnswerId int NOT NULL PRIMARY KEY, Given varchar(20) NULL, Points int NULL)
GO
CREATE PROCEDURE dbo.SumOfList @list varchar(100), @sum int OUTPUT AS
DECLARE @at int, @next int, @one int
SELECT @sum = 0, @at = 1
WHILE @at > 0
BEGIN
  SET @next = CHARINDEX(';', @list, @at)
  IF @next > 0
  BEGIN
    SET @one = SUBSTRING(@list, @at, @next - @at)
    SET @sum = @sum + @one
    SET @at = @next + 1
  END
  ELSE SET @at = 0
END
GO
CREATE PROCEDURE dbo.TakePoints AS
UPDATE dbo.Answer SET Points = Given
GO
CREATE FUNCTION dbo.AsFlag (@text varchar(10)) RETURNS bit AS BEGIN RETURN @text END
GO
CREATE FUNCTION dbo.AsFloat (@text varchar(10)) RETURNS float AS BEGIN RETURN CAST(@text AS float) END
GO
CREATE FUNCTION dbo.AsMoney (@text varchar(10)) RETURNS money AS BEGIN RETURN CONVERT(money, @text) END
GO
CREATE FUNCTION dbo.AsDecimal (@text varchar(10)) RETURNS decimal(9, 2) AS BEGIN RETURN CAST(@text AS decimal(9, 2)) END
GO`,
  cases: [
    many('a list with empty places', [`CALL sum_of_list('4;;5;', NULL)`], '9'),
    many('a list that is a separator', [`CALL sum_of_list(';', NULL)`], '0'),
    many(
      'a column that is set from another',
      [
        `INSERT INTO answer VALUES (1, '', 9), (2, '  ', 9), (3, ' 7 ', 9), (4, NULL, 9)`,
        'CALL take_points()',
        'SELECT points FROM answer ORDER BY answer_id',
      ],
      '0',
      '0',
      '7',
      'NULL',
    ),
    many('a bit, a float and money', [`SELECT as_flag(''), as_float(' '), as_money('')`], 'f|0|0.0000'),
    many('NULL stays NULL', [`SELECT as_flag(NULL), as_float(NULL), as_money(NULL)`], 'NULL|NULL|NULL'),
    many('a decimal is refused by both', [`SELECT as_decimal('')`], '!22P02 invalid input syntax for type numeric: ""'),
  ],
};
