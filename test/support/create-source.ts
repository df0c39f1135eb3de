import { type AuthScheme, pickDeclaredOptions } from '../../src/credentials/scheme.ts';
import type { PropertyName } from '../../src/connstring/properties.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import type { CredentialSource } from '../../src/core/credentials.ts';
import { DriverError } from '../../src/core/errors.ts';
import type { Ports } from '../../src/core/ports.ts';

/** Creates the credential source of a scheme for a connection string, without caching. */
export async function createSource<R extends PropertyName, U extends PropertyName>(
  scheme: AuthScheme<R, U>,
  text: string,
  ports: Ports,
): Promise<CredentialSource> {
  const { options } = await parseConnection(text, ports);
  const declared = pickDeclaredOptions(scheme, options);
  const problem = scheme.check?.(declared);
  if (problem !== undefined) throw new DriverError(problem.code, problem.message);
  return scheme.source(declared, ports);
}
