// How long a page takes to be ready, and a redraw: the best of several, printed and bounded.

import assert from 'node:assert/strict';

import { drive, well } from './drive.js';

/** Milliseconds. */
const [READY, REDRAW] = [1000, 8];

/**
 * The best of three: milliseconds that the page's thread computed until it was ready, and that
 * passed. Only the first is bounded, since others may share the machine.
 */
async function ready(open, name, hash = '') {
  const best = { computed: Infinity, passed: Infinity };
  for (let round = 0; round < 3; round++) {
    let metrics;
    const before = async (page) => {
      metrics = await page.context().newCDPSession(page);
      await metrics.send('Performance.enable');
    };
    const page = await open(name, { hash, before });
    const passed = await page.evaluate(() => globalThis.tracer.times.ready);
    const all = (await metrics.send('Performance.getMetrics')).metrics;
    best.computed = Math.min(best.computed, all.find(({ name }) => name === 'ThreadTime').value * 1000);
    best.passed = Math.min(best.passed, passed);
    await well(page);
  }
  console.log(`    ready after ${Math.round(best.passed)} ms, of which ${Math.round(best.computed)} computed`);
  return best.computed;
}

drive(
  {
    async '100,000 spans in one trace are ready within a second, and drawn anew within 8 ms'(open) {
      const time = await ready(open, 'large');
      const page = await open('large');
      const redraws = await page.evaluate(async () => {
        const { flame } = globalThis.tracer.views.flame;
        const drawn = [];
        for (const zoom of [1, 0.2, 0.02]) {
          flame.view.reset();
          flame.view.zoom(zoom);
          for (let round = 0; round < 25; round++) {
            flame.view.scroll(round * 200);
            flame.draw();
            drawn.push(flame.drawn.time);
          }
        }
        drawn.sort((a, b) => a - b);
        return { median: drawn[drawn.length >> 1], worst: drawn[drawn.length - 1] };
      });
      console.log(`    redraw ${redraws.median.toFixed(2)} ms, at worst ${redraws.worst.toFixed(2)} ms`);
      assert.ok(time <= READY, `${time} ms`);
      assert.ok(redraws.median <= REDRAW, `${redraws.median} ms`);
      await well(page);
    },

    async '50,000 traces are ready within a second, and searched'(open) {
      const time = await ready(open, 'many', '#view=traces');
      const page = await open('many', { hash: '#view=traces' });
      const searched = await page.evaluate(() => {
        const began = performance.now();
        globalThis.tracer.go({ search: 'order error >2ms' });
        return performance.now() - began;
      });
      console.log(`    search ${Math.round(searched)} ms`);
      assert.ok(time <= READY, `${time} ms`);
      await page.waitForFunction(() =>
        /of 50,000 traces/.test(document.querySelector('.page-head p').textContent),
      );
      await well(page);
    },
  },
  ['large', 'many'],
);
