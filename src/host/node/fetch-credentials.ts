import { signIn } from '../../database/sign-in.ts';
import type { ConnectionOptions } from '../../connstring/connection-options.ts';
import { parseConnection } from '../../connstring/resolve.ts';
import type { Credentials } from '../../core/credentials.ts';
import type { ConnectOptions } from './connect.ts';
import { resolvePorts } from './process-ports.ts';

/** Signs in and returns the credentials that the connection would sign requests with. Sends no request to DynamoDB. */
export async function fetchCredentials(
  input: string | ConnectionOptions,
  options: ConnectOptions = {},
): Promise<Credentials> {
  const ports = resolvePorts(options);
  const resolved = await parseConnection(input, ports);
  for (const warning of resolved.warnings) ports.warn(warning);
  const identity = await signIn(resolved.options, ports);
  try {
    return await identity.source(options.signal ?? new AbortController().signal);
  } finally {
    identity.close();
  }
}
