import { url } from '../connstring/value-types.ts';
import { toRegionCode } from '../aws/regions.ts';
import { type Attempt, DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { Ports } from '../core/ports.ts';
import { type Profile, type ProfileFiles, type Setting, wordOf } from './profile-files.ts';
import { type ProfileSourceOptions, firstKey, placeOf } from './profile-kind.ts';
import { sourcesIn } from './profile-source.ts';
import { namedSources } from './role-credentials.ts';
import { hasKeys } from './static-keys.ts';

/** What is wrong or doubtful in the AWS files, each with `file:line`, in their order. Sends nothing. */
export function lintProfiles(
  files: ProfileFiles,
  options: ProfileSourceOptions,
  ports: Ports,
): readonly Attempt[] {
  const sections = [...files.profiles.values(), ...files.ssoSessions.values(), ...files.services.values()];
  // A fault of one profile shows in all whose roles build on it.
  const faulty = new Map(faults(files, options, ports).map((remark) => [remark.what, remark]));
  const found = [
    ...files.remarks,
    ...sections.flatMap(({ settings }) =>
      [...settings].flatMap(([key, setting]) => settingRemarks(key, setting)),
    ),
    ...[...files.profiles.values()].flatMap(mixtures),
    ...faulty.values(),
  ];
  return found.toSorted((a, b) => compare(a.what, b.what));
}

const WORDS: ReadonlySet<string> = new Set([
  'region',
  'sso_region',
  'output',
  'duration_seconds',
  'sso_account_id',
]);
const KEYS = [
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

function settingRemarks(key: string, setting: Setting): readonly Attempt[] {
  const what = placeOf(setting);
  const remarks: Attempt[] = [];
  const near = KEYS.includes(key) ? [] : misspelled(key);
  if (near.length > 0)
    remarks.push({ what, why: `${key} means nothing; did you mean ${near.join(' or ')}?` });
  if (WORDS.has(key) && wordOf(setting) !== setting.value) {
    remarks.push({ what, why: `the AWS command line takes the comment behind ${key} as part of its value` });
  }
  if ((key === 'region' || key === 'sso_region') && toRegionCode(wordOf(setting)) === undefined) {
    remarks.push({ what, why: `${key} is no Region code such as eu-west-1` });
  }
  if (/(^|\.)endpoint_url$/.test(key)) {
    const reading = url.read(wordOf(setting), { home: '', env: () => undefined });
    if ('expected' in reading) remarks.push({ what, why: `${key}: expected ${reading.expected}` });
  }
  return remarks;
}

/** Other tools have keys of their own, so only what is a letter or two away from a known one is doubted. */
function misspelled(key: string): readonly string[] {
  return nearest(key, KEYS, 2).filter(
    (known) => Math.abs(known.length - key.length) <= 2 && known[0] === key[0],
  );
}

function mixtures(profile: Profile): readonly Attempt[] {
  const sso = firstKey(profile, 'sso_account_id', 'sso_role_name');
  const role = firstKey(profile, 'role_arn');
  const stronger = role ?? sso;
  if (stronger === undefined || !hasKeys(profile)) return [];
  if (profile.settings.get('source_profile')?.value === profile.name) return [];
  const named = role === undefined ? 'IAM Identity Center' : 'its role';
  return [
    {
      what: placeOf(stronger),
      why: `profile "${profile.name}" has keys as well, which are passed over: it signs in with ${named}`,
    },
  ];
}

function faults(files: ProfileFiles, options: ProfileSourceOptions, ports: Ports): readonly Attempt[] {
  const sourceOf = sourcesIn(files, namedSources(options, ports), options, ports);
  return [...files.profiles.values()].flatMap((profile) => {
    try {
      sourceOf(profile, [profile.name]);
      return [];
    } catch (error) {
      // A profile without credentials may be there for its settings.
      if (!(error instanceof DriverError) || error.code === 'AUTH_NO_CREDENTIALS') return [];
      const [, what = profile.place, why = error.message] = /^(.+?:\d+): (.*)$/s.exec(error.message) ?? [];
      return [{ what, why }];
    }
  });
}

/** By file, then by line as a number. */
function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
