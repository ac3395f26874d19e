// Real Chromium, driven by playwright-core: where both are is told by the environment.
//
//   PLAYWRIGHT_CORE  folder of the package    CHROMIUM  path of the browser

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { write } from '../write.js';

/**
 * Runs checks in one browser, each with pages of its own, and says what failed.
 * @param {Record<string, (open: Function) => Promise<void>>} checks by what they promise
 * @param {string[]} pages that are written before
 * @param {Record<string, string>} [there] paths of pages that are there already
 */
export async function drive(checks, pages, there = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tracer-page-'));
  const paths = { ...write(folder, pages), ...there };
  const { default: playwright } = await import(join(required('PLAYWRIGHT_CORE'), 'index.mjs'));
  const browser = await playwright.chromium.launch({
    executablePath: required('CHROMIUM'),
    args: ['--no-sandbox'],
  });
  let failed = 0;
  for (const [promise, check] of Object.entries(checks)) {
    try {
      await check((name, how) => open(browser, paths[name], how));
      console.log(`ok  ${promise}`);
    } catch (error) {
      failed += 1;
      console.log(`not ok  ${promise}\n${error.stack}`);
    }
  }
  await browser.close();
  rmSync(folder, { recursive: true });
  process.exitCode = failed > 0 ? 1 : 0;
}

/** What the environment has to tell. */
export function required(name) {
  assert.ok(process.env[name], `${name} is not set`);
  return process.env[name];
}

/**
 * A page that must not complain and must not ask for anything.
 * @param {{hash?: string, width?: number, height?: number, theme?: 'light' | 'dark',
 *   before?: (page: object) => Promise<void>}} [how]  before: done before the page is loaded
 */
async function open(browser, path, { hash = '', width = 1280, height = 800, theme = 'light', before } = {}) {
  const touch = width < 500;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    hasTouch: touch,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.wrong = [];
  page.on('pageerror', (error) => page.wrong.push(error.message));
  page.on(
    'console',
    (message) => ['error', 'warning'].includes(message.type()) && page.wrong.push(message.text()),
  );
  page.on('dialog', (dialog) => page.wrong.push(`dialog: ${dialog.message()}`));
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) page.wrong.push(`asks for ${request.url()}`);
  });
  await before?.(page);
  await page.goto(pathToFileURL(path).href + hash);
  await page.waitForSelector('body[data-ready]');
  return page;
}

/** Nothing was wrong with a page up to here; closes it. */
export async function well(page) {
  assert.deepEqual(page.wrong, []);
  await page.context().close();
}

/** A page whose clicks are counted. */
export function counted(page) {
  let clicks = 0;
  return {
    click: (what) => {
      clicks += 1;
      return page.locator(what).first().click();
    },
    done: async () => {
      assert.ok(clicks <= 3, `${clicks} clicks`);
      await well(page);
    },
  };
}

export const text = (page, what) => page.locator(what).first().textContent();

/** By how many pixels a page is wider than its window. */
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
