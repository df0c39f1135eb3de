import type { CredentialSource } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { Ports } from '../core/ports.ts';
import { environmentKeys } from '../credentials/environment-keys.ts';
import { containerCredentials } from '../aws/metadata/container-credentials.ts';
import { instanceCredentials } from '../aws/metadata/instance-credentials.ts';
import { instanceSettings } from './instance-settings.ts';
import { sessionName } from '../credentials/role-options.ts';
import { type WantedSession, sessionWith } from '../credentials/with-role.ts';
import type { Profile, Setting } from './profile-files.ts';
import {
  type ProfileContext,
  type ProfileKind,
  type ProfileSourceOptions,
  chainText,
  firstKey,
  profileError,
  wordAt,
} from './profile-kind.ts';
import { hasKeys } from './static-keys.ts';
import { stsOfProfile } from './sts-of-profile.ts';

const DEFAULT_SECONDS = 3600;

/** Credentials of a role, assumed with those of another profile, of the environment, the instance or the container. */
export const roleCredentials: ProfileKind = {
  what: 'a role',
  key: (profile) =>
    profile.settings.has('web_identity_token_file') ? undefined : firstKey(profile, 'role_arn'),
  source(profile, key, context) {
    const roleArn = wordAt(profile, 'role_arn');
    if (roleArn === undefined) {
      throw profileError(key, `role_arn of profile "${profile.name}" is empty`, context.chain);
    }
    const base = baseOf(profile, key, context);
    const wanted: WantedSession = {
      target: stsOfProfile(roleArn, profile, context),
      durationSeconds: durationOf(profile, context),
      role: {
        arn: roleArn,
        sessionName: wordAt(profile, 'role_session_name') ?? sessionName(context.options, context.ports),
        externalId: wordAt(profile, 'external_id'),
      },
      mfa: deviceOf(profile, context),
    };
    return async (signal) => {
      const credentials = await base(signal);
      try {
        const assumed = await sessionWith(credentials, wanted, context.ports, signal);
        return { ...assumed, origin: `profile "${profile.name}", ${assumed.origin ?? 'role'}` };
      } catch (error) {
        throw about(error, profile, key, context);
      }
    };
  },
};

function deviceOf(profile: Profile, { options }: ProfileContext): WantedSession['mfa'] {
  const serialNumber = wordAt(profile, 'mfa_serial');
  if (serialNumber === undefined) return undefined;
  return { serialNumber, token: options.mfaToken, location: options.credentialsLocation };
}

/** Says which profile a refusal is about. */
function about(
  error: unknown,
  { name }: Profile,
  { file, line }: Setting,
  { chain }: ProfileContext,
): unknown {
  if (!(error instanceof DriverError) || !error.code.startsWith('AUTH_')) return error;
  const message = `${file}:${line}: profile "${name}": ${error.message}${chainText(chain)}`;
  const { cause, remedy } = error;
  return new DriverError(error.code, message, { cause, remedy });
}

function durationOf(profile: Profile, { chain }: ProfileContext): number {
  const text = wordAt(profile, 'duration_seconds');
  const setting = profile.settings.get('duration_seconds');
  if (text === undefined || setting === undefined) return DEFAULT_SECONDS;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (seconds >= 900 && seconds <= 43_200) return seconds;
  throw profileError(
    setting,
    `duration_seconds of profile "${profile.name}": expected seconds from 900 to 43200`,
    chain,
  );
}

/** The credentials that the role is assumed with. */
function baseOf(profile: Profile, key: Setting, context: ProfileContext): CredentialSource {
  const { chain, files } = context;
  const sourceProfile = profile.settings.get('source_profile');
  const credentialSource = profile.settings.get('credential_source');
  if (sourceProfile !== undefined && credentialSource !== undefined) {
    const message = `profile "${profile.name}" has both source_profile and credential_source`;
    throw profileError(credentialSource, message, chain);
  }
  if (credentialSource !== undefined) return namedSource(profile, credentialSource, context);
  if (sourceProfile === undefined) {
    const message = `profile "${profile.name}" has role_arn but neither source_profile nor credential_source`;
    throw profileError(key, message, chain);
  }
  const name = sourceProfile.value;
  const next = files.profiles.get(name);
  if (next === undefined) {
    const candidates = nearest(name, files.profiles.keys());
    const meant = candidates.length === 0 ? '' : `; did you mean ${candidates.join(' or ')}?`;
    const message = `there is no profile "${name}", which source_profile of profile "${profile.name}" names${meant}`;
    throw profileError(sourceProfile, message, chain, { candidates });
  }
  // A profile may name itself where it has keys: they sign the call.
  const isLoop = chain.includes(name) && !(name === profile.name && hasKeys(next));
  if (isLoop) {
    const loop = [...chain, name].join(' -> ');
    throw profileError(sourceProfile, `the profiles name each other in a circle: ${loop}`, []);
  }
  return context.sourceOf(next, [...chain, name]);
}

/** The sources that `credential_source` may name. */
export function namedSources(
  options: ProfileSourceOptions,
  ports: Ports,
): ReadonlyMap<string, CredentialSource> {
  return new Map([
    ['Environment', environmentKeys(ports)],
    ['Ec2InstanceMetadata', instanceCredentials(() => instanceSettings(options, ports), ports)],
    ['EcsContainer', containerCredentials(ports)],
  ]);
}

function namedSource(profile: Profile, setting: Setting, context: ProfileContext): CredentialSource {
  const source = context.named.get(setting.value);
  if (source !== undefined) {
    return (signal) =>
      source(signal).catch((error: unknown) => {
        if (!(error instanceof DriverError) || error.code !== 'AUTH_NO_CREDENTIALS') throw error;
        // The profile asks for it: here it is a fault of the profile that there is none.
        const message = `credential_source ${setting.value} of profile "${profile.name}": ${error.message}`;
        throw profileError(setting, message, context.chain, { cause: error });
      });
  }
  const names = [...context.named.keys()];
  throw profileError(
    setting,
    `credential_source of profile "${profile.name}" is "${setting.value}"; expected ${names.join(', ')}`,
    context.chain,
    { candidates: nearest(setting.value, names) },
  );
}
