import type { Options } from '../connstring/properties.ts';
import { type Attempt, DriverError } from '../core/errors.ts';
import { type IniEntry, type IniFile, readIni } from '../core/ini-file.ts';
import { readNamedFile } from '../core/named-file.ts';
import { nearest } from '../core/nearest.ts';
import type { Ports } from '../core/ports.ts';
import { splitCommand } from '../core/split-command.ts';

/** The properties that select the files and the profile. */
export type ProfileOptions = Pick<
  Options,
  'awsCredentialsFile' | 'awsCredentialsFileProfile' | 'awsConfigFile' | 'explicit'
>;
export const PROFILE_OPTIONS = ['awsCredentialsFile', 'awsCredentialsFileProfile', 'awsConfigFile'] as const;

/** A setting of a profile and its location. */
export interface Setting extends IniEntry {
  readonly file: string;
}

/** A section of the config file, or a profile merged from both files; the credentials file takes precedence. */
export interface Profile {
  readonly name: string;
  /** `file:line` of its first section. */
  readonly location: string;
  readonly settings: ReadonlyMap<string, Setting>;
}

/** The content of both files. */
export interface ProfileFiles {
  readonly credentialsFile: string;
  readonly configFile: string;
  /** By name; those of the config file come first. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** `[services x]` sections of the config file by x. */
  readonly services: ReadonlyMap<string, Profile>;
  /** `[sso-session x]` sections of the config file by x. */
  readonly ssoSessions: ReadonlyMap<string, Profile>;
  readonly exists: { readonly credentials: boolean; readonly config: boolean };
  /** Lines and sections of either file that are ignored. */
  readonly remarks: readonly Attempt[];
}

/** The value of a setting that cannot contain blanks, without a comment after it. */
export function stripComment(setting: IniEntry): string {
  return setting.value.replace(/\s[#;].*$/s, '').trim();
}

/** The default paths of the AWS CLI, in the home directory. */
const DEFAULT_PATHS = { awsCredentialsFile: '.aws/credentials', awsConfigFile: '.aws/config' } as const;

/** The property of the connection string that names this file; undefined if the environment or a default does. */
export function findNamingProperty(
  file: string,
  options: ProfileOptions,
  { home }: Pick<Ports, 'home'>,
): keyof typeof DEFAULT_PATHS | undefined {
  return (['awsCredentialsFile', 'awsConfigFile'] as const).find(
    (name) =>
      options.explicit.has(name) && options[name] === file && file !== `${home}/${DEFAULT_PATHS[name]}`,
  );
}

/** Reads the AWS credentials and config files. A file that does not exist has no profiles. */
export async function readProfileFiles(options: ProfileOptions, ports: Ports): Promise<ProfileFiles> {
  const credentialsFile = options.awsCredentialsFile ?? `${ports.home}/${DEFAULT_PATHS.awsCredentialsFile}`;
  const configFile = options.awsConfigFile ?? `${ports.home}/${DEFAULT_PATHS.awsConfigFile}`;
  const [credentials, config] = await Promise.all([
    readFile(credentialsFile, ports),
    readFile(configFile, ports),
  ]);
  const profiles = new Map<string, Profile>();
  for (const section of config === undefined ? [] : selectDefault(config)) {
    const name = parseProfileName(section.name);
    if (name !== undefined) profiles.set(name, mergeProfile(profiles.get(name), name, configFile, section));
  }
  for (const section of credentials?.sections ?? []) {
    profiles.set(
      section.name,
      mergeProfile(profiles.get(section.name), section.name, credentialsFile, section),
    );
  }
  return {
    credentialsFile,
    configFile,
    profiles,
    services: selectSections(config, 'services', configFile),
    ssoSessions: selectSections(config, 'sso-session', configFile),
    exists: { credentials: credentials !== undefined, config: config !== undefined },
    remarks: [
      ...listRemarks(credentialsFile, credentials, lintCredentialsSection),
      ...listRemarks(configFile, config, lintConfigSection),
    ],
  };
}

/** Returns a profile by name; the error lists the files and similar names. */
export function getProfile(name: string, files: ProfileFiles): Profile {
  const profile = files.profiles.get(name);
  if (profile !== undefined) return profile;
  const names = [...files.profiles.keys()];
  const candidates = nearest(name, names);
  const paths = [
    `${files.credentialsFile}${files.exists.credentials ? '' : ' (no such file)'}`,
    `${files.configFile}${files.exists.config ? '' : ' (no such file)'}`,
  ].join(' and ');
  const available = names.length === 0 ? '' : `; available profiles: ${names.slice(0, 10).join(', ')}`;
  const hint = candidates.length === 0 ? available : `; did you mean ${candidates.join(' or ')}?`;
  // The default profile is not required to exist.
  const code = name === 'default' ? 'AUTH_NO_CREDENTIALS' : 'AUTH_PROFILE';
  throw new DriverError(code, `The config profile (${name}) could not be found in ${paths}${hint}`, {
    candidates,
    attempts: files.remarks,
  });
}

async function readFile(file: string, ports: Ports): Promise<IniFile | undefined> {
  const text = await readNamedFile(file, ports, 'AUTH_PROFILE');
  return text === undefined ? undefined : applyDefaults(readIni(text, { indentedBlocks: true }));
}

/** Copies the settings of a section `[DEFAULT]` to every section of the file. */
function applyDefaults(file: IniFile): IniFile {
  const defaults = file.sections.find((section) => section.name === 'DEFAULT');
  if (defaults === undefined) return file;
  const sections = file.sections
    .filter((section) => section !== defaults)
    .map((section) => ({ ...section, entries: new Map([...defaults.entries, ...section.entries]) }));
  return { ...file, sections };
}

/** The lines that could not be parsed, and the sections that the AWS CLI ignores. */
function listRemarks(
  file: string,
  content: IniFile | undefined,
  lintSection: (name: string) => string | undefined,
): readonly Attempt[] {
  const sections = (content?.sections ?? []).flatMap(({ name, line }) => {
    const message = lintSection(name);
    return message === undefined ? [] : [{ line, message }];
  });
  return [...(content?.remarks ?? []), ...sections]
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, message }) => ({ what: `${file}:${line}`, why: message }));
}

