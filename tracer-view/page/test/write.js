// Writes pages of made-up traces, to be looked at or driven: `node write.js FOLDER`.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { columns } from '../model/columns.js';
import { readOtlp } from '../model/otlp.js';
import { page } from './bundle.js';
import { hostile } from './hostile.js';
import { largeTrace, manyTraces } from './random.js';
import { shop } from './shop.js';

/** The pages by name. */
export const PAGES = {
  shop: () => shop(60),
  one: () => shop(1),
  large: () => largeTrace(100_000),
  many: () => manyTraces(50_000),
  none: () => columns([]),
  hostile,
};

/** @param {string} folder @param {string[]} names @returns {Record<string, string>} paths */
export function write(folder, names = Object.keys(PAGES)) {
  mkdirSync(folder, { recursive: true });
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, `${name}.html`);
      writeFileSync(path, page(PAGES[name]()));
      return [name, path];
    }),
  );
}

if (process.argv[1]?.endsWith('write.js')) {
  const [folder, file] = process.argv.slice(2);
  if (file) writeFileSync(join(folder, 'file.html'), page(readOtlp(readFileSync(file, 'utf8')).columns));
  else write(folder);
}
