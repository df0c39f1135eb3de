import { DriverError } from '../core/errors.ts';
import { type IniSection, readIni } from '../core/ini-file.ts';
import { readNamedFile } from '../core/named-file.ts';
import { nearest } from '../core/nearest.ts';
import type { Ports } from '../core/ports.ts';
import type { ConnectionObject } from './entries.ts';

/** What the section of odbc.ini gives that a DSN names; the first file that has the section counts. */
export async function readDsn(name: string, ports: Ports): Promise<ConnectionObject> {
  const own = ports.env('ODBCINI');
  const files = [...(own === undefined ? [] : [own]), `${ports.home}/.odbc.ini`, '/etc/odbc.ini'];
  const known: string[] = [];
  const attempts: { what: string; why: string }[] = [];
  for (const file of files) {
    const sections = await sectionsOf(file, ports);
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
  const meant = candidates.length === 0 ? '' : `; did you mean ${candidates.join(' or ')}?`;
  const tried = attempts.map(({ what, why }) => `${what} (${why})`).join(', ');
  throw new DriverError('CONN_DSN_NOT_FOUND', `DSN "${name}" was not found in ${tried}${meant}`, {
    attempts,
    candidates,
  });
}

async function sectionsOf(file: string, ports: Ports): Promise<readonly IniSection[] | undefined> {
  const text = await readNamedFile(file, ports, 'CONN_DSN_NOT_FOUND');
  return text === undefined ? undefined : readIni(text, { indentedBlocks: false }).sections;
}
