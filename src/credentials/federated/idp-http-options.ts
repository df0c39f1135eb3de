import type { Ports } from '../../core/ports.ts';
import type { HttpSessionOptions } from '../../net/http-session.ts';

/** The connection's way to its identity provider: the way to all servers, but for those that a string from anybody may not name. */
export function idpHttpOptions(ports: Ports): Pick<HttpSessionOptions, 'network' | 'forbidden'> {
  return {
    network: ports.network?.settings,
    forbidden: ports.trusted === true ? 'link-local' : 'local',
  };
}
