// The page that `tracer live` serves, in real Chromium: new traces come, and what is looked at stays.
//
//   TRACER_COMMAND  path of the command    and what drive.js asks for

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const { PLAYWRIGHT_CORE, CHROMIUM, TRACER_COMMAND = 'target/debug/tracer' } = process.env;

const command = spawn(TRACER_COMMAND, ['live', '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
const [url] = await new Promise((done) => createInterface(command.stdout).once('line', (line) => done([line])));

let sent = 0;

/** Sends a trace of one span. @param {string} name */
async function send(name) {
  sent += 1;
  const [traceId, spanId] = [sent.toString(16).padStart(32, '0'), sent.toString(16).padStart(16, '0')];
  const start = 1_700_000_000_000n + BigInt(sent);
  const span = {
    name,
    traceId,
    spanId,
    startTimeUnixNano: `${start}000000`,
    endTimeUnixNano: `${start + 5n}000000`,
  };
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  const answer = await fetch(new URL('/v1/traces', url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
  });
  assert.equal(answer.status, 200);
  return traceId;
}

const has = (page, count) => page.waitForFunction((count) => globalThis.tracer.m.traces.count === count, count);
const state = (page, wanted) => page.waitForSelector(`#live[data-state=${wanted}]`);

async function check(page) {
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && wrong.push(message.text()));
  page.on('dialog', (dialog) => wrong.push(`dialog: ${dialog.message()}`));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== new URL(url).origin && protocol !== 'data:') wrong.push(`asks for ${request.url()}`);
  });

  const first = await send('first <img src=x onerror=alert(1)>');
  await page.goto(`${url}#view=traces`);
  await state(page, 'live');
  await has(page, 1);
  await send('second');
  await has(page, 2);
  assert.match(await page.locator('#main').textContent(), /first <img.*|second/);
  assert.equal(await page.evaluate(() => location.hash), '#view=traces');
  console.log('ok  new traces come, as text, and the view stays');

  await page.keyboard.press('l');
  await state(page, 'paused');
  await send('third');
  await page.waitForFunction(() => globalThis.tracer.live.there === 3);
  assert.equal(await page.evaluate(() => globalThis.tracer.m.traces.count), 2);
  await page.keyboard.press('l');
  await has(page, 3);
  console.log('ok  what comes in a pause is shown behind it');

  await page.evaluate((id) => (location.hash = `#view=flame&trace=${id}`), first);
  await page.waitForSelector('#main[data-view=flame]');
  const before = await page.evaluateHandle(() => globalThis.tracer.m);
  await send('fourth');
  await state(page, 'held');
  assert.ok(await page.evaluate((before) => globalThis.tracer.m === before, before));
  await page.keyboard.press('l');
  await has(page, 4);
  assert.match(await page.evaluate(() => location.hash), /view=flame&trace=/);
  await send('fifth');
  await state(page, 'held');
  await page.evaluate(() => (location.hash = '#view=operations'));
  await has(page, 5);
  await state(page, 'live');
  assert.match(await page.locator('#main').textContent(), /fifth/);
  console.log('ok  a trace that is looked at stays until it is left, or more of it is asked for');

  // The browser itself says on its console that a server is gone.
  assert.deepEqual(wrong, []);
  command.kill();
  await state(page, 'ended');
  assert.equal(await page.evaluate(() => globalThis.tracer.m.traces.count), 5);
  console.log('ok  what was shown stays when the program is gone');
}

const { default: playwright } = await import(join(PLAYWRIGHT_CORE, 'index.mjs'));
const browser = await playwright.chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  await check(page);
} catch (error) {
  console.log(`not ok\n${error.stack}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  command.kill();
}
