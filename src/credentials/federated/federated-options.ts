import type { Options, PropertyName } from '../../connstring/properties.ts';
import { SESSION_SECONDS } from '../../saml/preflight.ts';
import { STS_OPTIONS } from '../role-options.ts';
import type { Problem } from '../../core/errors.ts';

/** The properties of every sign-in with a SAML assertion: the STS endpoint and the role. */
export const FEDERATED_OPTIONS = [
  ...STS_OPTIONS,
  'awsRoleArn',
  'awsPrincipalArn',
  'temporaryTokenDuration',
] as const;

/** The default Region of federated schemes, as in other drivers. */
export const FEDERATED_REGION = 'us-east-1';

export type FederatedOptions = Pick<Options, (typeof FEDERATED_OPTIONS)[number]> & {
  readonly explicit: ReadonlySet<PropertyName>;
};

const ARNS = [
  {
    key: 'AWSRoleARN',
    name: 'awsRoleArn',
    pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/,
    expected: 'the ARN of a role, such as arn:aws:iam::123456789012:role/Analyst',
  },
  {
    key: 'AWSPrincipalARN',
    name: 'awsPrincipalArn',
    pattern: /^arn:aws[a-z-]*:iam::\d{12}:saml-provider\/[\w.-]{1,128}$/,
    expected: 'the ARN of a SAML provider, such as arn:aws:iam::123456789012:saml-provider/Corp',
  },
] as const;

/** Checks the options before anything is sent. */
export function checkFederatedOptions(options: FederatedOptions): Problem | undefined {
  for (const { key, name, pattern, expected } of ARNS) {
    const value = options[name];
    if (value !== undefined && !pattern.test(value)) {
      return { code: 'CONN_BAD_VALUE', message: `${key} is "${value}"; expected ${expected}` };
    }
  }
  const { temporaryTokenDuration: seconds } = options;
  const { min, max } = SESSION_SECONDS;
  if (seconds >= min && seconds <= max) return undefined;
  return {
    code: 'CONN_BAD_VALUE',
    message: `TemporaryTokenDuration is ${seconds}; AssumeRoleWithSAML allows ${min} to ${max} seconds`,
  };
}
