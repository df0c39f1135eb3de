import type { CellStyle, Run } from './terminal.ts';

const CELL = 8.4;
const LINE = 19;
const MARGIN = 18;
const TITLE_BAR = 34;
const COLORS = { red: '#ff7b72', green: '#7ee787', text: '#e6edf3', dim: '#8b949e' } as const;

/** A terminal window with these lines, as an SVG that needs no font or script from elsewhere. */
export function terminalSvg(title: string, lines: readonly (readonly Run[])[], columns: number): string {
  const width = Math.ceil(columns * CELL + 2 * MARGIN);
  const height = Math.ceil(TITLE_BAR + lines.length * LINE + 2 * MARGIN - 6);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map(
      (color, index) =>
        `<circle cx="${MARGIN + 6 + index * 20}" cy="${TITLE_BAR / 2}" r="6" fill="${color}"/>`,
    ),
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">`,
    ...lines.flatMap((runs, row) => runs.map((run) => text(run, row))),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function text({ column, width, text: content, style }: Run, row: number): string {
  const lead = content.length - content.trimStart().length;
  const shown = content.trim();
  const cells = width - (content.length - shown.length);
  const x = (MARGIN + (column + lead) * CELL).toFixed(1);
  const y = TITLE_BAR + MARGIN + row * LINE;
  // The text's length keeps columns aligned whatever the font is.
  const length = (cells * CELL).toFixed(1);
  return `<text x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs" fill="${fill(style)}"${style.bold ? ' font-weight="bold"' : ''}>${escaped(shown)}</text>`;
}

function fill({ color, dim }: CellStyle): string {
  if (color !== undefined) return COLORS[color];
  return dim ? COLORS.dim : COLORS.text;
}

function escaped(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
