// How numbers and foreign text are written for people.

/** Nanoseconds as people read them: three digits and a unit. @param {number} ns @returns {string} */
export function duration(ns) {
  if (!Number.isFinite(ns)) return '–';
  const size = Math.abs(ns);
  if (size < 999.5) return `${Math.round(ns)} ns`;
  for (const [unit, name] of [
    [1e3, 'µs'],
    [1e6, 'ms'],
    [1e9, 's'],
  ]) {
    if (size < unit * 999.5) return `${three(ns / unit)} ${name}`;
  }
  const seconds = Math.round(size / 1e9);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const sign = ns < 0 ? '-' : '';
  if (hours > 0) return `${sign}${hours} h ${minutes} min`;
  return `${sign}${minutes} min ${seconds % 60} s`;
}

/** Three significant digits, no needless zeros cut. @param {number} x @returns {string} */
export function three(x) {
  const size = Math.abs(x);
  return x.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

/** A count with thin groups. @param {number} n @returns {string} */
export function count(n) {
  return Math.round(n)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 span`, `2 spans`. @param {number} n @param {string} one @param {string} [many] */
export function counted(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** A share of one as percent, never 0 % of something. @param {number} share @returns {string} */
export function percent(share) {
  if (share <= 0 || Number.isNaN(share)) return '0 %';
  if (share < 0.001) return '<0.1 %';
  return `${share < 0.0995 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`;
}

/** Reads `5ms`, `1.5 s`, `200us`: nanoseconds, or NaN. @param {string} text @returns {number} */
export function readDuration(text) {
  const parts = /^(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m)$/.exec(text.trim());
  const units = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 6e10 };
  return parts ? Number(parts[1]) * units[parts[2]] : NaN;
}

const HIDDEN = new RegExp(
  '[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e' +
    '\\u2060-\\u2069\\ufeff\\ufff9-\\ufffb]|[\\ud800-\\udbff](?![\\udc00-\\udfff])' +
    '|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]',
  'g',
);

/**
 * Foreign text made harmless to look at: what would be invisible, would turn the direction of
 * writing or is no character is shown by its number. Line breaks stay where they are asked for.
 * @param {string} text @param {{lines?: boolean, most?: number}} [how]
 * @returns {string}
 */
export function plain(text, { lines = false, most = Infinity } = {}) {
  const short = text.length > most ? `${text.slice(0, most)}…` : text;
  return short.replace(HIDDEN, (hidden) => {
    const code = hidden.charCodeAt(0);
    if (lines && (code === 10 || code === 9)) return hidden;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

/** Bytes as people read them. @param {number} n @returns {string} */
export function bytes(n) {
  if (n < 1000) return `${n} B`;
  return n < 1e6 ? `${three(n / 1e3)} kB` : `${three(n / 1e6)} MB`;
}

/** When something was: local date and time to the millisecond. @param {string} ns since the epoch */
export function moment(ns) {
  const date = new Date(Number(BigInt(ns) / 1000000n));
  const two = (x, digits = 2) => String(x).padStart(digits, '0');
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}` +
    `.${two(date.getMilliseconds(), 3)}`
  );
}
