import { html, type Markup } from './markup.ts';

/** A bar made of parts. `className` gives a part its colour; `text` is read out and shown beside the bar. */
export interface Bar {
  readonly label: string;
  readonly parts: readonly { readonly className: string; readonly value: number }[];
  readonly text: string;
}

const ROW = 26;
const LABEL = 190;
const BARS = 420;
const TEXT = 150;
const WIDTH = LABEL + BARS + TEXT;

/** Horizontal bars, each as long as its share of the longest, or of itself (`share`: every bar is full). The figures stand beside them: colour is not all there is. */
export function barChart(title: string, bars: readonly Bar[], scale: 'longest' | 'share'): Markup {
  const sum = (bar: Bar): number => bar.parts.reduce((total, part) => total + part.value, 0);
  const longest = Math.max(...bars.map(sum), 0);
  const height = bars.length * ROW + 4;
  const rows = bars.map((bar, index) => {
    const whole = scale === 'share' ? sum(bar) : longest;
    const y = index * ROW + 4;
    let x = LABEL;
    const rects = bar.parts.map((part) => {
      const width = whole === 0 ? 0 : (part.value / whole) * BARS;
      const rect = html`<rect
        class="${part.className}"
        x="${round(x)}"
        y="${y}"
        width="${round(width)}"
        height="16"
        rx="2"
      />`;
      x += width;
      return part.value === 0 ? '' : rect;
    });
    return html`<text class="label" x="${LABEL - 8}" y="${y + 13}" text-anchor="end">${cut(bar.label)}</text
      ><rect class="ground" x="${LABEL}" y="${y}" width="${BARS}" height="16" rx="2" />${rects}<text
        x="${LABEL + BARS + 8}"
        y="${y + 13}"
        >${bar.text}</text
      >`;
  });
  const read = `${title}: ${bars.map((bar) => `${bar.label} ${bar.text}`).join('; ')}`;
  return html`<svg
    class="chart"
    role="img"
    aria-label="${read}"
    viewBox="0 0 ${WIDTH} ${height}"
    preserveAspectRatio="xMinYMin meet"
  >
    ${rows}
  </svg>`;
}

/** A part of a whole as a ring, with its share in the middle. */
export function ring(share: number, text: string, title: string): Markup {
  const length = 2 * Math.PI * 30;
  return html`<svg class="ring" role="img" aria-label="${title}: ${text}" viewBox="0 0 80 80">
    <circle class="ground" cx="40" cy="40" r="30" />
    <circle
      class="value"
      cx="40"
      cy="40"
      r="30"
      stroke-dasharray="${round(length * share)} ${round(length)}"
      transform="rotate(-90 40 40)"
    />
    <text x="40" y="45" text-anchor="middle">${text}</text>
  </svg>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Labels are cut to the room they have; the tables beside the charts hold them whole. */
function cut(label: string): string {
  const characters = [...label];
  return characters.length > 26 ? `${characters.slice(0, 25).join('')}…` : label;
}
