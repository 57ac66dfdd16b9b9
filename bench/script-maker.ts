/** A script of many objects, as a product that grew for years has them: tables, views over tables and views, functions, procedures of realistic size, triggers. Deterministic. */
export function* madeScript(objects: number, longLines: number): Generator<string, undefined> {
  const modules = Math.floor(objects / 40);
  yield 'CREATE TYPE dbo.Code FROM varchar(20) NOT NULL\nGO\n';
  let made = 1;
  for (let module = 0; made < objects - 1; module++) {
    const schema = `m${module % Math.max(1, Math.floor(modules / 10))}`;
    if (module < Math.max(1, Math.floor(modules / 10))) {
      yield `CREATE SCHEMA ${schema}\nGO\n`;
    }
    for (let at = 0; at < 12 && made < objects - 1; at++, made++) yield table(schema, module, at);
    for (let at = 0; at < 6 && made < objects - 1; at++, made++) yield view(schema, module, at);
    for (let at = 0; at < 3 && made < objects - 1; at++, made++) yield scalar(schema, module, at);
    for (let at = 0; at < 17 && made < objects - 1; at++, made++) yield procedure(schema, module, at);
    for (let at = 0; at < 2 && made < objects - 1; at++, made++) yield trigger(schema, module, at);
  }
  yield* longProcedure(longLines);
  return undefined;
}

const GUARD = (schema: string, name: string): string =>
  `IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[${schema}].[${name}]') AND type in (N'U'))`;

function table(schema: string, module: number, at: number): string {
  const name = `Table${module}_${at}`;
  const parent = at === 0 ? '' : `\n\t[ParentId] [int] NULL,`;
  return `${GUARD(schema, name)}
BEGIN
CREATE TABLE [${schema}].[${name}](
	[${name}Id] [int] IDENTITY(1,1) NOT NULL,${parent}
	[Code] [dbo].[Code] NOT NULL,
	[Name] [nvarchar](100) NOT NULL,
	[Amount] [decimal](18, 4) NOT NULL CONSTRAINT [DF_${name}_Amount] DEFAULT ((0)),
	[Quantity] [int] NULL,
	[IsActive] [bit] NOT NULL DEFAULT ((1)),
	[CreatedAt] [datetime] NOT NULL CONSTRAINT [DF_${name}_CreatedAt] DEFAULT (getdate()),
	[ChangedBy] [nvarchar](50) NULL,
	[Notes] [nvarchar](max) NULL,
	[Total] AS ([Amount]*isnull([Quantity],(0))),
 CONSTRAINT [PK_${name}] PRIMARY KEY CLUSTERED ([${name}Id] ASC) WITH (PAD_INDEX = OFF) ON [PRIMARY]
) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]
END
GO
CREATE NONCLUSTERED INDEX [IX_${name}_Name] ON [${schema}].[${name}] ([Name] ASC, [CreatedAt] DESC) INCLUDE ([Amount])
GO
ALTER TABLE [${schema}].[${name}] WITH CHECK ADD CONSTRAINT [CK_${name}] CHECK (([Amount]>=(0)))
GO
${
  at === 0
    ? ''
    : `ALTER TABLE [${schema}].[${name}] WITH CHECK ADD CONSTRAINT [FK_${name}_Parent] FOREIGN KEY([ParentId]) REFERENCES [${schema}].[Table${module}_${at - 1}] ([Table${module}_${at - 1}Id])
GO
`
}EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'Rows of ${name}' , @level0type=N'SCHEMA',@level0name=N'${schema}', @level1type=N'TABLE',@level1name=N'${name}'
GO
`;
}

function view(schema: string, module: number, at: number): string {
  const from = at < 3 ? `[${schema}].[Table${module}_${at}]` : `[${schema}].[View${module}_${at - 3}]`;
  const id = at < 3 ? `t.[Table${module}_${at}Id]` : 't.[Id]';
  return `SET ANSI_NULLS ON
GO
CREATE VIEW [${schema}].[View${module}_${at}] AS
SELECT ${id} AS [Id], t.[Name], t.[Amount], ISNULL(t.[Quantity], 0) AS [Quantity],
	CASE WHEN t.[Amount] > 1000 THEN 'large' WHEN t.[Amount] > 100 THEN 'medium' ELSE 'small' END AS [Size],
	CONVERT(varchar(10), t.[CreatedAt], 120) AS [Day], t.[CreatedAt]
FROM ${from} AS t
WHERE t.[Name] LIKE 'A%' OR t.[Amount] > 0
GO
`;
}

