// The page that the example `checkout` writes: what its readers come for, in at most three clicks.
//
//   TRACER_CHECKOUT  path of the page    and what drive.js asks for

import assert from 'node:assert/strict';

import { counted, drive, overflow, required, text, well } from './drive.js';

const VIEWS = ['findings', 'traces', 'flame', 'operations', 'map', 'slow', 'compare'];

/** Milliseconds of a duration that is shown. */
function millis(shown) {
  const [, number, unit] = shown.match(/([\d.,]+) (ns|µs|ms|s)\b/);
  return Number(number.replaceAll(',', '')) * { ns: 1e-6, µs: 1e-3, ms: 1, s: 1e3 }[unit];
}

drive(
  {
    async 'which request was slow'(open) {
      const page = await open('checkout');
      const hand = counted(page);
      await hand.click('#views >> text=Traces');
      const rows = await page.locator('tbody tr').allTextContents();
      const requests = rows.filter((row) => /^(POST \/checkout\/\{order\}|GET \/report)/.test(row));
      assert.equal(requests.length, 7);
      const times = await page.locator('tbody tr td:nth-child(2)').allTextContents();
      assert.deepEqual(
        times.map(millis),
        times.map(millis).sort((a, b) => b - a),
      );
      await hand.click('tbody tr:has-text("SELECT sales") a');
      assert.match(await text(page, 'h1'), /POST \/checkout\/\{order\} \d/);
      assert.match(await text(page, '.trace-head'), /14 spans · 5 tasks · 3 services/);
      await hand.done();
    },

    async 'what it waited for'(open) {
      const page = await open('checkout');
      const hand = counted(page);
      await hand.click('#views >> text=Traces');
      await hand.click('tbody tr:has-text("SELECT sales") a');
      assert.match(await text(page, '.holders li'), /SELECT sales.* · \d\d %/);
      await hand.click('.part');
      assert.match(await text(page, '.side h2'), /SELECT sales/);
      assert.match(await text(page, '.where'), /examples\/checkout\/database\.rs:\d+/);
      assert.match(await text(page, '.side'), /db\.query\.text\s*SELECT max/);
      await hand.done();
    },

    async 'where the error came from'(open) {
      const page = await open('checkout');
      const hand = counted(page);
      assert.equal(await page.locator('.card.error').count(), 1, 'it is told once, over three services');
      await hand.click('.card.error');
      assert.match(await text(page, 'h1'), /POST \/checkout\/\{order\}/);
      assert.equal(await text(page, '.side .message'), '950 cents are over the limit');
      assert.match(await text(page, '.stack li'), /examples\/checkout\/payment\.rs:\d+/);
      await hand.done();
    },

    async 'each view is in the width of a screen and of a phone, in both themes'(open) {
      for (const theme of ['light', 'dark']) {
        for (const width of [1280, 390]) {
          for (const view of VIEWS) {
            const page = await open('checkout', { hash: `#view=${view}`, width, theme });
            assert.ok((await overflow(page)) <= 0, `${view} is wider than ${width} pixels`);
            await well(page);
          }
        }
      }
    },
  },
  [],
  { checkout: required('TRACER_CHECKOUT') },
);