const CONFIG_TYPES = ['profile', 'sso-session', 'services'] as const;

function lintConfigSection(section: string): string | undefined {
  const type = CONFIG_TYPES.find((known) => section.startsWith(`${known} `));
  if (type !== undefined) {
    return parseSectionName(section, type) === undefined
      ? `[${section}] is ignored: write a name with blanks as [${type} "${section.slice(type.length + 1)}"]`
      : undefined;
  }
  if (/^(default|preview|plugins)$/.test(section)) return undefined;
  return `[${section}] is not a profile in this file: write [profile ${section}]`;
}

function lintCredentialsSection(section: string): string | undefined {
  const name = parseSectionName(section, 'profile');
  return name === undefined
    ? undefined
    : `[${section}] is a profile named "${section}" in this file: write [${name}]`;
}

/** If the file has `[profile default]`, drops `[default]`. */
function selectDefault(file: IniFile): IniFile['sections'] {
  const prefixed = file.sections.some((section) => parseSectionName(section.name, 'profile') === 'default');
  return prefixed ? file.sections.filter((section) => section.name !== 'default') : file.sections;
}

function parseProfileName(section: string): string | undefined {
  return section === 'default' ? section : parseSectionName(section, 'profile');
}

/** The name `x` of a section `[type x]` or `[type "x y"]`; undefined for more words, as in the AWS CLI. */
function parseSectionName(section: string, type: string): string | undefined {
  if (!section.startsWith(`${type} `)) return undefined;
  const words = splitCommand(section, undefined);
  // A single apostrophe is part of the name.
  if (words === undefined) return section.slice(type.length + 1);
  return words.length === 2 ? words[1] : undefined;
}

function selectSections(
  config: IniFile | undefined,
  type: string,
  file: string,
): ReadonlyMap<string, Profile> {
  return new Map(
    (config?.sections ?? []).flatMap((section): [string, Profile][] => {
      const name = parseSectionName(section.name, type);
      return name === undefined ? [] : [[name, mergeProfile(undefined, name, file, section)]];
    }),
  );
}

function mergeProfile(
  before: Profile | undefined,
  name: string,
  file: string,
  section: IniFile['sections'][number],
): Profile {
  return {
    name,
    location: before?.location ?? `${file}:${section.line}`,
    settings: new Map([...(before?.settings ?? []), ...withFile(section.entries, file)]),
  };
}

function withFile(entries: ReadonlyMap<string, IniEntry>, file: string): Map<string, Setting> {
  return new Map([...entries].map(([key, entry]) => [key, { ...entry, file }]));
}
