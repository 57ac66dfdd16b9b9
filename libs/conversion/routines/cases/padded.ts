import { type CaseGroup, many, one } from './case-group.ts';

/** CHAR and NCHAR: the blanks at their end count when text is built or searched, and do not when it is compared. */
export const PADDED: CaseGroup = {
  name: 'padded characters',
  script: `
CREATE TABLE dbo.Code (Id int NOT NULL PRIMARY KEY, C char(5) NULL, N nchar(3) NULL, V varchar(20) NULL)
GO
CREATE FUNCTION dbo.Capitals (@Text nvarchar(200)) RETURNS nvarchar(200) AS
BEGIN
  DECLARE @i int = 1, @Result nvarchar(200) = N'', @c nchar(1), @Before nchar(1) = N' '
  WHILE @i <= LEN(@Text)
  BEGIN
    SET @c = SUBSTRING(@Text, @i, 1)
    SET @Result += CASE WHEN @Before IN (N' ', N'-') THEN UPPER(@c) ELSE LOWER(@c) END
    SET @Before = @c
    SET @i = @i + 1
  END
  RETURN @Result
END
GO
CREATE FUNCTION dbo.PlaceOf (@Separator nchar(1), @Text nvarchar(100)) RETURNS int AS
BEGIN
  RETURN CHARINDEX(@Separator, @Text)
END
GO
CREATE FUNCTION dbo.PlaceOfText (@Wanted nvarchar(10), @Text nvarchar(100)) RETURNS int AS
BEGIN
  RETURN CHARINDEX(@Wanted, @Text)
END
GO
CREATE VIEW dbo.Blanks AS
SELECT DATALENGTH(C) AS Bytes, CONCAT(C, '|') AS Joined, RIGHT(C, 2) + '|' AS Last, REPLACE(V, C, '-') AS Replaced,
  CASE WHEN C = 'ab ' THEN 1 ELSE 0 END AS Same, LEN(C) AS Length FROM dbo.Code
GO`,
  cases: [
    one('a blank in a char is equal to a blank', `SELECT capitals('ann-marie LEE')`, 'Ann-Marie Lee'),
    one('an empty text in an nchar parameter is a blank', `SELECT place_of('', 'a b')`, '2'),
    one('CHARINDEX of an empty text finds nothing', `SELECT place_of_text('', 'abc')`, '0'),
    many(
      'blanks of a column',
      [`INSERT INTO code VALUES (1, 'ab', 'x', 'ab   ab')`, 'SELECT * FROM blanks'],
      '5|ab   ||  ||-ab|1|2',
    ),
  ],
};
