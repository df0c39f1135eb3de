import { DriverError } from '../core/errors.ts';
import { readNamedFile } from '../core/named-file.ts';
import { Secret } from '../core/secret.ts';
import { readAnySaml } from '../saml/response.ts';
import {
  FEDERATED_OPTIONS,
  FEDERATED_REGION,
  federatedProblem,
} from '../credentials/federated/federated-options.ts';
import { federatedSource } from '../credentials/federated/federated-source.ts';
import { authScheme } from '../credentials/scheme.ts';

/** An assertion that somebody else obtained: good for minutes, so a file is read again for each renewal. */
export const samlAssertion = authScheme({
  name: 'SAMLAssertion',
  doc:
    'Exchanges a SAML response or assertion that was obtained elsewhere for a role: SAMLAssertion holds it in base64 or ' +
    'as XML, SAMLAssertionFile names a file with it, which is read again whenever credentials are renewed.',
  example:
    'AuthScheme=SAMLAssertion;SAMLAssertionFile=~/assertion.txt;AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;AWSRegion=Ireland',
  requires: [],
  uses: ['samlAssertion', 'samlAssertionFile', ...FEDERATED_OPTIONS],
  defaultRegion: FEDERATED_REGION,
  check(given) {
    if (given.samlAssertion !== undefined && given.samlAssertionFile !== undefined) {
      return {
        code: 'AUTH_CONFLICTING_PROPERTY',
        message: 'SAMLAssertion does not go with SAMLAssertionFile: give one of them',
      };
    }
    return federatedProblem(given);
  },
  source(given, ports) {
    const { samlAssertion: assertion, samlAssertionFile: file } = given;
    if (assertion === undefined && file === undefined) {
      throw new DriverError(
        'AUTH_MISSING_PROPERTY',
        'AuthScheme SAMLAssertion needs SAMLAssertion or SAMLAssertionFile',
      );
    }
    return federatedSource(given, ports, {
      origin: file === undefined ? 'SAMLAssertion of the connection' : `the assertion in ${file}`,
      recipient: 'expected',
      async obtain() {
        const text =
          assertion ?? new Secret((await readNamedFile(file ?? '', ports, 'AUTH_NO_CREDENTIALS')) ?? '');
        if (text.reveal().trim() === '') {
          throw new DriverError('AUTH_NO_CREDENTIALS', `SAMLAssertionFile ${file} is empty or not there`);
        }
        return readAnySaml(text, new Date(ports.now()));
      },
    });
  },
});
