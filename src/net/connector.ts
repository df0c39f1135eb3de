import type { Socket } from 'node:net';
import { type PeerCertificate, rootCertificates, TLSSocket } from 'node:tls';
import { callbackify } from 'node:util';
import { buildConnector } from 'undici';
import { DriverError } from '../core/errors.ts';
import { clientCertificateOptions } from './client-certificate.ts';
import { localRefusal, lookupBut } from './local-addresses.ts';
import { proxyFor } from './proxy-rules.ts';
import { openTunnel, type TlsTrust } from './tunnel.ts';
import type { DispatcherOptions, NetworkSettings, ServerTrust } from '../core/network-settings.ts';

const CONNECT_TIMEOUT_MS = 15_000;

/** Opens connections: through the proxy where one counts, and to none but trusted servers. `closing` ends them all. */
export function createConnector(
  settings: NetworkSettings,
  { clientCertificate, forbidden }: DispatcherOptions,
  closing: AbortSignal,
): buildConnector.connector {
  const connect = buildConnector({
    ...trustOptions(settings.trust),
    ...clientCertificateOptions(clientCertificate),
    minVersion: 'TLSv1.2',
    timeout: CONNECT_TIMEOUT_MS,
    signal: closing,
    // A resumed session has no certificate to compare.
    ...(settings.trust?.kind === 'fingerprint' ? { maxCachedSessions: 0 } : {}),
    ...(forbidden === undefined ? {} : { lookup: lookupBut(forbidden) }),
  });

  const tunnelOptions = {
    timeoutMs: CONNECT_TIMEOUT_MS,
    trust: tunnelTrust(settings.trust),
    signal: closing,
  };

  async function open(options: buildConnector.Options): Promise<Socket> {
    const { hostname } = options;
    const refusal = forbidden && localRefusal(hostname, hostname, forbidden);
    if (refusal !== undefined) throw refusal;
    const proxy = proxyFor(settings.proxy, options);
    const tunnel = proxy && (await openTunnel(proxy, options, tunnelOptions));
    if (tunnel !== undefined && options.protocol !== 'https:') return tunnel;
    const socket = await new Promise<Socket>((resolve, reject) => {
      connect(tunnel === undefined ? options : { ...options, httpSocket: tunnel }, (...[error, opened]) => {
        if (error === null) resolve(opened);
        else reject(error);
      });
    });
    const problem = settings.trust?.kind === 'fingerprint' ? mismatch(settings.trust, socket) : undefined;
    if (problem === undefined) return socket;
    socket.destroy();
    throw problem;
  }

  const connector = callbackify(open);
  return (options, callback) =>
    connector(options, (error, socket) => {
      if (error === null) callback(null, socket);
      else callback(error, null);
    });
}

function trustOptions(trust: ServerTrust | undefined): TlsTrust {
  switch (trust?.kind) {
    case undefined:
      // In so many words, since NODE_TLS_REJECT_UNAUTHORIZED would count otherwise.
      return { rejectUnauthorized: true };
    case 'certificates':
      return {
        ca: [...rootCertificates, trust.pem],
        allowPartialTrustChain: true,
        rejectUnauthorized: true,
      };
    case 'fingerprint':
      return { rejectUnauthorized: false };
    case 'anything':
      return { rejectUnauthorized: false };
  }
}

/** A proxy is another server: a fingerprint is not its own, while authorities that count for one count for both. */
function tunnelTrust(trust: ServerTrust | undefined): TlsTrust {
  return trustOptions(trust?.kind === 'fingerprint' ? undefined : trust);
}

/** Why the server at the other end is not the one with that fingerprint. */
function mismatch(
  trust: Extract<ServerTrust, { kind: 'fingerprint' }>,
  socket: Socket,
): DriverError | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const certificate: Partial<PeerCertificate> = socket.getPeerCertificate();
  const shown = certificate.fingerprint256?.replaceAll(':', '').toLowerCase();
  if (shown === trust.sha256) return undefined;
  return new DriverError(
    'CONN_TLS',
    `The server shows a certificate with the fingerprint ${shown ?? '(none)'}, but SSLServerCert is ${trust.sha256}`,
  );
}
