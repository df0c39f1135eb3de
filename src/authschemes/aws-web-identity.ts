import { WEB_IDENTITY_OPTIONS, webIdentity, webIdentityOf } from '../credentials/web-identity.ts';
import { roleProblem } from '../credentials/role-options.ts';
import { authScheme } from '../credentials/scheme.ts';

/** A role for whoever holds a token of an OpenID Connect provider, such as a pod of Kubernetes. */
export const awsWebIdentity = authScheme({
  name: 'AwsWebIdentity',
  doc:
    'Exchanges a token of an OpenID Connect provider for a role: AWSRoleARN with AWSWebIdentityToken or ' +
    'AWSWebIdentityTokenFile, else AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE of the environment, as EKS sets them.',
  example:
    'AuthScheme=AwsWebIdentity;AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;AWSWebIdentityTokenFile=/var/run/token;AWSRegion=Ireland',
  requires: [],
  uses: WEB_IDENTITY_OPTIONS,
  check(given) {
    if (given.explicit.has('awsWebIdentityToken') && given.explicit.has('awsWebIdentityTokenFile')) {
      return {
        code: 'AUTH_CONFLICTING_PROPERTY',
        message: 'AWSWebIdentityToken does not go with AWSWebIdentityTokenFile: give one of them',
      };
    }
    return roleProblem(given);
  },
  source(given, ports) {
    // What is missing is said when the connection is opened.
    webIdentityOf(given, ports);
    return webIdentity(given, ports);
  },
});
