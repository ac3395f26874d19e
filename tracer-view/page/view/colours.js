// Colours of what is drawn on canvases: those of `style.css`, and their mixtures.

/** Hues, told apart also by those who see fewer colours; red is kept for errors. */
const LIGHT = ['#2f6fde', '#d97f17', '#14946a', '#8a58d8', '#0f93b0', '#c2497f', '#87811c', '#607086'];
const DARK = ['#6ba2ff', '#f0a44b', '#3fc795', '#b08cf5', '#45c3de', '#ec7fb2', '#c9c25a', '#9fb0c7'];

/** By name. `pale`, `tone` and `still` are shares of a hue in what is alive, polled, and not known. */
export const THEMES = {
  light: {
    bg: '#ffffff',
    raised: '#f5f7fa',
    fg: '#161b22',
    dim: '#596475',
    grid: '#e9edf2',
    line: '#d8dee6',
    error: '#c8102e',
    errorPale: '#fbdfe3',
    path: '#161b22',
    shade: 'rgba(120,132,150,.16)',
    hues: LIGHT,
    pale: 0.2,
    tone: 0.58,
    still: 0.36,
  },
  dark: {
    bg: '#12161c',
    raised: '#1a2029',
    fg: '#edf1f6',
    dim: '#9aa7b8',
    grid: '#1f2630',
    line: '#333d4a',
    error: '#ff6673',
    errorPale: '#4a1f28',
    path: '#ffd166',
    shade: 'rgba(0,0,0,.42)',
    hues: DARK,
    pale: 0.22,
    tone: 0.52,
    still: 0.34,
  },
};

/** How many hues there are. */
export const HUES = LIGHT.length;

/** A colour of which a share is the hue. @param {string} hue @param {string} ground @param {number} share */
export function mix(hue, ground, share) {
  const channel = (colour, at) => parseInt(colour.slice(1 + 2 * at, 3 + 2 * at), 16);
  const mixed = [0, 1, 2].map((at) => Math.round(channel(hue, at) * share + channel(ground, at) * (1 - share)));
  return `rgb(${mixed.join(',')})`;
}
