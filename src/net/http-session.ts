import { Cookie, CookieJar } from 'tough-cookie';
import { request } from 'undici';
import { DriverError } from '../core/errors.ts';
import { createDispatcher } from './dispatcher.ts';
import { connectFailure, firstFailure } from './failures.ts';
import type { ForbiddenHosts } from '../core/network-settings.ts';
import type { ClientCertificate, NetworkSettings } from '../core/network-settings.ts';
import { Secret } from '../core/secret.ts';
import { readBody } from './response-body.ts';
import { type Redactor, redactNothing, redactor } from './redactor.ts';
import { checkSecure, isRedirect, nextHop } from './redirects.ts';

/** How an identity provider is talked to. */
export interface HttpSessionOptions {
  /** Absent: no proxy, and servers that the usual authorities vouch for. */
  readonly network?: NetworkSettings | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Hosts that are not asked, by whatever name. Absent: those where machines ask for credentials. */
  readonly forbidden?: ForbiddenHosts | undefined;
  /** Ends everything that is under way. */
  readonly signal?: AbortSignal | undefined;
  readonly userAgent?: string | undefined;
  /** One request, from the look-up of the name to the last byte. */
  readonly requestTimeoutMs?: number | undefined;
  /** Of one answer, before and after decompression. */
  readonly maxBytes?: number | undefined;
  /** All requests go over one kept-alive connection, as NTLM and Negotiate need it. */
  readonly singleConnection?: boolean | undefined;
  /** For doubles that speak plain http on loopback. */
  readonly allowHttpOnLoopback?: boolean | undefined;
}

export interface SessionRequest {
  readonly url: URL | string;
  /** Absent: POST where there is a body. */
  readonly method?: 'GET' | 'POST' | undefined;
  /** Sent to this address and, within its origin, where that redirects. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: { readonly type: string; readonly text: Secret } | undefined;
  /** Absent: 10; with 0 a redirect is the answer. */
  readonly maxRedirects?: number | undefined;
  /** The last word: sent even where the session's signal has ended everything else, and waited for no longer than this. */
  readonly farewellMs?: number | undefined;
}

/** What came at the end of the redirects. */
export interface SessionAnswer {
  /** Where it came from. */
  readonly url: URL;
  readonly status: number;
  /** All values of a header, by its name in lower case. */
  headers(name: string): readonly string[];
  readonly text: string;
  /** The session's own. */
  readonly hide: Redactor;
}

