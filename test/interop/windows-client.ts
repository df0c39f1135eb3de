import { wait } from '../../src/core/async/abort.ts';
import { readFileSync } from 'node:fs';
import { argv, stdout } from 'node:process';
import type * as Kerberos from 'kerberos';
import { DriverError } from '../../src/core/errors.ts';
import { signInToAdfs, WINDOWS_USER_AGENT } from '../../src/saml/adfs/sign-in.ts';
import { createHttpSession } from '../../src/net/http-session.ts';
import { createKerberosNegotiator } from '../../src/saml/negotiate/kerberos.ts';

// Runs in a child process, because Kerberos reads the environment with which a process was started.
const [, , loginUrl = '', ca = '', module = ''] = argv;
const { signal } = new AbortController();
await using session = createHttpSession({
  network: { trust: { kind: 'certificates', pem: readFileSync(ca, 'utf8') } },
  userAgent: WINDOWS_USER_AGENT,
  singleConnection: true,
});
const load = async (): Promise<{ readonly default: typeof Kerberos }> => import(module);
try {
  const request = { loginUrl, relyingParty: 'urn:amazon:webservices' };
  const { assertion } = await signInToAdfs(request, {
    session,
    negotiatorFor: createKerberosNegotiator(load),
    signal,
    now: () => Date.now(),
    wait,
    notice: () => undefined,
  });
  stdout.write(JSON.stringify({ roles: assertion?.roleValues }));
} catch (error) {
  if (!(error instanceof DriverError)) throw error;
  stdout.write(JSON.stringify({ code: error.code, message: error.message }));
}
