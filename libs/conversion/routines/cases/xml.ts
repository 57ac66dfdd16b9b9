import { createHash } from 'node:crypto';
import { type CaseGroup, many, one } from './case-group.ts';

const sha256 = (text: string): string => createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('hex');

/** The methods of xml, and bytes of national text. */
export const XML_ROWS: CaseGroup = {
  name: 'xml and bytes',
  script: `
CREATE TABLE dbo.Doc (DocId int NOT NULL PRIMARY KEY, Body xml NULL)
GO
CREATE PROCEDURE dbo.Shred @Xml xml AS
SELECT r.value('@id', 'int') AS Id, r.value('(name)[1]', 'nvarchar(50)') AS Name, r.value('(price/text())[1]', 'decimal(10,2)') AS Price, r.exist('tag') AS Tagged
FROM @Xml.nodes('/rows/row') AS t(r)
GO
CREATE PROCEDURE dbo.Tags @Xml xml AS
SELECT r.value('../@id', 'int') AS Id FROM @Xml.nodes('/rows/row/tag') AS t(r)
GO
CREATE PROCEDURE dbo.Words @List nvarchar(200) AS
DECLARE @x xml
SET @x = CAST('<w>' + REPLACE(@List, ',', '</w><w>') + '</w>' AS xml)
SELECT t.w.value('.', 'nvarchar(20)') AS Word FROM @x.nodes('/w') AS t(w)
GO
CREATE PROCEDURE dbo.TextNodes @Xml xml AS
SELECT t.w.value('.', 'int') AS N FROM @Xml.nodes('/a/b/text()') AS t(w)
GO
CREATE FUNCTION dbo.FirstOf (@Xml xml) RETURNS nvarchar(50) AS
BEGIN
  RETURN @Xml.value('(/a/b)[1]', 'nvarchar(50)')
END
GO
CREATE FUNCTION dbo.HowMany (@Xml xml) RETURNS int AS
BEGIN
  RETURN @Xml.value('count(/a/b)', 'int')
END
GO
CREATE PROCEDURE dbo.Nested AS
SELECT d.DocId, p.n.value('@k', 'varchar(10)') AS K, c.n.value('.', 'int') AS V
FROM Doc d CROSS APPLY d.Body.nodes('/d/p') AS p(n) CROSS APPLY p.n.nodes('v') AS c(n)
ORDER BY d.DocId, K, V
GO
CREATE PROCEDURE dbo.CountA @Count int OUTPUT AS
SELECT @Count = COUNT(*) FROM Doc WHERE Body.exist('/d/p[@k="a"]') = 1
GO
CREATE FUNCTION dbo.Part (@Xml xml) RETURNS nvarchar(200) AS
BEGIN
  RETURN CAST(@Xml.query('/a/b') AS nvarchar(200))
END
GO
CREATE FUNCTION dbo.Spaced (@Xml xml) RETURNS int AS
BEGIN
  DECLARE @n int
  ;WITH XMLNAMESPACES('urn:x' AS x)
  SELECT @n = @Xml.value('(/x:a/x:b/@c)[1]', 'int')
  RETURN @n
END
GO
CREATE PROCEDURE dbo.Parts @Xml xml AS
SELECT n.i.value('declare default element namespace "urn:parts"; (name/text())[1]', 'varchar(20)') AS Name,
  n.i.value('declare default element namespace "urn:parts"; (/list/@of)[1]', 'varchar(20)') AS Maker,
  n.i.value('declare default element namespace "urn:parts"; declare namespace o="urn:other"; (o:mark)[1]/o:text', 'varchar(20)') AS Mark,
  n.i.value('string(.)[1]', 'varchar(40)') AS Whole
FROM @Xml.nodes('declare default element namespace "urn:parts"; /list/item') AS n(i)
GO
CREATE FUNCTION dbo.PartOf (@Xml xml) RETURNS int AS
BEGIN
  DECLARE @n int;
  WITH XMLNAMESPACES(DEFAULT 'urn:parts', 'urn:x' AS e)
  SELECT @n = @Xml.value('(/list/item[name = "two"]/@e:no)[1]', 'int')
  RETURN @n
END
GO
CREATE PROCEDURE dbo.Opened @Text nvarchar(max) AS
DECLARE @h int
EXEC sp_xml_preparedocument @h OUTPUT, @Text
SELECT o.id, o.Name, o.City FROM OPENXML(@h, '/rows/row', 1) WITH (id int, Name nvarchar(50) 'name', City varchar(20) 'address/@city') AS o ORDER BY id
EXEC sp_xml_removedocument @h
GO
CREATE PROCEDURE dbo.OpenedElements @Text nvarchar(max) AS
DECLARE @doc int
EXEC sp_xml_preparedocument @doc OUTPUT, @Text
INSERT INTO dbo.Doc (DocId) SELECT Id FROM OPENXML(@doc, 'list/item', 2) WITH (Id int)
EXEC sp_xml_removedocument @doc
RETURN @@ROWCOUNT
GO
CREATE FUNCTION dbo.SettingOf (@Xml xml, @Key varchar(20)) RETURNS nvarchar(50) AS
BEGIN
  IF @Xml.exist('/s/add[@key = sql:variable("@Key")]') = 0 RETURN 'none'
  RETURN @Xml.value('(/s/add[@key=sql:variable("@Key")]/@value)[1]', 'nvarchar(50)')
END
GO
CREATE FUNCTION dbo.Joined () RETURNS nvarchar(200) AS
BEGIN
  RETURN STUFF((SELECT ', <' + CAST(DocId AS varchar(5)) + '>' FROM Doc ORDER BY DocId DESC FOR XML PATH(''), TYPE).value('(./text())[1]', 'nvarchar(200)'), 1, 2, '')
END
GO
CREATE FUNCTION dbo.AsXml () RETURNS xml AS
BEGIN
  RETURN (SELECT DocId AS '@id', (SELECT 1 AS a FOR XML PATH('p'), TYPE) FROM Doc ORDER BY DocId FOR XML PATH('doc'), ROOT('docs'), TYPE)
END
GO
CREATE FUNCTION dbo.Digest (@Text nvarchar(100)) RETURNS varchar(64) AS
BEGIN
  RETURN CONVERT(varchar(64), HASHBYTES('SHA2_256', @Text), 2)
END
GO
CREATE FUNCTION dbo.Bytes (@Text nvarchar(100)) RETURNS varbinary(200) AS
BEGIN
  RETURN CAST(@Text AS varbinary(200))
END
GO`,
  issues: ['SL1040 dbo.Tags'],
  cases: [
    one(
      'attributes, elements and texts of the rows of a document',
      `SELECT * FROM shred('<rows><row id="1"><name>nut &amp; bolt</name><price>1.5</price><tag/></row><row id="2"><name/></row></rows>')`,
      '1|nut & bolt|1.50|t',
      '2||NULL|f',
    ),
    one('no document has no rows', 'SELECT * FROM shred(NULL)'),
    one(
      'nothing is read of what stands around a node',
      `SELECT * FROM tags('<a/>')`,
      '!42809 tags(unknown) is a procedure',
    ),
    one('a fragment of several roots', `SELECT * FROM words('red,green,blue')`, 'red', 'green', 'blue'),
    one('texts as nodes', `SELECT * FROM text_nodes('<a><b>1</b><b>2</b></a>')`, '1', '2'),
    one('the first of several', `SELECT first_of('<a><b>one</b><b>two</b></a>')`, 'one'),
    one('of none', `SELECT first_of('<a/>')`, 'NULL'),
    one('of NULL', `SELECT first_of(NULL)`, 'NULL'),
    one('a number of nodes', `SELECT how_many('<a><b/><b/></a>')`, '2'),
    many(
      'nodes of nodes',
      [
        `INSERT INTO doc VALUES (1, '<d><p k="a"><v>1</v><v>2</v></p><p k="b"/></d>'), (2, NULL), (3, '<d><p k="c"><v>9</v></p></d>')`,
        'SELECT * FROM nested()',
      ],
      '1|a|1',
      '1|a|2',
      '3|c|9',
    ),
    many(
      'rows that have a node',
      [`INSERT INTO doc VALUES (1, '<d><p k="a"/></d>'), (2, NULL), (3, '<d/>')`, 'CALL count_a(NULL)'],
      '1',
    ),
    one('a part of a document', `SELECT part('<a><b>1</b><c/><b>2</b></a>')`, '<b>1</b><b>2</b>'),
    one(
      'elements of a default namespace, and what stands at the root',
      `SELECT * FROM parts('<list xmlns="urn:parts" xmlns:p="urn:other" of="us"><item><name>one</name></item><item><name>two</name><p:mark><p:text>m</p:text></p:mark></item></list>')`,
      'one|us|NULL|one',
      'two|us|m|twom',
    ),
    one('none without it', `SELECT * FROM parts('<list><item><name>one</name></item></list>')`),
    one(
      'a default namespace of the statement',
      `SELECT part_of('<list xmlns="urn:parts" xmlns:q="urn:x"><item q:no="1"><name>one</name></item><item q:no="2"><name>two</name></item></list>')`,
      '2',
    ),
    one('a namespace of the statement', `SELECT spaced('<a xmlns="urn:x"><b c="5"/></a>')`, '5'),
    many(
      'texts of rows by FOR XML and .value()',
      ['INSERT INTO doc (doc_id) VALUES (1), (2)', 'SELECT joined()'],
      '<2>, <1>',
    ),
    one('of no rows', 'SELECT joined()', 'NULL'),
    many(
      'xml within xml',
      ['INSERT INTO doc (doc_id) VALUES (1), (2)', 'SELECT as_xml()'],
      '<docs><doc id="1"><p><a>1</a></p></doc><doc id="2"><p><a>1</a></p></doc></docs>',
    ),
    one('the digest of national text is that of UTF-16', `SELECT digest('Grüße €')`, sha256('Grüße €').toUpperCase()),
    one('also beyond the first plane', `SELECT digest('a\u{1f600}z')`, sha256('a\u{1f600}z').toUpperCase()),
    one('of the empty text', `SELECT digest('')`, sha256('').toUpperCase()),
    one('of NULL', `SELECT digest(NULL)`, 'NULL'),
    one('bytes of national text', `SELECT bytes('aé')`, String.raw`\x6100e900`),
  ],
};
