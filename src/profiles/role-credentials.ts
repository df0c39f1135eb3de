import type { CredentialSource } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { Ports } from '../core/ports.ts';
import { fromEnvironment } from '../credentials/access-keys.ts';
import { fromContainerMetadata } from '../aws/metadata/container-credentials.ts';
import { fromInstanceMetadata } from '../aws/metadata/instance-credentials.ts';
import { resolveInstanceSettings } from './instance-settings.ts';
import { resolveSessionName } from '../credentials/role-options.ts';
import { type StsSession, getSessionCredentials } from '../credentials/with-role.ts';
import type { Profile, Setting } from './profile-files.ts';
import {
  type ProfileContext,
  type ProfileKind,
  type ProfileSourceOptions,
  formatChain,
  findFirstSetting,
  profileError,
  getSettingValue,
} from './profile-kind.ts';
import { hasKeys } from './static-keys.ts';
import { resolveProfileSts } from './profile-sts.ts';

const DEFAULT_SECONDS = 3600;

/** Credentials of a role that is assumed with those of another profile, the environment, the instance or the container. */
export const roleCredentials: ProfileKind = {
  what: 'a role',
  key: (profile) =>
    profile.settings.has('web_identity_token_file') ? undefined : findFirstSetting(profile, 'role_arn'),
  source(profile, key, context) {
    const roleArn = getSettingValue(profile, 'role_arn');
    if (roleArn === undefined) {
      throw profileError(key, `role_arn of profile "${profile.name}" is empty`, context.chain);
    }
    const base = resolveBase(profile, key, context);
    const session: StsSession = {
      target: resolveProfileSts(roleArn, profile, context),
      durationSeconds: readDuration(profile, context),
      role: {
        arn: roleArn,
        sessionName:
          getSettingValue(profile, 'role_session_name') ?? resolveSessionName(context.options, context.ports),
        externalId: getSettingValue(profile, 'external_id'),
      },
      mfa: findMfaDevice(profile, context),
    };
    return async (signal) => {
      const credentials = await base(signal);
      try {
        const assumed = await getSessionCredentials(credentials, session, context.ports, signal);
        return { ...assumed, origin: `profile "${profile.name}", ${assumed.origin ?? 'role'}` };
      } catch (error) {
        throw withProfile(error, profile, key, context);
      }
    };
  },
};

function findMfaDevice(profile: Profile, { options }: ProfileContext): StsSession['mfa'] {
  const serialNumber = getSettingValue(profile, 'mfa_serial');
  if (serialNumber === undefined) return undefined;
  return { serialNumber, token: options.mfaToken, location: options.credentialsLocation };
}

/** Adds the profile and its location to an authentication error. */
function withProfile(
  error: unknown,
  { name }: Profile,
  { file, line }: Setting,
  { chain }: ProfileContext,
): unknown {
  if (!(error instanceof DriverError) || !error.code.startsWith('AUTH_')) return error;
  const message = `${file}:${line}: profile "${name}": ${error.message}${formatChain(chain)}`;
  const { cause, remedy } = error;
  return new DriverError(error.code, message, { cause, remedy });
}

function readDuration(profile: Profile, { chain }: ProfileContext): number {
  const value = getSettingValue(profile, 'duration_seconds');
  const setting = profile.settings.get('duration_seconds');
  if (value === undefined || setting === undefined) return DEFAULT_SECONDS;
  const seconds = /^\d{1,6}$/.test(value) ? Number(value) : NaN;
  if (seconds >= 900 && seconds <= 43_200) return seconds;
  throw profileError(
    setting,
    `duration_seconds of profile "${profile.name}" is invalid; expected 900 to 43200`,
    chain,
  );
}

/** The source of the credentials that the role is assumed with. */
function resolveBase(profile: Profile, key: Setting, context: ProfileContext): CredentialSource {
  const { chain, files } = context;
  const sourceProfile = profile.settings.get('source_profile');
  const credentialSource = profile.settings.get('credential_source');
  if (sourceProfile !== undefined && credentialSource !== undefined) {
    const message = `profile "${profile.name}" contains both source_profile and credential_source`;
    throw profileError(credentialSource, message, chain);
  }
  if (credentialSource !== undefined) return resolveNamedSource(profile, credentialSource, context);
  if (sourceProfile === undefined) {
    const message = `profile "${profile.name}" has role_arn, but requires source_profile or credential_source`;
    throw profileError(key, message, chain);
  }
  const name = sourceProfile.value;
  const next = files.profiles.get(name);
  if (next === undefined) {
    const candidates = nearest(name, files.profiles.keys());
    const hint = candidates.length === 0 ? '' : `; did you mean ${candidates.join(' or ')}?`;
    const message = `source_profile "${name}" referenced in profile "${profile.name}" does not exist${hint}`;
    throw profileError(sourceProfile, message, chain, { candidates });
  }
  // A profile with access keys may be its own source: the keys sign the request.
  const isLoop = chain.includes(name) && !(name === profile.name && hasKeys(next));
  if (isLoop) {
    const loop = [...chain, name].join(' -> ');
    throw profileError(sourceProfile, `infinite loop in source_profile: ${loop}`, []);
  }
  return context.resolveSource(next, [...chain, name]);
}

/** The sources that `credential_source` can name. */
export function createNamedSources(
  options: ProfileSourceOptions,
  ports: Ports,
): ReadonlyMap<string, CredentialSource> {
  return new Map([
    ['Environment', fromEnvironment(ports)],
    ['Ec2InstanceMetadata', fromInstanceMetadata(() => resolveInstanceSettings(options, ports), ports)],
    ['EcsContainer', fromContainerMetadata(ports)],
  ]);
}

function resolveNamedSource(profile: Profile, setting: Setting, context: ProfileContext): CredentialSource {
  const source = context.namedSources.get(setting.value);
  if (source !== undefined) {
    return (signal) =>
      source(signal).catch((error: unknown) => {
        if (!(error instanceof DriverError) || error.code !== 'AUTH_NO_CREDENTIALS') throw error;
        // The profile requires this source, so missing credentials are an error of the profile.
        const message = `credential_source ${setting.value} of profile "${profile.name}": ${error.message}`;
        throw profileError(setting, message, context.chain, { cause: error });
      });
  }
  const names = [...context.namedSources.keys()];
  throw profileError(
    setting,
    `credential_source of profile "${profile.name}" is "${setting.value}"; expected ${names.join(', ')}`,
    context.chain,
    { candidates: nearest(setting.value, names) },
  );
}
