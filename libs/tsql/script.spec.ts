import { describe, expect, test } from '@jest/globals';
import { parseBatch, parseExpression, parseScript } from './parse.ts';

const kinds = (text: string): string[][] => parseScript(text).batches.map((b) => b.statements.map((s) => s.kind));

describe('GO separates batches as clients do it', () => {
  test('on a line of its own, in any case, with blanks and a comment around it', () => {
    expect(kinds('select 1\nGO\nselect 2\n  go  -- done\nprint 3\r\nGo\r\n')).toEqual([
      ['select'],
      ['select'],
      ['print'],
    ]);
  });

  test('with a count', () => {
    const { batches } = parseScript('select 1\nGO 5\nselect 2\nGO\n');
    expect(batches.map((b) => b.repeat)).toEqual([5, 1]);
  });

  test('not within a line, a name, a string or a comment', () => {
    expect(kinds("select 1 go\nselect 'a\nGO\nb'\n/*\nGO\n*/\nselect [x\nGO\ny] from t")).toEqual([
      ['select', 'select', 'select'],
    ]);
  });

  test('not where something else follows it on the line', () => {
    expect(kinds('select a,\ngo, b from t')).toEqual([['select']]);
  });

  test('is a plain name for the server', () => {
    expect(parseBatch('select 1\nGO\n').statements).toMatchObject([{ kind: 'select' }]);
    expect(parseBatch('select 1\nGO\nselect 2').statements).toHaveLength(2);
  });

  test('and nothing between two of them is no batch', () => {
    expect(kinds('GO\nGO\n-- only a comment\nGO\nselect 1')).toEqual([['select']]);
  });

  test('the text and the span of a batch lead back to the script', () => {
    const text = 'select 1\nGO\n\n-- c\nselect 2\nGO';
    const { batches } = parseScript(text);
    for (const b of batches) expect(text.slice(b.span.start, b.span.end)).toBe(b.text);
    expect(batches[1]?.text).toBe('\n-- c\nselect 2\n');
    expect(batches[1]?.statements[0]?.span).toMatchObject({ line: 5, column: 1 });
  });
});

describe('lines for the SQLCMD client are set aside', () => {
  test(':setvar, :r and !! at the start of a line', () => {
    const { directives, errors } = parseScript(
      ':setvar Name "x"\n:r .\\a.sql\n!!dir\n:!!cls\n:on error exit\n:connect far\nUSE $(Name)\nGO\nselect a::b()',
    );
    expect(directives.map((d) => [d.command, d.argument])).toEqual([
      ['setvar', 'Name "x"'],
      ['r', '.\\a.sql'],
      ['!!', 'dir'],
      ['!!', 'cls'],
      ['on', 'error exit'],
      ['connect', 'far'],
    ]);
    expect(errors).toEqual([]);
  });
});

describe('"x" follows QUOTED_IDENTIFIER', () => {
  const first = (text: string, quotedIdentifier?: boolean): unknown => {
    const { statements } = parseBatch(text, quotedIdentifier === undefined ? {} : { quotedIdentifier });
    const [select] = statements;
    return select?.kind === 'select' && select.query.body.kind === 'selectSpec'
      ? select.query.body.items[0]
      : undefined;
  };

  test('a name by default', () => {
    expect(first('select "x"')).toMatchObject({
      expression: { kind: 'column', parts: [{ name: 'x', quote: 'double' }] },
    });
  });

  test('a string when it is off', () => {
    expect(first('select "x""y"', false)).toMatchObject({
      expression: { kind: 'literal', type: 'string', value: 'x"y' },
    });
  });

  test('the setting holds from where it stands, and goes on into the next batches', () => {
    const { batches } = parseScript(
      'select "a"\nSET QUOTED_IDENTIFIER OFF\nselect "b"\nGO\nselect "c"\nGO\nSET QUOTED_IDENTIFIER ON\nGO\nselect "d"',
    );
    const literals = JSON.stringify(batches.map((b) => b.statements)).match(/"kind":"literal"/g);
    expect(literals).toHaveLength(2);
    expect(batches.map((b) => b.quotedIdentifier)).toEqual([false, false, true, true]);
  });

  test('a SET within a module does not change it', () => {
    expect(parseBatch('create proc p as set quoted_identifier off select "x" from t').quotedIdentifier).toBe(true);
  });
});

describe('comments are kept', () => {
  test('with their marks and places, nested ones as one', () => {
    const { comments } = parseBatch('-- a\r\nselect /* b /* c */ */ 1 -- d');
    expect(comments.map((c) => [c.style, c.text, c.span.line, c.span.column])).toEqual([
      ['line', '-- a', 1, 1],
      ['block', '/* b /* c */ */', 2, 8],
      ['line', '-- d', 2, 26],
    ]);
  });

  test('each with its own batch', () => {
    const { batches } = parseScript('-- a\nselect 1\nGO\n-- b\nselect 2 -- c\nGO\n-- d\n');
    expect(batches.map((b) => b.comments.map((c) => c.text))).toEqual([['-- a'], ['-- b', '-- c']]);
  });
});

describe('a module keeps its source', () => {
  test('from the first byte of its batch to the last, comments included', () => {
    const text = 'select 1\nGO\n-- head\n/* more */\nCREATE PROC p AS\nSELECT 1 -- tail\n\nGO\n';
    const module = parseScript(text).batches[1]?.statements[0];
    expect(module?.kind).toBe('createProcedure');
    const source = module?.kind === 'createProcedure' ? module.source : undefined;
    expect(text.slice(source?.start, source?.end)).toBe('-- head\n/* more */\nCREATE PROC p AS\nSELECT 1 -- tail\n\n');
  });

  test('from its own beginning where something stands before it', () => {
    const text = 'select 1; create view v as select 2 as a';
    const view = parseBatch(text).statements[1];
    expect(view?.kind === 'createView' ? text.slice(view.source.start) : '').toBe('create view v as select 2 as a');
  });
});

describe('spans', () => {
  test('an expression that begins with a parenthesis has it in its span', () => {
    for (const text of [
      "([x] + isnull(y, '')) + ', '",
      '((a)) * 2',
      '(a) = 1',
      '(a + b) COLLATE Latin1_General_BIN',
      '(a) BETWEEN 1 AND 2',
    ])
      expect(parsed(text)).toBe(text);
    function parsed(text: string): string {
      const span = parseExpression(text).expression?.span;
      return text.slice(span?.start, span?.end);
    }
  });

  test('are offsets of the text, lines and columns counted from 1, \\r\\n as one line end', () => {
    const text = "select 'a\r\nb',\r\n  [c\nd] from t";
    const [select] = parseBatch(text).statements;
    const items = select?.kind === 'select' && select.query.body.kind === 'selectSpec' ? select.query.body.items : [];
    expect(items.map((i) => text.slice(i.span.start, i.span.end))).toEqual(["'a\r\nb'", '[c\nd]']);
    expect(items[1]?.span).toMatchObject({ line: 3, column: 3 });
    expect(select?.span).toEqual({ start: 0, end: text.length, line: 1, column: 1 });
  });
});
