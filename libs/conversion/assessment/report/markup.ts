/** HTML that is already escaped. Made by {@link html} alone. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand in a template: text is escaped, markup is taken as it is, lists are joined. */
export type Part = string | number | Markup | readonly Part[];

/** A template whose values are escaped: names come from a server that nobody vouches for. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    strings.reduce(
      (text, string, index) => `${text}${string}${index < parts.length ? render(parts[index] ?? '') : ''}`,
      '',
    ),
  );
}

function render(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string') return escape(part);
  return typeof part === 'number' ? String(part) : part.map(render).join('');
}

/** Where the page holds a check of a database: `index` counts databases from 0. */
export function checkId(index: number, check: string): string {
  return `check-${index + 1}-${check}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for content and quoted attributes. Control characters and those that turn the direction of a line are shown as a replacement character. */
function escape(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
      /[\t\n]/.test(character) ? character : '\ufffd',
    )
    .replaceAll(/\p{Cs}/gu, '\ufffd');
}
