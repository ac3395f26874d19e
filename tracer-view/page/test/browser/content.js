// Content of others: hostile texts stay texts, dropped files open.

import assert from 'node:assert/strict';

import { HOSTILE } from '../hostile.js';
import { COLLECTOR, JAEGER, OWN } from '../samples.js';
import { drive, well } from './drive.js';

const VIEWS = ['findings', 'traces', 'flame', 'operations', 'map', 'slow', 'compare'];

const elements = (page) =>
  page.evaluate(() => document.querySelectorAll('main img, main script, main iframe, main svg[onload]').length);

/** Drops a file onto the page. */
function drop(page, name, content) {
  return page.evaluate(
    ([title, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], title));
      document.body.dispatchEvent(
        new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }),
      );
    },
    [name, content],
  );
}

drive(
  {
    async 'hostile texts are shown as text everywhere'(open) {
      for (const view of VIEWS) {
        const page = await open('hostile', { hash: `#view=${view}` });
        for (const twin of await page.locator('.twin > summary').all()) await twin.click();
        assert.equal(await elements(page), 0, view);
        await well(page);
      }
    },

    async 'each hostile span can be looked at'(open) {
      const page = await open('hostile', { hash: '#view=flame' });
      for (let n = 0; n <= HOSTILE.length; n++) {
        const id = (n + 1).toString(16).padStart(16, '0');
        await page.evaluate((span) => globalThis.tracer.go({ span }), id);
        assert.equal(await page.locator('.side .facts code').last().textContent(), id);
      }
      assert.equal(await elements(page), 0);
      const shown = await page.evaluate(() => document.body.innerText);
      assert.doesNotMatch(shown, /[\u202a-\u202e\u2066-\u2069\u0000\u0007\u001b]/);
      await well(page);
    },

    async 'a text of megabytes is cut, and seen whole where it is asked for'(open) {
      const page = await open('hostile', { hash: '#view=flame&span=0000000000000002' });
      assert.ok((await page.locator('.side').textContent()).length < 20_000);
      await page.click('text=/show all/');
      assert.equal((await page.locator('textarea.whole').inputValue()).length, 3_000_000);
      await well(page);
    },

    async 'dropped files open: ours, the Collector’s, Jaeger’s'(open) {
      for (const [name, content, root] of [
        ['own.jsonl', OWN, 'handle'],
        ['collector.json', COLLECTOR, 'GET /'],
        ['jaeger.json', JAEGER, 'find'],
      ]) {
        const page = await open('none');
        await drop(page, name, content);
        await page.waitForSelector('canvas.flame');
        assert.ok((await page.locator('h1').first().textContent()).startsWith(root), name);
        await well(page);
      }
    },

    async 'a dropped file that is none says so and changes nothing'(open) {
      const page = await open('shop', { hash: '#view=traces' });
      await drop(page, 'picture.png', 'not a trace');
      await page.waitForSelector('#notice:not([hidden])');
      assert.match(await page.locator('#notice').textContent(), /picture\.png cannot be opened/);
      assert.match(await page.locator('.page-head p').first().textContent(), /^60 traces/);
      await well(page);
    },
  },
  ['hostile', 'none', 'shop'],
);
