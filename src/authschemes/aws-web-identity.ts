import { WEB_IDENTITY_OPTIONS, fromWebIdentity, resolveWebIdentity } from '../credentials/web-identity.ts';
import { checkRoleOptions } from '../credentials/role-options.ts';
import { authScheme } from '../credentials/scheme.ts';

/** A role, assumed with a token of an OpenID Connect provider, such as that of a Kubernetes pod. */
export const awsWebIdentity = authScheme({
  name: 'AwsWebIdentity',
  doc:
    'Assumes a role with a token of an OpenID Connect provider: AWSRoleARN with AWSWebIdentityToken or ' +
    'AWSWebIdentityTokenFile, else AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE in the environment, which EKS sets.',
  example:
    'AuthScheme=AwsWebIdentity;AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;AWSWebIdentityTokenFile=/var/run/token;AWSRegion=Ireland',
  requires: [],
  uses: WEB_IDENTITY_OPTIONS,
  check(options) {
    if (options.explicit.has('awsWebIdentityToken') && options.explicit.has('awsWebIdentityTokenFile')) {
      return {
        code: 'AUTH_CONFLICTING_PROPERTY',
        message: 'AWSWebIdentityToken and AWSWebIdentityTokenFile cannot both be set',
      };
    }
    return checkRoleOptions(options);
  },
  source(options, ports) {
    // Reports missing properties when the connection is opened.
    resolveWebIdentity(options, ports);
    return fromWebIdentity(options, ports);
  },
});