/** One sign-in's way to its identity provider: keeps cookies, stays on the origin, and stops where bounds are met. */
export interface HttpSession extends AsyncDisposable {
  send(request: SessionRequest): Promise<SessionAnswer>;
  /** Makes the secret one that `hide` knows. */
  keepSecret(secret: Secret): void;
  /** Takes what was sent in secret out of words of answers that are to be shown. */
  readonly hide: Redactor;
  /** The value of a cookie that would go to the address. */
  cookie(url: URL | string, name: string): Secret | undefined;
  /** Adds a cookie, for the address's host alone. */
  setCookie(url: URL | string, name: string, value: Secret): void;
  /** All cookies that would go to the address, as `restoreCookies` of a later session takes them. */
  cookies(url: URL | string): Secret;
  restoreCookies(url: URL | string, cookies: Secret): void;
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 60_000;
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_REDIRECTS = 10;
const MAX_COOKIES = 200;

/** Opens a session. Nothing is sent until something is asked for. */
export function httpSession(options: HttpSessionOptions): HttpSession {
  const jar = new CookieJar();
  let cookies = 0;
  let hasAnswered = false;
  const secrets = new Map<string, Secret>();
  let hideAll = redactNothing;
  const hide: Redactor = (text) => hideAll(text);
  const way = createDispatcher(options.network ?? {}, {
    clientCertificate: options.clientCertificate,
    forbidden: options.forbidden ?? 'link-local',
    ...(options.singleConnection === true ? { connections: 1 } : {}),
  });

  function keep(url: URL, lines: readonly string[]): void {
    cookies += lines.length;
    if (cookies > MAX_COOKIES) {
      throw new DriverError('AUTH_MALFORMED', `${url.origin} set more than ${MAX_COOKIES} cookies`);
    }
    // What a browser would not keep, this does not either.
    for (const line of lines) jar.setCookieSync(line, url.href, { ignoreError: true });
  }

  async function exchange(url: URL, method: 'GET' | 'POST', sent: SessionRequest): Promise<SessionAnswer> {
    const timeoutMs = sent.farewellMs ?? options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    const late = AbortSignal.timeout(timeoutMs);
    const ended = sent.farewellMs === undefined ? options.signal : undefined;
    const signal = ended === undefined ? late : AbortSignal.any([late, ended]);
    const body = method === 'POST' ? sent.body : undefined;
    const cookie = jar.getCookieStringSync(url.href);
    try {
      const answer = await request(url, {
        dispatcher: way.dispatcher,
        method,
        signal,
        headers: {
          accept: '*/*',
          'accept-encoding': 'identity',
          ...(options.userAgent === undefined ? {} : { 'user-agent': options.userAgent }),
          ...sent.headers,
          ...(cookie === '' ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': body.type }),
        },
        ...(body === undefined ? {} : { body: body.text.reveal() }),
      });
      hasAnswered = true;
      const headers = (name: string): readonly string[] => listed(answer.headers[name]);
      keep(url, headers('set-cookie'));
      const text = await readBody(answer.body as AsyncIterable<Uint8Array>, {
        origin: url.origin,
        maxBytes: options.maxBytes ?? MAX_BYTES,
        encoding: headers('content-encoding')[0],
        contentType: headers('content-type')[0],
      });
      return { url, status: answer.statusCode, headers, text, hide };
    } catch (error) {
      if (ended?.aborted === true) throw abandoned(ended);
      if (error instanceof DriverError) throw error;
      if (!late.aborted) throw failure(url.origin, error);
      throw notReached(`${url.origin} gave no answer within ${timeoutMs / 1000} s`, error);
    }
  }

  function failure(origin: string, error: unknown): DriverError {
    const known = hasAnswered
      ? connectFailure(origin, error)
      : firstFailure(origin, error, options.clientCertificate !== undefined);
    return known.code === 'CONN_NETWORK' ? notReached(known.message, error) : known;
  }

  async function send(wanted: SessionRequest): Promise<SessionAnswer> {
    checkHeaders({ ...wanted.headers, 'user-agent': options.userAgent ?? '' });
    const allowHttp = options.allowHttpOnLoopback === true;
    let url = new URL(wanted.url);
    let method = wanted.method ?? (wanted.body === undefined ? 'GET' : 'POST');
    checkSecure(url, allowHttp);
    const most = wanted.maxRedirects ?? MAX_REDIRECTS;
    for (let hops = 0; ; hops++) {
      const answer = await exchange(url, method, wanted);
      const location = answer.headers('location')[0];
      if (!isRedirect(answer.status) || location === undefined || most === 0) return answer;
      if (hops === most) {
        throw new DriverError('AUTH_MALFORMED', `${url.origin} redirected more than ${most} times`);
      }
      ({ url, method } = nextHop({ status: answer.status, from: url, location, method }, allowHttp));
    }
  }

  function setCookie(url: URL | string, key: string, value: Secret): void {
    jar.setCookieSync(new Cookie({ key, value: value.reveal(), path: '/', secure: true }), String(url));
  }

  const close = async (): Promise<void> => {
    await way.close();
    jar.removeAllCookiesSync();
  };
  return {
    send,
    keepSecret(secret) {
      if (secrets.has(secret.reveal())) return;
      secrets.set(secret.reveal(), secret);
      hideAll = redactor(secrets.values());
    },
    hide,
    cookie(url, name) {
      const found = jar.getCookiesSync(String(url)).find(({ key }) => key === name);
      return found === undefined ? undefined : new Secret(found.value);
    },
    setCookie,
    cookies: (url) => new Secret(jar.getCookieStringSync(String(url))),
    restoreCookies(url, kept) {
      for (const pair of kept.reveal().split('; ')) {
        const [name = '', ...value] = pair.split('=');
        if (name !== '') setCookie(url, name, new Secret(value.join('=')));
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function notReached(message: string, cause: unknown): DriverError {
  return new DriverError('CONN_NETWORK', message, {
    cause,
    remedy:
      'Check SSOLoginURL, and that the identity provider can be reached from here: by VPN, or by a proxy (ProxyServer).',
  });
}

function listed(value: string | string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

/** A line break in a header would begin another header. */
function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (/[^\t\x20-\x7E\x80-\xFF]/.test(value)) {
      throw new DriverError('CONN_BAD_VALUE', `The header ${name} cannot hold line breaks and the like`);
    }
  }
}

function abandoned({ reason }: AbortSignal): DriverError {
  if (reason instanceof DriverError) return reason;
  return new DriverError('EXEC_CANCELLED', 'The sign-in was cancelled', { cause: reason });
}
