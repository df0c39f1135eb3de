import { parse } from 'ini';

/** A key of a section, with the line it stands on. */
export interface IniEntry {
  readonly value: string;
  readonly line: number;
}

/** A section of an INI file. Keys are lower case; a key of an indented block is `block.key`. */
export interface IniSection {
  readonly name: string;
  readonly line: number;
  readonly entries: ReadonlyMap<string, IniEntry>;
}

/** A line that could not be understood, or that says something twice. */
export interface IniRemark {
  readonly line: number;
  readonly message: string;
}

export interface IniFile {
  readonly sections: readonly IniSection[];
  readonly remarks: readonly IniRemark[];
}

type RawSection = { line: number; entries: Map<string, { value: string; line: number }> };

/**
 * Reads INI files as the AWS command line does: values are literal (`#`, `;`, quotes and backslashes stay), only whole
 * lines are comments, names may hold dots, and indented lines go on with the value above. The `ini` package decides all
 * of these otherwise, so it is handed a canonical text in which nothing is left to decide.
 */
export function readIni(text: string, options: { readonly indentedBlocks: boolean }): IniFile {
  const remarks: IniRemark[] = [];
  const raw = scan(text.replace(/^\uFEFF/, ''), options.indentedBlocks, remarks);
  const parsed = new Map<string, unknown>(Object.entries(parse(canonical(raw))));
  const sections = [...raw].map(([name, section], i): IniSection => {
    const values = new Map(Object.entries(Object(parsed.get(String(i)) ?? {})));
    const entries = [...section.entries].flatMap(([key, { line }]): [string, IniEntry][] =>
      values.has(key) ? [[key, { value: String(values.get(key)), line }]] : [],
    );
    return { name, line: section.line, entries: new Map(entries) };
  });
  return { sections, remarks };
}

function scan(text: string, indentedBlocks: boolean, remarks: IniRemark[]): Map<string, RawSection> {
  const sections = new Map<string, RawSection>();
  let section: RawSection | undefined;
  let last: { key: string; value: string; line: number; indent: number } | undefined;
  for (const [i, content] of text.split(/\r\n|\r|\n/).entries()) {
    const line = i + 1;
    const trimmed = content.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    const header = /^\[(.+)\]/.exec(trimmed);
    if (header !== null) {
      const name = header[1]?.trim().replaceAll(/\s+/g, ' ') ?? '';
      section = sections.get(name);
      if (section === undefined) sections.set(name, (section = { line, entries: new Map() }));
      else remarks.push({ line, message: `section [${name}] stands twice; its keys were put together` });
      last = undefined;
      continue;
    }
    if (section === undefined) {
      remarks.push({ line, message: 'text before the first section' });
      continue;
    }
    const indent = content.search(/\S/);
    if (indentedBlocks && last !== undefined && indent > last.indent) {
      continueValue(section, last, trimmed, line);
      continue;
    }
    const pair = splitPair(trimmed);
    if (pair === undefined) {
      remarks.push({ line, message: 'expected key = value' });
      continue;
    }
    if (section.entries.has(pair.key))
      remarks.push({ line, message: `${pair.key} is given twice; the later one counts` });
    last = { ...pair, line, indent };
    section.entries.set(pair.key, { value: pair.value, line });
  }
  return sections;
}

function splitPair(text: string): { key: string; value: string } | undefined {
  const at = text.search(/[=:]/);
  if (at < 1) return undefined;
  return { key: text.slice(0, at).trim().toLowerCase(), value: text.slice(at + 1).trim() };
}

/** An indented line is a key of the block that an empty value opened, else more of the value. */
function continueValue(
  section: RawSection,
  last: { readonly key: string; readonly value: string; readonly line: number },
  text: string,
  line: number,
): void {
  const inner = last.value === '' ? splitPair(text) : undefined;
  if (inner !== undefined) {
    section.entries.set(`${last.key}.${inner.key}`, { value: inner.value, line });
    return;
  }
  const before = section.entries.get(last.key)?.value ?? '';
  section.entries.set(last.key, { value: before === '' ? text : `${before}\n${text}`, line: last.line });
}

/** Sections go by number, keys and values as JSON strings: so `ini` finds nothing to nest, to cut or to convert. */
function canonical(sections: ReadonlyMap<string, RawSection>): string {
  return [...sections.values()]
    .flatMap(({ entries }, i) => [
      `[${i}]`,
      ...[...entries].map(([key, { value }]) => `${JSON.stringify(key)}=${JSON.stringify(value)}`),
    ])
    .join('\n');
}
