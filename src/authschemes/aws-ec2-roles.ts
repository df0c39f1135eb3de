import { fromInstanceMetadata } from '../aws/metadata/instance-credentials.ts';
import { INSTANCE_OPTIONS, resolveInstanceSettings } from '../profiles/instance-settings.ts';
import { ROLE_OPTIONS, checkRoleOptions } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

/** The IAM role of an EC2 instance. */
export const awsEc2Roles = authScheme({
  name: 'AwsEC2Roles',
  doc:
    'Uses the IAM role of the EC2 instance on which the program runs, from the instance metadata service (IMDSv2, else ' +
    'IMDSv1). If AWSRoleARN is set, assumes that role with it.',
  example: 'AuthScheme=AwsEC2Roles;AWSRegion=Ireland',
  requires: [],
  uses: ['awsRoleArn', ...INSTANCE_OPTIONS, ...ROLE_OPTIONS],
  check: (options) => checkRoleOptions(options, { isRole: true }),
  source: (options, ports) =>
    withRole(
      fromInstanceMetadata(() => resolveInstanceSettings(options, ports), ports),
      options,
      ports,
    ),
});
