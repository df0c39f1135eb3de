import { url } from '../connstring/value-types.ts';
import { toRegionCode } from '../aws/regions.ts';
import { type Attempt, DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { Ports } from '../core/ports.ts';
import { type Profile, type ProfileFiles, type Setting, stripComment } from './profile-files.ts';
import { type ProfileSourceOptions, findFirstSetting, formatLocation } from './profile-kind.ts';
import { createSourceResolver } from './profile-source.ts';
import { createNamedSources } from './role-credentials.ts';
import { hasKeys } from './static-keys.ts';

/** Errors and doubtful settings in the AWS files, each with `file:line`, in file order. Sends nothing. */
export function lintProfiles(
  files: ProfileFiles,
  options: ProfileSourceOptions,
  ports: Ports,
): readonly Attempt[] {
  const sections = [...files.profiles.values(), ...files.ssoSessions.values(), ...files.services.values()];
  // The error of a profile is found again through each profile that uses it as its source.
  const errors = new Map(findProfileErrors(files, options, ports).map((remark) => [remark.what, remark]));
  const remarks = [
    ...files.remarks,
    ...sections.flatMap(({ settings }) =>
      [...settings].flatMap(([key, setting]) => lintSetting(key, setting)),
    ),
    ...[...files.profiles.values()].flatMap(lintMixedCredentials),
    ...errors.values(),
  ];
  return remarks.toSorted((a, b) => compareLocations(a.what, b.what));
}

/** Settings whose values contain no blanks. */
const SINGLE_WORD_KEYS: ReadonlySet<string> = new Set([
  'region',
  'sso_region',
  'output',
  'duration_seconds',
  'sso_account_id',
]);
const KNOWN_KEYS = [
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
  'aws_account_id',
  'region',
  'output',
  'role_arn',
  'source_profile',
  'credential_source',
  'role_session_name',
  'external_id',
  'mfa_serial',
  'duration_seconds',
  'web_identity_token_file',
  'credential_process',
  'sso_session',
  'sso_account_id',
  'sso_role_name',
  'sso_start_url',
  'sso_region',
  'sso_registration_scopes',
  'login_session',
  'endpoint_url',
  'services',
  'ignore_configured_endpoint_urls',
  'aws_security_token',
  'ca_bundle',
  'max_attempts',
  'retry_mode',
  'use_fips_endpoint',
  'use_dualstack_endpoint',
  'sts_regional_endpoints',
  'ec2_metadata_v1_disabled',
  'ec2_metadata_service_endpoint',
  'ec2_metadata_service_endpoint_mode',
];

function lintSetting(key: string, setting: Setting): readonly Attempt[] {
  const what = formatLocation(setting);
  const remarks: Attempt[] = [];
  const corrections = KNOWN_KEYS.includes(key) ? [] : findCorrections(key);
  if (corrections.length > 0)
    remarks.push({ what, why: `unknown setting ${key}; did you mean ${corrections.join(' or ')}?` });
  if (SINGLE_WORD_KEYS.has(key) && stripComment(setting) !== setting.value) {
    remarks.push({ what, why: `the AWS CLI includes the comment after ${key} in its value` });
  }
  if ((key === 'region' || key === 'sso_region') && toRegionCode(stripComment(setting)) === undefined) {
    remarks.push({ what, why: `${key} is not a Region code such as eu-west-1` });
  }
  if (/(^|\.)endpoint_url$/.test(key)) {
    const parsed = url.read(stripComment(setting), { home: '', env: () => undefined });
    if ('expected' in parsed) remarks.push({ what, why: `${key}: expected ${parsed.expected}` });
  }
  return remarks;
}

/** Other tools add their own settings, so only those at most two letters from a known one are reported. */
function findCorrections(key: string): readonly string[] {
  return nearest(key, KNOWN_KEYS, 2).filter(
    (known) => Math.abs(known.length - key.length) <= 2 && known[0] === key[0],
  );
}

function lintMixedCredentials(profile: Profile): readonly Attempt[] {
  const sso = findFirstSetting(profile, 'sso_account_id', 'sso_role_name');
  const role = findFirstSetting(profile, 'role_arn');
  const preferred = role ?? sso;
  if (preferred === undefined || !hasKeys(profile)) return [];
  if (profile.settings.get('source_profile')?.value === profile.name) return [];
  const method = role === undefined ? 'IAM Identity Center' : 'its role';
  return [
    {
      what: formatLocation(preferred),
      why: `profile "${profile.name}" also has access keys, which are ignored: it signs in with ${method}`,
    },
  ];
}

function findProfileErrors(
  files: ProfileFiles,
  options: ProfileSourceOptions,
  ports: Ports,
): readonly Attempt[] {
  const resolveSource = createSourceResolver(files, createNamedSources(options, ports), options, ports);
  return [...files.profiles.values()].flatMap((profile) => {
    try {
      resolveSource(profile, [profile.name]);
      return [];
    } catch (error) {
      // A profile may exist only for its settings.
      if (!(error instanceof DriverError) || error.code === 'AUTH_NO_CREDENTIALS') return [];
      const [, what = profile.location, why = error.message] = /^(.+?:\d+): (.*)$/s.exec(error.message) ?? [];
      return [{ what, why }];
    }
  });
}

/** Compares by file, then by line number. */
function compareLocations(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
