// Every view opens, in both themes, wide and narrow; keys and links work; nothing is asked for.

import assert from 'node:assert/strict';

import { drive, overflow, well } from './drive.js';

const VIEWS = {
  findings: '.card',
  traces: 'table tbody tr',
  flame: 'canvas.flame',
  operations: 'table tbody tr',
  map: 'svg .node',
  slow: '.block',
  compare: 'table tbody tr',
};

const state = (page) =>
  page.evaluate(() => {
    const { flame } = globalThis.tracer.views.flame;
    const { view } = flame;
    return {
      place: globalThis.tracer.place,
      from: view?.from,
      to: view?.to,
      selected: flame.selected,
      showPath: flame.showPath,
      hash: location.hash,
    };
  });

const settled = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Pixels of the chart that are not of its ground. */
const painted = (page) =>
  page.evaluate(() => {
    const canvas = document.querySelector('canvas.flame');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4 * 97) colours.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
    return colours.size;
  });

drive(
  {
    async 'each view opens, in both themes, wide and narrow'(open) {
      for (const theme of ['light', 'dark']) {
        for (const width of [1280, 390]) {
          for (const [view, shown] of Object.entries(VIEWS)) {
            const page = await open('shop', { hash: `#view=${view}`, width, theme });
            await page.waitForSelector(shown);
            assert.ok((await overflow(page)) <= 0, `${view} is wider than ${width} pixels`);
            assert.equal(await page.locator('#views [aria-current]').count(), 1);
            if (view === 'flame') assert.ok((await painted(page)) > 5);
            await well(page);
          }
        }
      }
    },

    async 'a page without spans, with one trace, with large ones opens'(open) {
      for (const [name, shown] of [
        ['none', '.empty'],
        ['one', 'canvas.flame'],
        ['large', 'canvas.flame'],
        ['many', '#main h1'],
      ]) {
        const page = await open(name);
        await page.waitForSelector(shown);
        await well(page);
      }
    },

    async 'keys move the chart'(open) {
      const page = await open('shop', { hash: '#view=flame' });
      const keys = async (...names) => {
        for (const name of names) await page.keyboard.press(name);
        await settled(page);
        return state(page);
      };
      const whole = await keys('0');
      const closer = await keys('w');
      assert.ok(closer.to - closer.from < whole.to - whole.from);
      assert.ok((await keys('d')).from > closer.from);
      assert.ok((await keys('a', 'a')).from < closer.from + 1);
      const further = await keys('s', 's', 's');
      assert.equal(further.to - further.from, whole.to - whole.from);
      assert.equal((await keys('c')).showPath, false);
      assert.equal((await keys('c')).showPath, true);
      await keys('n');
      const chosen = await keys('f');
      assert.ok(chosen.selected >= 0);
      assert.equal((await keys('Escape')).selected, -1);
      assert.equal((await keys('Escape')).place.view, 'flame');
      await well(page);
    },

    async 'keys step through errors, findings and matches'(open) {
      const page = await open('shop', { hash: '#search=bank' });
      await page.waitForSelector('.count');
      await page.keyboard.press('n');
      const first = await state(page);
      assert.equal(first.place.view, 'flame');
      await page.keyboard.press('n');
      const second = await state(page);
      assert.notEqual(second.selected, first.selected);
      assert.equal(second.place.trace, first.place.trace);
      await page.keyboard.press('p');
      assert.equal((await state(page)).selected, first.selected);
      await page.goto(`${page.url().split('#')[0]}#view=findings`);
      await page.click('.card.error');
      await page.keyboard.press('Escape');
      await page.keyboard.press('e');
      assert.ok((await page.locator('.side .message').textContent()).includes('card declined'));
      await well(page);
    },

    async 'the search is reached by a key, and left again'(open) {
      const page = await open('shop', { hash: '#view=traces' });
      await page.keyboard.press('/');
      await page.keyboard.type('user.id=7 >100ms');
      await page.waitForFunction(() =>
        /^\d+ of 60 traces/.test(document.querySelector('.page-head p').textContent),
      );
      assert.match((await state(page)).hash, /search=user\.id%3D7/);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await page.waitForFunction(() =>
        document.querySelector('.page-head p').textContent.startsWith('60 traces'),
      );
      await well(page);
    },

    async 'the theme turns by a key'(open) {
      const page = await open('shop');
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const before = await ground();
      await page.keyboard.press('t');
      assert.notEqual(await ground(), before);
      await page.keyboard.press('t');
      assert.equal(await ground(), before);
      await well(page);
    },

    async 'a link brings back what was seen'(open) {
      const page = await open('shop', { hash: '#view=flame' });
      await page.keyboard.press('w');
      await page.keyboard.press('w');
      await page.waitForFunction(() => location.hash.includes('from='));
      await page.mouse.click(400, 340);
      await page.waitForFunction(() => location.hash.includes('span='));
      const before = await state(page);
      const again = await open('shop', { hash: before.hash });
      const after = await state(again);
      assert.equal(after.selected, before.selected);
      assert.ok(Math.abs(after.from - before.from) <= 1 && Math.abs(after.to - before.to) <= 1);
      await page.goBack();
      assert.equal((await state(page)).selected, -1);
      await well(page);
      await well(again);
    },

    async 'each chart has its table'(open) {
      for (const [view, rows] of [
        ['flame', 38],
        ['traces', 5],
        ['map', 7],
        ['slow', 5],
      ]) {
        const page = await open('shop', { hash: `#view=${view}` });
        await page.click('.twin > summary');
        await page.waitForFunction(
          (least) => document.querySelectorAll('.twin tbody tr').length >= least,
          rows,
        );
        await well(page);
      }
    },

    async 'a folded bar unfolds where it is clicked'(open) {
      const page = await open('shop', { hash: '#view=flame' });
      const at = await page.evaluate(() => {
        const { flame } = globalThis.tracer.views.flame;
        const [group] = [...flame.picture.lanes.groupsOf.values()].flat();
        flame.view.show(group.lo, group.hi);
        flame.draw();
        const box = flame.canvas.getBoundingClientRect();
        return [
          box.left + box.width / 2,
          box.top + 24 + group.row * 23 + 9 - flame.view.top,
          flame.picture.lanes.shown,
        ];
      });
      await page.mouse.click(at[0], at[1]);
      assert.ok((await page.evaluate(() => globalThis.tracer.views.flame.picture.lanes.shown)) > at[2]);
      await well(page);
    },
  },
  ['shop', 'one', 'none', 'large', 'many'],
);
