import { Cookie, CookieJar } from 'tough-cookie';
import { request } from 'undici';
import { DriverError } from '../core/errors.ts';
import { createDispatcher } from './dispatcher.ts';
import { toConnectionError, toHandshakeError } from './failures.ts';
import type { ForbiddenHosts } from '../core/network-settings.ts';
import type { ClientCertificate, NetworkSettings } from '../core/network-settings.ts';
import { Secret } from '../core/secret.ts';
import { readBody } from './response-body.ts';
import { type Redactor, redactNothing, createRedactor } from './redactor.ts';
import { assertSecure, isRedirect, nextHop } from './redirects.ts';

/** The options of an HTTP session with an identity provider. */
export interface HttpSessionOptions {
  /** By default no proxy, and the usual certificate authorities. */
  readonly network?: NetworkSettings | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Addresses to refuse, whatever host name resolves to them; by default link-local ones (instance metadata). */
  readonly forbidden?: ForbiddenHosts | undefined;
  /** Aborts all requests. */
  readonly signal?: AbortSignal | undefined;
  readonly userAgent?: string | undefined;
  /** Timeout of one request, from DNS lookup to the last byte. */
  readonly requestTimeoutMs?: number | undefined;
  /** Limit of a response body, before and after decompression. */
  readonly maxBytes?: number | undefined;
  /** Sends all requests over one keep-alive connection, as NTLM and Negotiate require. */
  readonly singleConnection?: boolean | undefined;
  /** For test doubles, which use plain HTTP on loopback. */
  readonly allowHttpOnLoopback?: boolean | undefined;
}

export interface SessionRequest {
  readonly url: URL | string;
  /** By default POST if there is a body. */
  readonly method?: 'GET' | 'POST' | undefined;
  /** Sent to this URL and to redirects within its origin. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: { readonly type: string; readonly text: Secret } | undefined;
  /** By default 10; with 0 a redirect is returned as the response. */
  readonly maxRedirects?: number | undefined;
  /** Sends the request even after the session's signal was aborted (a final cancel), with this timeout. */
  readonly afterAbortMs?: number | undefined;
}

/** The response at the end of the redirects. */
export interface SessionResponse {
  /** The URL that was requested last. */
  readonly url: URL;
  readonly status: number;
  /** All values of a header, by lower-case name. */
  headers(name: string): readonly string[];
  readonly text: string;
  /** Masks the secrets of the session. */
  readonly redact: Redactor;
}

