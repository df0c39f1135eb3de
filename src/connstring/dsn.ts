import { DriverError } from '../core/errors.ts';
import { type IniSection, readIni } from '../core/ini-file.ts';
import { readNamedFile } from '../core/named-file.ts';
import { nearest } from '../core/nearest.ts';
import type { Ports } from '../core/ports.ts';
import type { ConnectionObject } from './entries.ts';

/** Reads the section of odbc.ini that a DSN names, from the first file that contains it. */
export async function readDsn(name: string, ports: Ports): Promise<ConnectionObject> {
  const odbcIni = ports.env('ODBCINI');
  const files = [...(odbcIni === undefined ? [] : [odbcIni]), `${ports.home}/.odbc.ini`, '/etc/odbc.ini'];
  const known: string[] = [];
  const attempts: { what: string; why: string }[] = [];
  for (const file of files) {
    const sections = await readSections(file, ports);
    if (sections === undefined) {
      attempts.push({ what: file, why: 'no such file' });
      continue;
    }
    const section = sections.find((candidate) => candidate.name.toLowerCase() === name.trim().toLowerCase());
    if (section !== undefined) {
      return Object.fromEntries([...section.entries].map(([key, { value }]) => [key, value]));
    }
    attempts.push({ what: file, why: `no section [${name}]` });
    known.push(...sections.map((candidate) => candidate.name));
  }
  const candidates = nearest(name, known);
  const hint = candidates.length === 0 ? '' : `; did you mean ${candidates.join(' or ')}?`;
  const tried = attempts.map(({ what, why }) => `${what} (${why})`).join(', ');
  throw new DriverError('CONN_DSN_NOT_FOUND', `DSN "${name}" not found in ${tried}${hint}`, {
    attempts,
    candidates,
  });
}

async function readSections(file: string, ports: Ports): Promise<readonly IniSection[] | undefined> {
  const text = await readNamedFile(file, ports, 'CONN_DSN_NOT_FOUND');
  return text === undefined ? undefined : readIni(text, { indentedBlocks: false }).sections;
}
