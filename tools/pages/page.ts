/** A page of docs/reference that is generated from the source. */
export interface Page {
  /** The name of the file in docs/reference. */
  readonly file: string;
  /** Returns the page in Markdown. */
  body(): Promise<string>;
}

/** A Markdown table. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows.map((row) => row.map(formatCell))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** Formats code; the empty string stays empty. */
export function formatCode(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

function formatCell(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', String.raw`\|`);
}