/** The HTTP session of one sign-in: keeps cookies, follows redirects within the origin only, and enforces limits. */
export interface HttpSession extends AsyncDisposable {
  send(request: SessionRequest): Promise<SessionResponse>;
  /** Adds a secret for `redact` to mask. */
  addSecret(secret: Secret): void;
  /** Masks the secrets sent in this session in parts of responses that are shown to the user. */
  readonly redact: Redactor;
  /** The value of a cookie that would be sent to the URL. */
  cookie(url: URL | string, name: string): Secret | undefined;
  /** Adds a cookie for the host of the URL. */
  setCookie(url: URL | string, name: string, value: Secret): void;
  /** All cookies that would be sent to the URL, for `restoreCookies` of a later session. */
  cookies(url: URL | string): Secret;
  restoreCookies(url: URL | string, cookies: Secret): void;
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 60_000;
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_REDIRECTS = 10;
const MAX_COOKIES = 200;

/** Creates a session. Connects on the first request. */
export function createHttpSession(options: HttpSessionOptions): HttpSession {
  const jar = new CookieJar();
  let cookies = 0;
  let hasResponded = false;
  const secrets = new Map<string, Secret>();
  let redactSecrets = redactNothing;
  const redact: Redactor = (text) => redactSecrets(text);
  const connection = createDispatcher(options.network ?? {}, {
    clientCertificate: options.clientCertificate,
    forbidden: options.forbidden ?? 'link-local',
    ...(options.singleConnection === true ? { connections: 1 } : {}),
  });

  function storeCookies(url: URL, lines: readonly string[]): void {
    cookies += lines.length;
    if (cookies > MAX_COOKIES) {
      throw new DriverError('AUTH_MALFORMED', `${url.origin} set more than ${MAX_COOKIES} cookies`);
    }
    // Invalid cookies are ignored, as browsers do.
    for (const line of lines) jar.setCookieSync(line, url.href, { ignoreError: true });
  }

  async function exchange(url: URL, method: 'GET' | 'POST', input: SessionRequest): Promise<SessionResponse> {
    const timeoutMs = input.afterAbortMs ?? options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    const late = AbortSignal.timeout(timeoutMs);
    const aborted = input.afterAbortMs === undefined ? options.signal : undefined;
    const signal = aborted === undefined ? late : AbortSignal.any([late, aborted]);
    const body = method === 'POST' ? input.body : undefined;
    const cookie = jar.getCookieStringSync(url.href);
    try {
      const response = await request(url, {
        dispatcher: connection.dispatcher,
        method,
        signal,
        headers: {
          accept: '*/*',
          'accept-encoding': 'identity',
          ...(options.userAgent === undefined ? {} : { 'user-agent': options.userAgent }),
          ...input.headers,
          ...(cookie === '' ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': body.type }),
        },
        ...(body === undefined ? {} : { body: body.text.reveal() }),
      });
      hasResponded = true;
      const headers = (name: string): readonly string[] => toList(response.headers[name]);
      storeCookies(url, headers('set-cookie'));
      const text = await readBody(response.body as AsyncIterable<Uint8Array>, {
        origin: url.origin,
        maxBytes: options.maxBytes ?? MAX_BYTES,
        encoding: headers('content-encoding')[0],
        contentType: headers('content-type')[0],
      });
      return { url, status: response.statusCode, headers, text, redact };
    } catch (error) {
      if (aborted?.aborted === true) throw toAbortError(aborted);
      if (error instanceof DriverError) throw error;
      if (!late.aborted) throw failure(url.origin, error);
      throw unreachableError(`no response from ${url.origin} within ${timeoutMs / 1000} s`, error);
    }
  }

  function failure(origin: string, error: unknown): DriverError {
    const known = hasResponded
      ? toConnectionError(origin, error)
      : toHandshakeError(origin, error, options.clientCertificate !== undefined);
    return known.code === 'CONN_NETWORK' ? unreachableError(known.message, error) : known;
  }

  async function send(input: SessionRequest): Promise<SessionResponse> {
    checkHeaders({ ...input.headers, 'user-agent': options.userAgent ?? '' });
    const allowHttp = options.allowHttpOnLoopback === true;
    let url = new URL(input.url);
    let method = input.method ?? (input.body === undefined ? 'GET' : 'POST');
    assertSecure(url, allowHttp);
    const maxRedirects = input.maxRedirects ?? MAX_REDIRECTS;
    for (let hops = 0; ; hops++) {
      const response = await exchange(url, method, input);
      const location = response.headers('location')[0];
      if (!isRedirect(response.status) || location === undefined || maxRedirects === 0) return response;
      if (hops === maxRedirects) {
        throw new DriverError('AUTH_MALFORMED', `${url.origin} redirected more than ${maxRedirects} times`);
      }
      ({ url, method } = nextHop({ status: response.status, from: url, location, method }, allowHttp));
    }
  }

  function setCookie(url: URL | string, key: string, value: Secret): void {
    jar.setCookieSync(new Cookie({ key, value: value.reveal(), path: '/', secure: true }), String(url));
  }

  const close = async (): Promise<void> => {
    await connection.close();
    jar.removeAllCookiesSync();
  };
  return {
    send,
    addSecret(secret) {
      if (secrets.has(secret.reveal())) return;
      secrets.set(secret.reveal(), secret);
      redactSecrets = createRedactor(secrets.values());
    },
    redact,
    cookie(url, name) {
      const match = jar.getCookiesSync(String(url)).find(({ key }) => key === name);
      return match === undefined ? undefined : new Secret(match.value);
    },
    setCookie,
    cookies: (url) => new Secret(jar.getCookieStringSync(String(url))),
    restoreCookies(url, saved) {
      for (const pair of saved.reveal().split('; ')) {
        const [name = '', ...value] = pair.split('=');
        if (name !== '') setCookie(url, name, new Secret(value.join('=')));
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function unreachableError(message: string, cause: unknown): DriverError {
  return new DriverError('CONN_NETWORK', message, {
    cause,
    remedy:
      'Check SSOLoginURL, and that this machine can reach the identity provider, by VPN or through a proxy (ProxyServer).',
  });
}

function toList(value: string | string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

/** A line break in a header would start another header. */
function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (/[^\t\x20-\x7E\x80-\xFF]/.test(value)) {
      throw new DriverError('CONN_BAD_VALUE', `invalid character in the value of header ${name}`);
    }
  }
}

function toAbortError({ reason }: AbortSignal): DriverError {
  if (reason instanceof DriverError) return reason;
  return new DriverError('EXEC_CANCELLED', 'The sign-in was cancelled', { cause: reason });
}
