// One page of all modules, made as the program makes it, for tests and for looking at it.

import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const IMPORT = /^import \{ ([^}]*) \} from '(\.[^']+)';$/gm;
const EXPORT = /^export (async function|function|const|class) (\w+)/gm;

/** @param {object} columns @returns {string} the page */
export function page(columns) {
  const data = gzipSync(JSON.stringify(columns)).toString('base64');
  return read('page.html')
    .replace('<link rel="stylesheet" href="style.css">', () => `<style>\n${read('style.css')}</style>`)
    .replace(
      '<script id="data" type="text/plain"></script>',
      () => `<script id="data" type="text/plain">${data}</script>`,
    )
    .replace(
      '<script type="module" src="app.js"></script>',
      () => `<script type="module">\n${script()}</script>`,
    );
}

/** All modules as one script. @returns {string} */
export function script() {
  return modules().map(wrapped).join('\n');
}

/** Names of all modules, what is imported before what imports it. @returns {string[]} */
export function modules() {
  const [done, open] = [[], new Set()];
  const visit = (name) => {
    if (done.includes(name)) return;
    if (open.has(name)) throw new Error(`a circle of imports at ${name}`);
    open.add(name);
    for (const [, , from] of read(name).matchAll(IMPORT)) visit(resolve(name, from));
    done.push(name);
  };
  visit('app.js');
  return done;
}

/** @param {string} name of a file of the page @returns {string} */
export function read(name) {
  return readFileSync(join(ROOT, name), 'utf8');
}

function wrapped(name) {
  const source = read(name);
  const exported = [...source.matchAll(EXPORT)].map(([, , what]) => what);
  const inside = source
    .replace(IMPORT, (_, names, from) => `const { ${names} } = ${constant(resolve(name, from))};`)
    .replace(EXPORT, '$1 $2');
  return `const ${constant(name)} = (() => {\n${inside}\nreturn { ${exported.join(', ')} };\n})();`;
}

function resolve(name, from) {
  return normalize(join(dirname(name), from));
}

function constant(name) {
  return `$${name.replace(/\.js$/, '').replace(/[^a-z0-9]/gi, '_')}`;
}
