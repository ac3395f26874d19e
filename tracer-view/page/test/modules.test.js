import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

import { modules, page, read, script } from './bundle.js';

const folders = ['.', 'model', 'view'];
const root = new URL('../', import.meta.url);
const files = folders.flatMap((folder) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.js'))
    .map((name) => (folder === '.' ? name : `${folder}/${name}`)),
);

test('every module is part of the page', () => {
  assert.deepEqual(modules().sort(), files.sort());
});

test('imports and exports have the one form that can be joined', () => {
  for (const name of files) {
    for (const line of read(name).split('\n')) {
      if (/^\s*import\b/.test(line))
        assert.match(line, /^import \{ \w+(, \w+)* \} from '\.{1,2}\/[\w/.]+\.js';$/, name);
      if (/\bexport\b/.test(line) && !line.startsWith('//'))
        assert.match(line, /^export (async function|function|const|class) \w+/, name);
    }
  }
});

test('nothing is read as markup, nothing is fetched, nothing ends the script early', () => {
  for (const name of files) {
    const source = read(name);
    for (const never of [
      'innerHTML',
      'outerHTML',
      'insertAdjacentHTML',
      'document.write',
      'eval(',
      'new Function',
      '</script',
      '<!--',
    ]) {
      assert.ok(!source.includes(never), `${never} in ${name}`);
    }
    assert.doesNotMatch(source.replaceAll('http://www.w3.org/2000/svg', ''), /https?:\/\//, name);
  }
});

test('files and functions are short', () => {
  for (const name of files) assert.ok(read(name).split('\n').length <= 301, name);
});

test('the joined script is one that can be read', () => {
  assert.doesNotThrow(() => new Function(script()));
  assert.ok(page({}).includes('</html>'));
});
