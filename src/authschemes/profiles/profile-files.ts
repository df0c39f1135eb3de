import type { Options } from '../../connstring/properties.ts';
import { type Attempt, DriverError, messageOf } from '../../core/errors.ts';
import { type IniEntry, type IniFile, readIni } from '../../core/ini-file.ts';
import { nearest } from '../../core/nearest.ts';
import type { Ports } from '../../core/ports.ts';

/** The options that say which profile of which files is meant. */
export type ProfileOptions = Pick<
  Options,
  'awsCredentialsFile' | 'awsCredentialsFileProfile' | 'awsConfigFile' | 'given'
>;
export const PROFILE_OPTIONS = ['awsCredentialsFile', 'awsCredentialsFileProfile', 'awsConfigFile'] as const;

/** One setting of a profile, and where it stands. */
export interface Setting extends IniEntry {
  readonly file: string;
}

/** A profile as both files together give it: keys of the credentials file come first. */
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
  readonly services: ReadonlyMap<string, ReadonlyMap<string, Setting>>;
  readonly found: { readonly credentials: boolean; readonly config: boolean };
  /** Lines of either file that were not understood. */
  readonly remarks: readonly Attempt[];
}

/** The setting's value where it cannot hold blanks: a comment behind it is left out. */
export function wordOf(setting: IniEntry): string {
  return setting.value.replace(/\s[#;].*$/s, '').trim();
}

/** Reads the AWS credentials and config files anew. A file that is not there has no profiles. */
export async function readProfileFiles(options: ProfileOptions, ports: Ports): Promise<ProfileFiles> {
  const credentialsFile = options.awsCredentialsFile ?? `${ports.home}/.aws/credentials`;
  const configFile = options.awsConfigFile ?? `${ports.home}/.aws/config`;
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
  const services = (config?.sections ?? []).flatMap((section) => {
    const name = typedName(section.name, 'services');
    return name === undefined ? [] : [[name, located(section.entries, configFile)] as const];
  });
  return {
    credentialsFile,
    configFile,
    profiles,
    services: new Map(services),
    found: { credentials: credentials !== undefined, config: config !== undefined },
    remarks: [...remarksOf(credentialsFile, credentials), ...remarksOf(configFile, config)],
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
  throw new DriverError('AUTH_PROFILE', `No profile "${name}" in ${where}${meant}`, {
    candidates,
    attempts: files.remarks,
  });
}

async function readOne(file: string, ports: Ports): Promise<IniFile | undefined> {
  let text: string | undefined;
  try {
    text = await ports.readFile(file);
  } catch (cause) {
    throw new DriverError('AUTH_PROFILE', `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
  return text === undefined ? undefined : readIni(text, { indentedBlocks: true });
}

function remarksOf(file: string, content: IniFile | undefined): readonly Attempt[] {
  return (content?.remarks ?? []).map(({ line, message }) => ({ what: `${file}:${line}`, why: message }));
}

/** `[profile default]` comes before `[default]`. */
function byPrecedence(file: IniFile): IniFile['sections'] {
  const prefixed = file.sections.some((section) => typedName(section.name, 'profile') === 'default');
  return prefixed ? file.sections.filter((section) => section.name !== 'default') : file.sections;
}

function profileName(section: string): string | undefined {
  return section === 'default' ? section : typedName(section, 'profile');
}

/** `x` of a section `[type x]` or `[type "x y"]`. */
function typedName(section: string, type: string): string | undefined {
  if (!section.startsWith(`${type} `)) return undefined;
  const name = section.slice(type.length + 1).trim();
  return /^(["']).+\1$/.test(name) ? name.slice(1, -1) : name;
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
