import { type AuthScheme, pickDeclaredOptions } from '../../src/credentials/scheme.ts';
import type { PropertyName } from '../../src/connstring/properties.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import type { CredentialSource } from '../../src/core/credentials.ts';
import { DriverError } from '../../src/core/errors.ts';
import type { Ports } from '../../src/core/ports.ts';

/** What a scheme makes of a connection string, without a memory around it. */
export async function sourceOf<R extends PropertyName, U extends PropertyName>(
  scheme: AuthScheme<R, U>,
  text: string,
  ports: Ports,
): Promise<CredentialSource> {
  const { options } = await parseConnection(text, ports);
  const given = pickDeclaredOptions(scheme, options);
  const problem = scheme.check?.(given);
  if (problem !== undefined) throw new DriverError(problem.code, problem.message);
  return scheme.source(given, ports);
}
