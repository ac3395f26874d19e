// Where data come from: from inside of the page, or from a file that is dropped onto it.

import { columns } from './model/columns.js';
import { isJaeger, readJaeger } from './model/jaeger.js';
import { isOtlp, readOtlp } from './model/otlp.js';

/** Reads what is embedded: base64 of gzip of JSON. @param {string} text @returns {Promise<object>} */
export async function embedded(text) {
  if (text.trim() === '') return columns([]);
  // The browser's own decoder is many times as fast as one in JavaScript.
  const answer = await fetch(`data:application/octet-stream;base64,${text.trim()}`);
  return JSON.parse(await unzipped(answer.body));
}

/** The text of a stream of gzip. @param {ReadableStream} stream @returns {Promise<string>} */
export function unzipped(stream) {
  return new Response(stream.pipeThrough(new DecompressionStream('gzip'))).text();
}

/** Reads a file of any of the formats that are known. @param {Blob} file */
export async function readFile(file) {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const text = head[0] === 0x1f && head[1] === 0x8b ? await unzipped(file.stream()) : await file.text();
  if (isOtlp(text)) return readOtlp(text);
  if (isJaeger(text)) return readJaeger(text);
  throw new Error('neither OTLP JSON nor Jaeger’s JSON');
}

/**
 * Opens files that are dropped onto the page.
 * @param {(read: {columns: object, refused: number}, name: string) => void} opened
 */
export function dropping(opened) {
  addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  addEventListener(
    'dragleave',
    (event) => event.relatedTarget === null && document.body.classList.remove('dropping'),
  );
  addEventListener('drop', async (event) => {
    event.preventDefault();
    document.body.classList.remove('dropping');
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    try {
      opened(await readFile(file), file.name);
    } catch (error) {
      globalThis.tracer.say(`${file.name} cannot be opened: ${error.message}`);
    }
  });
}
