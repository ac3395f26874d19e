// What somebody comes for, in at most three clicks and without a manual.

import assert from 'node:assert/strict';

import { counted, drive, text, well } from './drive.js';

drive(
  {
    async 'which request was slow'(open) {
      const page = await open('shop');
      const hand = counted(page);
      await hand.click('#views >> text=Traces');
      const row = await text(page, 'tbody tr');
      assert.match(row, /POST \/checkout.*420 ms/);
      await hand.click('tbody tr a');
      assert.match(await text(page, 'h1'), /POST \/checkout 420 ms/);
      await hand.done();
    },

    async 'what it waited for'(open) {
      const page = await open('shop');
      const hand = counted(page);
      await hand.click('#views >> text=Flame chart');
      assert.match(await text(page, '.holders li'), /bank\.charge.*379 ms · 90 %/);
      await hand.click('.part');
      assert.match(await text(page, '.side h2'), /bank\.charge/);
      assert.match(await text(page, '.where'), /payment\/src\/bank\.rs:\d+/);
      await hand.done();
    },

    async 'where the error came from'(open) {
      const page = await open('shop');
      const hand = counted(page);
      await hand.click('#views >> text=Traces');
      await hand.click('tbody tr:has(.tag.bad) a');
      await hand.click('.origin');
      assert.match(await text(page, '.side .message'), /card declined/);
      assert.match(await text(page, '.stack li'), /payment\/src\/bank\.rs:\d+/);
      await hand.done();
    },

    async 'the worst findings say it at once'(open) {
      const page = await open('shop');
      await page.waitForSelector('.card');
      const cards = await page.locator('.card').allTextContents();
      for (const known of [
        /POST \/checkout took 420 ms instead of \d+ ms, waiting for bank\.charge/,
        /9 × SELECT price in sequence/,
        /hash_password kept its thread busy/,
        /card declined/,
        /audit ran on/,
        /took 2 attempts/,
        /was cancelled/,
      ]) {
        assert.ok(
          cards.some((card) => known.test(card)),
          String(known),
        );
      }
      await well(page);
    },
  },
  ['shop'],
);
