import { fromContainerMetadata } from '../aws/metadata/container-credentials.ts';
import { ROLE_OPTIONS, checkRoleOptions } from '../credentials/role-options.ts';
import { withRole } from '../credentials/with-role.ts';
import { authScheme } from '../credentials/scheme.ts';

/** The role of an ECS task or an EKS pod. */
export const awsContainer = authScheme({
  name: 'AwsContainer',
  doc:
    'Uses the role of the ECS task, or of the EKS pod with Pod Identity, in which the program runs. If AWSRoleARN is ' +
    'set, assumes that role with it.',
  example: 'AuthScheme=AwsContainer;AWSRegion=Ireland',
  requires: [],
  uses: ['awsRoleArn', ...ROLE_OPTIONS],
  check: (options) => checkRoleOptions(options, { isRole: true }),
  source: (options, ports) => withRole(fromContainerMetadata(ports), options, ports),
});
