import { type CaseGroup, many, one } from './case-group.ts';

/** OPENJSON as a source of rows, with columns of its own and without. */
export const JSON_ROWS: CaseGroup = {
  name: 'rows out of JSON',
  script: `
CREATE TABLE dbo.Shelf (ShelfId int NOT NULL PRIMARY KEY, Room nvarchar(20) NOT NULL)
CREATE TABLE dbo.Book (BookId int NOT NULL PRIMARY KEY, ShelfId int NULL, Title nvarchar(40) NULL, Read_ date NULL)
GO
CREATE PROCEDURE dbo.ShelvesAsJson @Room nvarchar(20) AS
SELECT s.ShelfId, s.Room, Book.Title, Book.Read_ FROM dbo.Shelf s LEFT JOIN dbo.Book ON Book.ShelfId = s.ShelfId WHERE s.Room = @Room ORDER BY s.ShelfId, Book.BookId FOR JSON AUTO, ROOT('shelves')
GO
CREATE PROCEDURE dbo.ShelvesAsXml @Xml xml OUTPUT AS
SET @Xml = (SELECT s.Room, dbo.Book.Title FROM dbo.Shelf s JOIN dbo.Book ON dbo.Book.ShelfId = s.ShelfId ORDER BY s.ShelfId, dbo.Book.BookId FOR XML AUTO, TYPE, ROOT('all'))
GO
CREATE TABLE dbo.Doc (DocId int NOT NULL PRIMARY KEY, Body nvarchar(max) NULL)
GO
CREATE PROCEDURE dbo.WithColumns @Json nvarchar(max) AS
SELECT Number, Responded, At, Price, Rest
FROM OPENJSON(@Json) WITH (Number varchar(20) '$.number', Responded bit '$.responded', At date '$.when.at', Price decimal(9, 2) '$.price', Rest nvarchar(max) '$.rest' AS JSON)
GO
CREATE PROCEDURE dbo.AtPath @Json nvarchar(max) AS
SELECT v.a FROM OPENJSON(@Json, '$.list') WITH (a int) AS v
GO
CREATE PROCEDURE dbo.Pairs @Json nvarchar(max) AS
SELECT [key], [value], [type] FROM OPENJSON(@Json)
GO
CREATE PROCEDURE dbo.Groups @Json nvarchar(max) AS
SELECT CAST(g.[value] AS smallint) AS GroupId FROM OPENJSON(@Json, '$.groups') AS g
GO
CREATE PROCEDURE dbo.OfRows AS
SELECT d.DocId, j.[value] FROM dbo.Doc d CROSS APPLY OPENJSON(d.Body, '$.tags') AS j ORDER BY d.DocId, j.[key]
GO
CREATE FUNCTION dbo.AtAnyPath (@Json nvarchar(max), @Path varchar(50)) RETURNS nvarchar(50) AS
BEGIN
  RETURN JSON_VALUE(@Json, @Path)
END
GO
CREATE FUNCTION dbo.SetKey (@Json nvarchar(max), @Key varchar(50), @Value nvarchar(20)) RETURNS nvarchar(max) AS
BEGIN
  RETURN JSON_MODIFY(@Json, CONCAT('$."', @Key, '"'), @Value)
END
GO
CREATE FUNCTION dbo.WithColour (@Json nvarchar(max), @Colour nvarchar(20)) RETURNS nvarchar(max) AS
BEGIN
  RETURN JSON_MODIFY(JSON_MODIFY(@Json, '$.kind', 'k'), '$.colour', @Colour)
END
GO
CREATE FUNCTION dbo.WithTag (@Json nvarchar(max), @Tag nvarchar(20)) RETURNS nvarchar(max) AS
BEGIN
  RETURN JSON_MODIFY(JSON_MODIFY(@Json, 'append $.tags', @Tag), '$.size', JSON_QUERY('{"w":1}'))
END
`,
  cases: [
    many(
      'tables nest in the order of their columns',
      [
        `INSERT INTO shelf VALUES (1, 'hall'), (2, 'hall'), (3, 'attic')`,
        `INSERT INTO book VALUES (1, 1, 'A', '2024-05-01'), (2, 1, 'B"', NULL), (3, 3, 'C', NULL)`,
        `SELECT * FROM shelves_as_json('hall')`,
      ],
      String.raw`{"shelves":[{"ShelfId":1,"Room":"hall","dbo.Book":[{"Title":"A","Read_":"2024-05-01"},{"Title":"B\""}]},{"ShelfId":2,"Room":"hall","dbo.Book":[{}]}]}`,
    ),
    many(
      'as elements too',
      [
        `INSERT INTO shelf VALUES (1, 'hall'), (3, 'attic')`,
        `INSERT INTO book VALUES (1, 1, 'A', NULL), (2, 1, 'B<', NULL), (3, 3, 'C', NULL)`,
        'CALL shelves_as_xml(NULL)',
      ],
      '<all><s Room="hall"><dbo.Book Title="A"/><dbo.Book Title="B&lt;"/></s><s Room="attic"><dbo.Book Title="C"/></s></all>',
    ),
    one(
      'each element is a row; what is missing, or of another shape, is NULL',
      `SELECT * FROM with_columns('[{"number":"A","responded":true,"when":{"at":"2024-05-01"},"price":1.5,"rest":{"x": [1]}},{"number":{"no":1}}]')`,
      'A|t|2024-05-01|1.50|{"x": [1]}',
      'NULL|NULL|NULL|NULL|NULL',
    ),
    one('an object alone is one row', `SELECT number FROM with_columns('{"number":"B"}')`, 'B'),
    one('a path leads to the list', `SELECT * FROM at_path('{"list":[{"a":1},{"a":2}]}')`, '1', '2'),
    one('a path that is not there gives no row', `SELECT * FROM at_path('{"other":1}')`),
    one(
      'members come with name, value and the number of their type, in their order',
      `SELECT * FROM pairs('{"b":null,"a":"x","n":1.50,"t":true,"l":[1, 2],"o":{"y":1}}')`,
      'b|NULL|0',
      'a|x|1',
      'n|1.50|2',
      't|true|3',
      'l|[1, 2]|4',
      'o|{"y":1}|5',
    ),
    one('elements come with their index', `SELECT * FROM pairs('["x",2]')`, '0|x|1', '1|2|2'),
    one('values can be cast', `SELECT * FROM groups('{"groups":[3,7]}')`, '3', '7'),
    {
      name: 'documents of rows are opened for each',
      run: [
        `INSERT INTO doc VALUES (1, '{"tags":["a","b"]}'), (2, '{}'), (3, NULL), (4, '{"tags":["c"]}')`,
        'SELECT * FROM of_rows()',
      ],
      rows: ['1|a', '1|b', '4|c'],
    },
    one(
      'a path that is only known when it runs',
      `SELECT at_any_path('{"a":{"b c":[1,"x"]}}', '$.a."b c"[1]'), at_any_path('{"a":1}', '$.b'), at_any_path('{"a":{}}', '$.a')`,
      'x|NULL|NULL',
    ),
    one(
      'a key that is only known when it runs',
      `SELECT set_key('{"a":1}', 'x-1', 'v'), set_key('{"x-1":1}', 'x-1', NULL)`,
      '{"a": 1, "x-1": "v"}|{}',
    ),
    one(
      'a member is set, or made',
      `SELECT with_colour('{"a":1,"colour":"red"}', 'blue'), with_colour('{}', 'x')`,
      '{"a": 1, "kind": "k", "colour": "blue"}|{"kind": "k", "colour": "x"}',
    ),
    one('NULL takes the member away', `SELECT with_colour('{"a":1,"colour":"red"}', NULL)`, '{"a": 1, "kind": "k"}'),
    one(
      'what is appended is the last element; JSON_QUERY stays JSON',
      `SELECT with_tag('{"tags":["a"]}', 'b'), with_tag('{}', 'b')`,
      '{"size": {"w": 1}, "tags": ["a", "b"]}|{"size": {"w": 1}, "tags": ["b"]}',
    ),
  ],
};