function scalar(schema: string, module: number, at: number): string {
  return `CREATE FUNCTION [${schema}].[Function${module}_${at}] (@Id int, @Text nvarchar(100) = NULL)
RETURNS decimal(18, 4)
AS
BEGIN
	DECLARE @Result decimal(18, 4)
	SELECT @Result = SUM(t.[Amount]) FROM [${schema}].[Table${module}_${at + 1}] AS t WHERE t.[ParentId] = @Id AND (@Text IS NULL OR t.[Name] = @Text)
	IF @Result IS NULL
		SET @Result = 0
	RETURN @Result
END
GO
`;
}

function procedure(schema: string, module: number, at: number): string {
  const one = `[${schema}].[Table${module}_${(at % 11) + 1}]`;
  const id = `[Table${module}_${(at % 11) + 1}Id]`;
  return `/****** Object:  StoredProcedure [${schema}].[Procedure${module}_${at}] ******/
SET QUOTED_IDENTIFIER ON
GO
-- Keeps the rows of a parent in step.
CREATE PROCEDURE [${schema}].[Procedure${module}_${at}]
	@Id int,
	@Name nvarchar(100) = NULL,
	@Amount decimal(18, 4) = 0,
	@Count int OUTPUT
AS
BEGIN
	SET NOCOUNT ON
	DECLARE @Now datetime = GETDATE(), @Error nvarchar(400), @Left int
	IF @Id IS NULL
	BEGIN
		RAISERROR('An id is wanted by %s.', 16, 1, 'Procedure${module}_${at}')
		RETURN 1
	END
	-- What is there already.
	SELECT @Left = COUNT(*) FROM ${one} WHERE [ParentId] = @Id AND [IsActive] = 1
	CREATE TABLE #work ([Id] int NOT NULL, [Name] nvarchar(100) NULL, [Amount] decimal(18, 4) NULL)
	INSERT INTO #work ([Id], [Name], [Amount])
	SELECT t.${id}, UPPER(LTRIM(RTRIM(t.[Name]))), t.[Amount] * 1.2
	FROM ${one} AS t
	LEFT JOIN [${schema}].[View${module}_0] AS v ON v.[Id] = t.${id}
	WHERE t.[ParentId] = @Id AND DATEDIFF(day, t.[CreatedAt], @Now) < 30
	BEGIN TRY
		BEGIN TRANSACTION
		UPDATE t SET t.[Amount] = w.[Amount], t.[ChangedBy] = SUSER_SNAME()
		FROM ${one} AS t JOIN #work AS w ON w.[Id] = t.${id}
		WHERE t.[Amount] <> w.[Amount]
		SET @Count = @@ROWCOUNT
		IF @Count = 0 AND @Name IS NOT NULL
			INSERT INTO ${one} ([ParentId], [Code], [Name], [Amount]) VALUES (@Id, LEFT(@Name, 20), @Name, @Amount)
		DELETE FROM ${one} WHERE [IsActive] = 0 AND [CreatedAt] < DATEADD(month, -6, @Now)
		COMMIT TRANSACTION
	END TRY
	BEGIN CATCH
		IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION
		SET @Error = ERROR_MESSAGE()
		RAISERROR(@Error, 16, 1)
		RETURN 2
	END CATCH
	WHILE @Left > 0
	BEGIN
		SET @Left = @Left - 1
		IF @Left % 10 = 0 PRINT 'left: ' + CAST(@Left AS varchar(10))
	END
	SELECT TOP (10) [Id], [Name], [Amount] FROM #work ORDER BY [Amount] DESC
	RETURN 0
END
GO
`;
}

function trigger(schema: string, module: number, at: number): string {
  const name = `Table${module}_${at}`;
  return `CREATE TRIGGER [${schema}].[Trigger${module}_${at}] ON [${schema}].[${name}] AFTER UPDATE AS
BEGIN
	SET NOCOUNT ON
	IF UPDATE([Amount])
		UPDATE t SET t.[ChangedBy] = SUSER_SNAME() FROM [${schema}].[${name}] AS t JOIN inserted AS i ON i.[${name}Id] = t.[${name}Id]
END
GO
`;
}

function* longProcedure(lines: number): Generator<string, undefined> {
  if (lines === 0) return undefined;
  yield "CREATE PROCEDURE dbo.Long @Id int AS\nBEGIN\n\tDECLARE @a int = 0, @s nvarchar(max) = N''\n";
  for (let line = 4; line < lines; line += 5) {
    yield `\tIF @a = ${line}\n\t\tUPDATE [m0].[Table0_1] SET [Amount] = [Amount] + @a, [Notes] = N'line ${line}' WHERE [ParentId] = @Id AND [Quantity] > ${line % 97}\n\tELSE\n\t\tSET @a = @a + (${line} % 7) -- ${line}\n\tSET @s = @s + CONVERT(nvarchar(20), @a)\n`;
  }
  yield 'END\nGO\n';
  return undefined;
}
