import { containerCredentials } from '../aws/metadata/container-credentials.ts';
import { ROLE_OPTIONS, roleProblem } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

/** The role of an ECS task or of an EKS pod. */
export const awsContainer = authScheme({
  name: 'AwsContainer',
  doc:
    'Signs with the role of the ECS task, or of the EKS pod with Pod Identity, that this program runs in; ' +
    'with AWSRoleARN, with a further role that it may assume.',
  example: 'AuthScheme=AwsContainer;AWSRegion=Ireland',
  requires: [],
  uses: ['awsRoleArn', ...ROLE_OPTIONS],
  check: (given) => roleProblem(given, { isRole: true }),
  source: (given, ports) => withRole(containerCredentials(ports), given, ports),
});
