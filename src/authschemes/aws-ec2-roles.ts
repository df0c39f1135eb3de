import { instanceCredentials } from '../aws/metadata/instance-credentials.ts';
import { INSTANCE_OPTIONS, instanceSettings } from '../profiles/instance-settings.ts';
import { ROLE_OPTIONS, roleProblem } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

/** The role of an EC2 instance. */
export const awsEc2Roles = authScheme({
  name: 'AwsEC2Roles',
  doc:
    'Signs with the role of the EC2 instance that this program runs on, as its metadata service (IMDSv2, else version 1) ' +
    'gives it; with AWSRoleARN, with a further role that it may assume.',
  example: 'AuthScheme=AwsEC2Roles;AWSRegion=Ireland',
  requires: [],
  uses: ['awsRoleArn', ...INSTANCE_OPTIONS, ...ROLE_OPTIONS],
  check: (given) => roleProblem(given, { isRole: true }),
  source: (given, ports) =>
    withRole(
      instanceCredentials(() => instanceSettings(given, ports), ports),
      given,
      ports,
    ),
});
