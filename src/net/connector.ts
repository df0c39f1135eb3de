import type { Socket } from 'node:net';
import { type PeerCertificate, rootCertificates, TLSSocket } from 'node:tls';
import { callbackify } from 'node:util';
import { buildConnector } from 'undici';
import { DriverError } from '../core/errors.ts';
import { toClientCertificateOptions } from './client-certificate.ts';
import { checkForbidden, createFilteredLookup } from './local-addresses.ts';
import { selectProxy } from './proxy-rules.ts';
import { openTunnel, type TlsTrust } from './tunnel.ts';
import type { DispatcherOptions, NetworkSettings, ServerTrust } from '../core/network-settings.ts';

const CONNECT_TIMEOUT_MS = 15_000;

/** Opens connections to trusted servers, through the proxy unless the host is an exception. `closing` ends all of them. */
export function createConnector(
  settings: NetworkSettings,
  { clientCertificate, forbidden }: DispatcherOptions,
  closing: AbortSignal,
): buildConnector.connector {
  const connect = buildConnector({
    ...toTrustOptions(settings.trust),
    ...toClientCertificateOptions(clientCertificate),
    minVersion: 'TLSv1.2',
    timeout: CONNECT_TIMEOUT_MS,
    signal: closing,
    // A resumed TLS session has no certificate to compare.
    ...(settings.trust?.kind === 'fingerprint' ? { maxCachedSessions: 0 } : {}),
    ...(forbidden === undefined ? {} : { lookup: createFilteredLookup(forbidden) }),
  });

  const tunnelOptions = {
    timeoutMs: CONNECT_TIMEOUT_MS,
    trust: toTunnelTrust(settings.trust),
    signal: closing,
  };

  async function open(options: buildConnector.Options): Promise<Socket> {
    const { hostname } = options;
    const forbiddenError = forbidden && checkForbidden(hostname, hostname, forbidden);
    if (forbiddenError !== undefined) throw forbiddenError;
    const proxy = selectProxy(settings.proxy, options);
    const tunnel = proxy && (await openTunnel(proxy, options, tunnelOptions));
    if (tunnel !== undefined && options.protocol !== 'https:') return tunnel;
    const socket = await new Promise<Socket>((resolve, reject) => {
      connect(tunnel === undefined ? options : { ...options, httpSocket: tunnel }, (...[error, opened]) => {
        if (error === null) resolve(opened);
        else reject(error);
      });
    });
    const problem =
      settings.trust?.kind === 'fingerprint' ? checkFingerprint(settings.trust, socket) : undefined;
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

function toTrustOptions(trust: ServerTrust | undefined): TlsTrust {
  switch (trust?.kind) {
    case undefined:
      // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED has no effect.
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

/** The proxy is another server: the fingerprint does not apply to it, but trusted authorities do. */
function toTunnelTrust(trust: ServerTrust | undefined): TlsTrust {
  return toTrustOptions(trust?.kind === 'fingerprint' ? undefined : trust);
}

/** An error unless the server certificate has the fingerprint. */
function checkFingerprint(
  trust: Extract<ServerTrust, { kind: 'fingerprint' }>,
  socket: Socket,
): DriverError | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const certificate: Partial<PeerCertificate> = socket.getPeerCertificate();
  const actual = certificate.fingerprint256?.replaceAll(':', '').toLowerCase();
  if (actual === trust.sha256) return undefined;
  return new DriverError(
    'CONN_TLS',
    `server certificate has the fingerprint ${actual ?? '(none)'}, but SSLServerCert is ${trust.sha256}`,
  );
}
