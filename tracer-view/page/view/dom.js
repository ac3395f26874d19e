// Elements, made without ever reading text as markup.

import { bytes, plain } from '../model/format.js';

/** Longer texts are cut, with a button that shows all. */
const LONG = 2000;

const SVG = new Set([
  'svg',
  'g',
  'path',
  'rect',
  'circle',
  'text',
  'line',
  'title',
  'defs',
  'marker',
  'polygon',
]);

/**
 * Makes an element. Texts are shown as they are, whatever they hold.
 * @param {string} tag  with classes behind dots: `div.card.wide`
 * @param {object | null} [given]  attributes; functions become listeners, `style` an object
 * @param {...(Node | string | number | null | false | undefined | Array)} inside
 * @returns {Element}
 */
export function el(tag, given, ...inside) {
  const [name, ...classes] = tag.split('.');
  const made = SVG.has(name)
    ? document.createElementNS('http://www.w3.org/2000/svg', name)
    : document.createElement(name);
  if (classes.length > 0) made.setAttribute('class', classes.join(' '));
  for (const [key, value] of Object.entries(given ?? {})) {
    if (typeof value === 'function') made.addEventListener(key, value);
    else if (key === 'style')
      for (const [name, one] of Object.entries(value)) made.style.setProperty(name, one);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined)
      made.setAttribute(key, plain(String(value)));
  }
  made.append(...nodes(inside));
  return made;
}

function nodes(inside) {
  return inside
    .flat(Infinity)
    .filter((one) => one || one === 0)
    .map((one) => (one instanceof Node ? one : document.createTextNode(plain(String(one)))));
}

/** Puts something in the place of all that an element holds. @param {Element} into */
export function fill(into, ...inside) {
  into.replaceChildren(...nodes(inside));
}

/** A button. @param {string} classes @param {Function} click @param {object | Node | string} first */
export function button(classes, click, first, ...inside) {
  const given = first?.constructor === Object ? first : null;
  return el(`button${classes}`, { type: 'button', click, ...given }, given ? null : first, ...inside);
}

/** Foreign text of any length, with its line breaks; what is long is cut. @param {string} text */
export function foreign(text, tag = 'span') {
  const most = LONG;
  if (text.length <= most) return el(`${tag}.foreign`, null, lines(text));
  const made = el(`${tag}.foreign`, null, lines(text.slice(0, most)), '… ');
  const rest = bytes(text.length);
  made.append(
    button(
      '.link',
      () => {
        const whole = el('textarea.whole', { readonly: true, rows: 12, 'aria-label': 'All of the text' });
        whole.value = plain(text, { lines: true });
        made.replaceWith(whole);
      },
      `show all ${rest}`,
    ),
  );
  return made;
}

function lines(text) {
  return document.createTextNode(plain(text, { lines: true }));
}
