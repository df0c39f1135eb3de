import type { Options } from '../connstring/properties.ts';
import { type Attempt, DriverError } from '../core/errors.ts';
import { type IniEntry, type IniFile, readIni } from '../core/ini-file.ts';
import { readNamedFile } from '../core/named-file.ts';
import { nearest } from '../core/nearest.ts';
import type { Ports } from '../core/ports.ts';
import { splitCommand } from '../core/split-command.ts';

/** The options that say which profile of which files is meant. */
export type ProfileOptions = Pick<
  Options,
  'awsCredentialsFile' | 'awsCredentialsFileProfile' | 'awsConfigFile' | 'explicit'
>;
export const PROFILE_OPTIONS = ['awsCredentialsFile', 'awsCredentialsFileProfile', 'awsConfigFile'] as const;

/** One setting of a profile, and where it stands. */
export interface Setting extends IniEntry {
  readonly file: string;
}

/** A section of the config file, or a profile as both files together give it: the credentials file comes first. */
export interface Profile {
  readonly name: string;
  /** `file:line` of its first section. */
  readonly place: string;
  readonly settings: ReadonlyMap<string, Setting>;
}

/** Both files as they were read. */
export interface ProfileFiles {
  readonly credentialsFile: string;
  readonly configFile: string;
  /** By name, those of the config file first. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** `[services x]` sections of the config file by x. */
  readonly services: ReadonlyMap<string, Profile>;
  /** `[sso-session x]` sections of the config file by x. */
  readonly ssoSessions: ReadonlyMap<string, Profile>;
  readonly found: { readonly credentials: boolean; readonly config: boolean };
  /** Lines of either file that were not understood. */
  readonly remarks: readonly Attempt[];
}

/** The setting's value where it cannot hold blanks: a comment behind it is left out. */
export function wordOf(setting: IniEntry): string {
  return setting.value.replace(/\s[#;].*$/s, '').trim();
}

/** Where the AWS tools look for their files. */
const USUAL = { awsCredentialsFile: '.aws/credentials', awsConfigFile: '.aws/config' } as const;

/** The property by which the connection itself, not this machine, says that this file is one of the profiles' files. */
export function namedBy(
  file: string,
  options: ProfileOptions,
  { home }: Pick<Ports, 'home'>,
): keyof typeof USUAL | undefined {
  return (['awsCredentialsFile', 'awsConfigFile'] as const).find(
    (name) => options.explicit.has(name) && options[name] === file && file !== `${home}/${USUAL[name]}`,
  );
}

/** Reads the AWS credentials and config files anew. A file that is not there has no profiles. */
export async function readProfileFiles(options: ProfileOptions, ports: Ports): Promise<ProfileFiles> {
  const credentialsFile = options.awsCredentialsFile ?? `${ports.home}/${USUAL.awsCredentialsFile}`;
  const configFile = options.awsConfigFile ?? `${ports.home}/${USUAL.awsConfigFile}`;
  const [credentials, config] = await Promise.all([
    readOne(credentialsFile, ports),
    readOne(configFile, ports),
  ]);
  const profiles = new Map<string, Profile>();
  for (const section of config === undefined ? [] : byPrecedence(config)) {
    const name = profileName(section.name);
    if (name !== undefined) profiles.set(name, merged(profiles.get(name), name, configFile, section));
  }
  for (const section of credentials?.sections ?? []) {
    profiles.set(section.name, merged(profiles.get(section.name), section.name, credentialsFile, section));
  }
  return {
    credentialsFile,
    configFile,
    profiles,
    services: sectionsOf(config, 'services', configFile),
    ssoSessions: sectionsOf(config, 'sso-session', configFile),
    found: { credentials: credentials !== undefined, config: config !== undefined },
    remarks: [
      ...remarksOf(credentialsFile, credentials, credentialsRemark),
      ...remarksOf(configFile, config, configRemark),
    ],
  };
}

/** The profile of that name; an error that says where it was looked for and what there is. */
export function profileNamed(name: string, files: ProfileFiles): Profile {
  const profile = files.profiles.get(name);
  if (profile !== undefined) return profile;
  const names = [...files.profiles.keys()];
  const candidates = nearest(name, names);
  const where = [
    `${files.credentialsFile}${files.found.credentials ? '' : ' (no such file)'}`,
    `${files.configFile}${files.found.config ? '' : ' (no such file)'}`,
  ].join(' and ');
  const known = names.length === 0 ? '' : `; profiles there: ${names.slice(0, 10).join(', ')}`;
  const meant = candidates.length === 0 ? known : `; did you mean ${candidates.join(' or ')}?`;
  // Nobody has asked for the profile that has this name.
  const code = name === 'default' ? 'AUTH_NO_CREDENTIALS' : 'AUTH_PROFILE';
  throw new DriverError(code, `No profile "${name}" in ${where}${meant}`, {
    candidates,
    attempts: files.remarks,
  });
}

async function readOne(file: string, ports: Ports): Promise<IniFile | undefined> {
  const text = await readNamedFile(file, ports, 'AUTH_PROFILE');
  return text === undefined ? undefined : withDefaults(readIni(text, { indentedBlocks: true }));
}

/** Keys of a section `[DEFAULT]` count in every section of the file. */
function withDefaults(file: IniFile): IniFile {
  const defaults = file.sections.find((section) => section.name === 'DEFAULT');
  if (defaults === undefined) return file;
  const sections = file.sections
    .filter((section) => section !== defaults)
    .map((section) => ({ ...section, entries: new Map([...defaults.entries, ...section.entries]) }));
  return { ...file, sections };
}

/** What was not understood, and sections that the AWS command line passes over. */
function remarksOf(
  file: string,
  content: IniFile | undefined,
  sectionRemark: (name: string) => string | undefined,
): readonly Attempt[] {
  const sections = (content?.sections ?? []).flatMap(({ name, line }) => {
    const message = sectionRemark(name);
    return message === undefined ? [] : [{ line, message }];
  });
  return [...(content?.remarks ?? []), ...sections]
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, message }) => ({ what: `${file}:${line}`, why: message }));
}

