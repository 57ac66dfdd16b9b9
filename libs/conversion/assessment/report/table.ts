import { html, type Markup, type Part } from './markup.ts';

/** A column of a table; numbers stand right. */
export interface Column {
  readonly head: string;
  readonly isNumber?: boolean;
}

/** A table with a caption, which scrolls sideways by itself where it is wider than the window. */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Part[])[]): Markup {
  const className = (column: Column | undefined): Markup =>
    column?.isNumber === true ? html` class="number"` : html``;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col" ${className(column)}>${column.head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, at) => html`<td${className(columns[at])}>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}
