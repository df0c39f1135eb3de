import { parse } from 'ini';

/** The value of a key in a section, with its line number. */
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

/** A warning about a line that could not be parsed or that repeats a section or key. */
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
 * Parses INI files as the AWS CLI does: values are literal (`#`, `;`, quotes and backslashes are kept), only whole lines
 * are comments, names may contain dots, and indented lines continue the value above. The `ini` package differs in all of
 * these, so its input is first rewritten to a form that leaves no choice.
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
      else remarks.push({ line, message: `section [${name}] appears twice; its keys were merged` });
      last = undefined;
      continue;
    }
    if (section === undefined) {
      remarks.push({ line, message: 'content before the first section' });
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
      remarks.push({ line, message: `${pair.key} is set twice; the last value is used` });
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

/** An indented line is a key of the block that an empty value opened, or else continues the value. */
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

/** Sections become numbers, keys and values JSON strings, so that `ini` has nothing to nest, truncate or convert. */
function canonical(sections: ReadonlyMap<string, RawSection>): string {
  return [...sections.values()]
    .flatMap(({ entries }, i) => [
      `[${i}]`,
      ...[...entries].map(([key, { value }]) => `${JSON.stringify(key)}=${JSON.stringify(value)}`),
    ])
    .join('\n');
}
