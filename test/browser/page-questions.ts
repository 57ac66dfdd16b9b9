/** Expressions that a page answers about itself. */

/** Text of each answer by its id, of those whose heading and first lines lie within the window. */
export const FIRST_SCREEN = `Object.fromEntries([...document.querySelectorAll('.answer')]
  .filter((card) => card.getBoundingClientRect().bottom <= window.innerHeight + 1)
  .map((card) => [card.id, card.innerText]))`;

/** What reaches beyond the window sideways, but for what scrolls by itself. */
export const OVERFLOW = `[
  ...(document.documentElement.scrollWidth > window.innerWidth ? ['the page scrolls sideways'] : []),
  ...[...document.querySelectorAll('body *')]
    .filter((one) => !one.closest('.scroll table, svg') && one.getBoundingClientRect().right > window.innerWidth + 1)
    .map((one) => one.outerHTML.slice(0, 80)),
]`;

/** Texts whose contrast with their ground is below 4.5 to 1 (WCAG AA), by the styles that the page computes. */
export const CONTRAST = `(() => {
  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const numbers = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const groundOf = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const color = numbers(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const faults = new Set();
  for (const one of document.querySelectorAll('body *')) {
    const hasText = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    if (!hasText || one.tagName === 'STYLE') continue;
    const style = getComputedStyle(one);
    const color = numbers(one.namespaceURI.endsWith('svg') ? style.fill : style.color);
    const [a, b] = [luminance(color), luminance(groundOf(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faults.add(one.tagName + '.' + one.getAttribute('class') + ' ' + ratio.toFixed(2));
  }
  return [...faults];
})()`;
