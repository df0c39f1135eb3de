import { PROFILE_OPTIONS } from './profiles/profile-files.ts';
import { profileSource } from './profiles/profile-source.ts';
import { authScheme } from './scheme.ts';

/** What a profile of the AWS credentials and config files gives. */
export const awsCredentialsFile = authScheme({
  name: 'AwsCredentialsFile',
  doc: 'Signs with what a profile of the AWS credentials and config files gives.',
  requires: [],
  uses: PROFILE_OPTIONS,
  source: profileSource,
});
