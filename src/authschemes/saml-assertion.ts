import { DriverError } from '../core/errors.ts';
import { readNamedFile } from '../core/named-file.ts';
import { Secret } from '../core/secret.ts';
import { readAnySaml } from '../saml/response.ts';
import {
  FEDERATED_OPTIONS,
  FEDERATED_REGION,
  checkFederatedOptions,
} from '../credentials/federated/federated-options.ts';
import { fromIdentityProvider } from '../credentials/federated/federated-source.ts';
import { authScheme } from '../credentials/scheme.ts';

/** An assertion that another program obtained. It is valid for minutes, so each renewal reads the file again. */
export const samlAssertion = authScheme({
  name: 'SAMLAssertion',
  doc:
    'Assumes a role with a SAML response or assertion that another program obtained: SAMLAssertion contains it in base64 or ' +
    'XML, or SAMLAssertionFile names a file with it, which is read again whenever credentials are renewed.',
  example:
    'AuthScheme=SAMLAssertion;SAMLAssertionFile=~/assertion.txt;AWSRoleARN=arn:aws:iam::123456789012:role/Analyst;AWSRegion=Ireland',
  requires: [],
  uses: ['samlAssertion', 'samlAssertionFile', ...FEDERATED_OPTIONS],
  defaultRegion: FEDERATED_REGION,
  check(options) {
    if (options.samlAssertion !== undefined && options.samlAssertionFile !== undefined) {
      return {
        code: 'AUTH_CONFLICTING_PROPERTY',
        message: 'SAMLAssertion and SAMLAssertionFile cannot both be set',
      };
    }
    return checkFederatedOptions(options);
  },
  source(options, ports) {
    const { samlAssertion: assertion, samlAssertionFile: file } = options;
    if (assertion === undefined && file === undefined) {
      throw new DriverError(
        'AUTH_MISSING_PROPERTY',
        'AuthScheme SAMLAssertion requires SAMLAssertion or SAMLAssertionFile',
      );
    }
    return fromIdentityProvider(options, ports, {
      origin: file === undefined ? 'SAMLAssertion of the connection' : `the assertion in ${file}`,
      recipient: 'expected',
      async fetchAssertion() {
        const encoded =
          assertion ?? new Secret((await readNamedFile(file ?? '', ports, 'AUTH_NO_CREDENTIALS')) ?? '');
        if (encoded.reveal().trim() === '') {
          throw new DriverError(
            'AUTH_NO_CREDENTIALS',
            `SAMLAssertionFile ${file} does not exist or is empty`,
          );
        }
        return readAnySaml(encoded, new Date(ports.now()));
      },
    });
  },
});