const CONFIG_TYPES = ['profile', 'sso-session', 'services'] as const;

function configRemark(section: string): string | undefined {
  const type = CONFIG_TYPES.find((known) => section.startsWith(`${known} `));
  if (type !== undefined) {
    return typedName(section, type) === undefined
      ? `[${section}] is passed over: write a name with blanks as [${type} "${section.slice(type.length + 1)}"]`
      : undefined;
  }
  if (/^(default|preview|plugins)$/.test(section)) return undefined;
  return `[${section}] is no profile in this file: write [profile ${section}]`;
}

function credentialsRemark(section: string): string | undefined {
  const name = typedName(section, 'profile');
  return name === undefined
    ? undefined
    : `[${section}] is a profile named "${section}" in this file: write [${name}]`;
}

/** `[profile default]` comes before `[default]`. */
function byPrecedence(file: IniFile): IniFile['sections'] {
  const prefixed = file.sections.some((section) => typedName(section.name, 'profile') === 'default');
  return prefixed ? file.sections.filter((section) => section.name !== 'default') : file.sections;
}

function profileName(section: string): string | undefined {
  return section === 'default' ? section : typedName(section, 'profile');
}

/** `x` of a section `[type x]` or `[type "x y"]`; of more words, none, as the AWS command line has it. */
function typedName(section: string, type: string): string | undefined {
  if (!section.startsWith(`${type} `)) return undefined;
  const words = splitCommand(section, undefined);
  // An apostrophe on its own is part of the name.
  if (words === undefined) return section.slice(type.length + 1);
  return words.length === 2 ? words[1] : undefined;
}

function sectionsOf(config: IniFile | undefined, type: string, file: string): ReadonlyMap<string, Profile> {
  return new Map(
    (config?.sections ?? []).flatMap((section): [string, Profile][] => {
      const name = typedName(section.name, type);
      return name === undefined ? [] : [[name, merged(undefined, name, file, section)]];
    }),
  );
}

function merged(
  before: Profile | undefined,
  name: string,
  file: string,
  section: IniFile['sections'][number],
): Profile {
  return {
    name,
    place: before?.place ?? `${file}:${section.line}`,
    settings: new Map([...(before?.settings ?? []), ...located(section.entries, file)]),
  };
}

function located(entries: ReadonlyMap<string, IniEntry>, file: string): Map<string, Setting> {
  return new Map([...entries].map(([key, entry]) => [key, { ...entry, file }]));
}
