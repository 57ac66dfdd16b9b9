/**
 * The methods of xml by PostgreSQL's XPath 1.0. Documents stand within one element `sbx`, for xml may have any number of roots; a node of .nodes() is
 * its document and the path that leads to it alone.
 */
export const XML_RUNTIME = String.raw`
CREATE OR REPLACE FUNCTION sys.xml_wrapped(x text) RETURNS xml LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN xmlparse(document '<sbx>' || regexp_replace(x COLLATE "C", '^\s*<\?xml[^>]*\?>', '') || '</sbx>');
EXCEPTION WHEN invalid_xml_content OR invalid_xml_document THEN
  PERFORM sys.raise(9400, 'XML parsing: the text is not well formed.');
END $$;
CREATE OR REPLACE FUNCTION sys.xml_of(x text, quiet boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE part text COLLATE "C"; made text COLLATE "C" := regexp_replace(x COLLATE "C", '^\s*<\?xml[^>]*\?>', ''); fault text COLLATE "C";
BEGIN
  IF x IS NULL THEN RETURN NULL; END IF;
  IF made ~ '<!DOCTYPE' THEN
    PERFORM sys.raise(6359, 'Parsing XML with internal subset DTDs not allowed. Use CONVERT with style option 2 to enable limited internal subset DTD support.');
  END IF;
  -- CDATA becomes text, text of blanks alone between tags is dropped.
  LOOP
    part := substring(made COLLATE "C" from '<!\[CDATA\[([\s\S]*?)\]\]>');
    EXIT WHEN part IS NULL;
    made := replace(made, '<![CDATA[' || part || ']]>', replace(replace(replace(part, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'));
  END LOOP;
  IF made !~ '<!--|xml:space' THEN made := regexp_replace(made COLLATE "C", '(^|>)\s+(?=<|$)', '\1', 'g'); END IF;
  RETURN array_to_string(xpath('/sbx/node()', xmlparse(document '<sbx>' || made || '</sbx>')), '');
EXCEPTION WHEN invalid_xml_content OR invalid_xml_document THEN
  GET STACKED DIAGNOSTICS fault = PG_EXCEPTION_DETAIL;
  IF quiet THEN RETURN NULL; END IF;
  IF fault ~ 'mismatch' AND fault !~ 'mismatch: [^\n]*sbx' THEN PERFORM sys.raise(9436, 'XML parsing: end tag does not match start tag'); END IF;
  IF fault ~ 'EntityRef' THEN PERFORM sys.raise(9421, 'XML parsing: illegal name character'); END IF;
  PERFORM sys.raise(9400, 'XML parsing: unexpected end of input');
END $$;
CREATE OR REPLACE FUNCTION sys.xml_plain(x text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT replace(replace(replace(replace(replace(x, '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#x0d;', chr(13)), '&amp;', '&') $$;
CREATE OR REPLACE FUNCTION sys.xml_scalar(x text, path text, names text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN x IS NOT NULL THEN sys.xml_plain((xpath(path, sys.xml_wrapped(x), names))[1]::text) END $$;
CREATE OR REPLACE FUNCTION sys.xml_value(x text, path text, names text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE document xml := sys.xml_wrapped(x);
BEGIN
  IF x IS NULL OR NOT xpath_exists(path, document, names) THEN RETURN NULL; END IF;
  RETURN sys.xml_plain((xpath('string(' || path || ')', document, names))[1]::text);
END $$;
CREATE OR REPLACE FUNCTION sys.xml_exist(x text, path text, names text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN x IS NOT NULL THEN xpath_exists(path, sys.xml_wrapped(x), names) END $$;
CREATE OR REPLACE FUNCTION sys.xml_query(x text, path text, names text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN x IS NOT NULL THEN CASE WHEN path = '/sbx' THEN x ELSE array_to_string(xpath(path, sys.xml_wrapped(x), names), '') END END $$;
CREATE OR REPLACE FUNCTION sys.xml_nodes(x text, path text, names text[]) RETURNS TABLE (document text, at text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT x, '(' || path || ')[' || n || ']'
  FROM generate_series(1, CASE WHEN x IS NOT NULL THEN (xpath('count(' || path || ')', sys.xml_wrapped(x), names))[1]::text::int ELSE 0 END) AS n $$;
`;
