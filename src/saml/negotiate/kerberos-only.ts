import { DriverError } from '../../core/errors.ts';
import type { NegotiatorFor } from '../../core/ports.ts';

/** With what every NTLM message begins, by itself or inside SPNEGO. */
const NTLM = Buffer.from('NTLMSSP\0');

/** Negotiate without NTLM, which Windows falls back to where it finds no Kerberos and whose answers can be relayed. */
export function kerberosOnly(negotiatorFor: NegotiatorFor): NegotiatorFor {
  return async (host) => {
    const negotiator = await negotiatorFor(host);
    return {
      async step(challenge) {
        const token = await negotiator.step(challenge);
        if (!Buffer.from(token, 'base64').includes(NTLM)) return token;
        throw new DriverError(
          'AUTH_NOT_SUPPORTED',
          `Windows would sign in at ${host} by NTLM, expected Kerberos (KerberosOnly)`,
          {
            remedy:
              'Have an administrator register the service principal name HTTP/ of that host, or leave KerberosOnly away.',
          },
        );
      },
    };
  };
}
