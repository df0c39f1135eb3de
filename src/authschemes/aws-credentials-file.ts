import { PROFILE_OPTIONS } from './profiles/profile-files.ts';
import { profileSource } from './profiles/profile-source.ts';
import { authScheme } from './scheme.ts';

/** What a profile of the AWS credentials and config files gives. */
export const awsCredentialsFile = authScheme({
  name: 'AwsCredentialsFile',
  doc: 'Signs with the keys that a profile of the AWS credentials and config files holds.',
  requires: [],
  uses: [...PROFILE_OPTIONS, 'awsRoleArn', 'mfaSerialNumber', 'mfaToken'],
  check(given) {
    // Going on without the role or the code would sign in as somebody else.
    const asked = [
      ...(given.awsRoleArn === undefined ? [] : ['AWSRoleARN']),
      ...(given.mfaSerialNumber === undefined ? [] : ['MFASerialNumber']),
      ...(given.mfaToken === undefined ? [] : ['MFAToken']),
    ];
    if (asked.length === 0) return undefined;
    const message = `AuthScheme AwsCredentialsFile does not take ${asked.join(' and ')} in this version`;
    return { code: 'AUTH_NOT_SUPPORTED', message };
  },
  source: profileSource,
});
