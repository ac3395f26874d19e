import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HUES, THEMES, mix } from '../view/colours.js';
import { read } from './bundle.js';

/** Contrast as WCAG 2 counts it. */
function contrast(a, b) {
  const [high, low] = [a, b].map(luminance).sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour) {
  const channels = colour.startsWith('#')
    ? [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
    : colour.match(/\d+/g).map(Number);
  const [r, g, b] = channels.map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The variables of a theme in the style sheet. */
function variables(name) {
  const block = name === 'light' ? /:root \{([^}]*)\}/ : /:root\[data-theme="dark"\] \{([^}]*)\}/;
  return Object.fromEntries(
    [...block.exec(read('style.css'))[1].matchAll(/--([\w-]+): (#[0-9a-f]{3,6})\b/g)].map(([, key, value]) => [
      key,
      value.length === 4 ? value.replace(/[^#]/g, '$&$&') : value,
    ]),
  );
}

for (const name of ['light', 'dark']) {
  const css = variables(name);
  const theme = THEMES[name];

  test(`${name}: text can be read on all grounds`, () => {
    for (const ground of ['bg', 'raised', 'sunk', 'error-ground']) {
      assert.ok(contrast(css.fg, css[ground]) >= 7, `fg on ${ground}`);
      if (ground !== 'error-ground')
        assert.ok(contrast(css.dim, css[ground]) >= 4.5, `dim on ${ground}: ${contrast(css.dim, css[ground])}`);
    }
    for (const ground of ['bg', 'raised', 'error-ground'])
      assert.ok(
        contrast(css.error, css[ground]) >= 4.5,
        `error on ${ground}: ${contrast(css.error, css[ground])}`,
      );
    for (const ground of ['bg', 'raised'])
      assert.ok(contrast(css.accent, css[ground]) >= 4.5, `accent on ${ground}`);
  });

  test(`${name}: labels can be read on all bars, and bars seen`, () => {
    for (let hue = 0; hue < HUES; hue++) {
      for (const share of ['pale', 'tone', 'still']) {
        const ground = mix(theme.hues[hue], theme.bg, theme[share]);
        assert.ok(contrast(theme.fg, ground) >= 4.5, `hue ${hue} ${share}: ${contrast(theme.fg, ground)}`);
      }
      assert.ok(contrast(theme.hues[hue], theme.bg) >= 3, `hue ${hue}: ${contrast(theme.hues[hue], theme.bg)}`);
    }
    assert.ok(contrast(theme.path, theme.bg) >= 4.5 && contrast(theme.error, theme.bg) >= 4.5);
  });

  test(`${name}: canvas and style sheet have the same colours`, () => {
    for (const key of ['bg', 'raised', 'fg', 'dim', 'line', 'error', 'path'])
      assert.equal(theme[key], css[key], key);
    theme.hues.forEach((hue, k) => assert.equal(hue, css[`hue${k}`]));
  });
}

test('who chose dark and whose system is dark see the same', () => {
  const blocks = [...read('style.css').matchAll(/color-scheme: dark;([^}]*)\}/g)].map(([, inside]) =>
    inside.replace(/\s+/g, ' '),
  );
  assert.equal(blocks.length, 2);
  assert.equal(blocks[0], blocks[1]);
});
